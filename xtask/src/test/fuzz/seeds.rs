//! What mutation begins with: the traces and requests of the corpus, hostile traces, and places where real answers go on.

use crate::workspace;
use anyhow::{Context, Result};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::answer_json;
use scope_query::filter::examples;
use scope_query::requests::TABLE;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes a folder for each target, and the words that mutation puts in.
pub(super) fn write(folder: &Path, hostile: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    let mut words: BTreeSet<String> = TABLE.iter().map(|declaration| declaration.kind.to_owned()).collect();
    let mut requests = BTreeSet::new();
    let mut traces = Vec::new();
    for case in listed(&workspace::corpus())?.into_iter().filter(|case| case.join("trace.scope").exists()) {
        let name = stem(&case);
        traces.push((name.clone(), fs::read(case.join("trace.scope"))?));
        let text = fs::read_to_string(case.join("request.json")).with_context(|| format!("{name}: no requests"))?;
        for request in serde_json::from_str::<Vec<Map<String, Value>>>(&text)? {
            words.extend(request.keys().cloned());
            requests.insert((name.clone(), Value::from(request).to_string()));
        }
    }
    for path in listed(hostile)? {
        traces.push((stem(&path), fs::read(&path)?));
    }
    words.extend(traces.iter().map(|(name, _)| name.clone()));
    let kinds = TABLE.iter().map(|declaration| format!(r#"{{"kind":"{}"}}"#, declaration.kind));
    let of_any: Vec<String> = kinds.chain(requests.iter().map(|(_, request)| request.clone())).collect();
    for (name, bytes) in &traces {
        put(folder, "file", bytes)?;
        for filter in examples() {
            put(folder, "filter", format!("{name}\n{filter}").as_bytes())?;
        }
        let Ok(trace) = file::read(bytes, ReadLimits::default()) else { continue };
        let is_recorded = requests.iter().any(|(case, _)| case == name);
        // A hostile trace is asked everything, a recorded one what its case asks.
        let asked = requests.iter().filter(|(case, _)| case == name).map(|(_, request)| request);
        for request in asked.chain(of_any.iter().filter(|_| !is_recorded)) {
            put(folder, "request", format!("{name}\n{request}").as_bytes())?;
            if let Some(next) = next(&trace, request) {
                put(folder, "cursor", format!("{name}\n{request}\n{next}").as_bytes())?;
            }
        }
    }
    for story in 0..STORIES {
        put(folder, "file", &noise(story))?;
    }
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"\n")).collect();
    Ok(fs::write(folder.join("words"), words.concat())?)
}

/// Stories of events, which the target `file` reads from any bytes.
const STORIES: u64 = 16;

/// Bytes without a pattern, the same each time.
fn noise(seed: u64) -> Vec<u8> {
    let mut random = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut byte = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 24) as u8
    };
    (0..200 * (1 + seed % 8)).map(|_| byte()).collect()
}

/// Where the first page ends, if pages have one row.
fn next(trace: &Trace, request: &str) -> Option<String> {
    let mut request: Map<String, Value> = serde_json::from_str(request).ok()?;
    request.insert("limit".into(), 1.into());
    let answer: Value = serde_json::from_str(&answer_json(trace, &Value::from(request).to_string())).ok()?;
    answer["next"].as_str().map(str::to_owned)
}

/// A seed is named by what it holds, so that the same seed is there once.
fn put(folder: &Path, target: &str, seed: &[u8]) -> Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(format!("{:08x}", crc32fast::hash(seed))), seed)?)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
