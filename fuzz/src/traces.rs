//! The traces that requests are answered on: the recorded cases, and those that were made to do harm.

use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Asked where an input names no other.
const FIRST: &str = "shop_crash";

/// The trace that the first line of an input names, and the other lines.
#[must_use]
pub fn named(input: &str) -> (&'static Trace, &str) {
    let (name, rest) = input.split_once('\n').unwrap_or((FIRST, input));
    (all().get(name).unwrap_or_else(|| &all()[FIRST]), rest)
}

fn all() -> &'static BTreeMap<String, Trace> {
    static ALL: OnceLock<BTreeMap<String, Trace>> = OnceLock::new();
    ALL.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut traces = BTreeMap::new();
        for entry in entries(&root.join("../tests/corpus")) {
            traces.extend(read(&entry.join("trace.scope")).map(|trace| (stem(&entry), trace)));
        }
        for entry in entries(&root.join("traces")) {
            traces.extend(read(&entry).map(|trace| (stem(&entry), trace)));
        }
        traces
    })
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listed.map(|entry| entry.expect("a folder can be listed").path()).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Option<Trace> {
    file::read(&fs::read(path).ok()?, ReadLimits::default()).ok()
}
