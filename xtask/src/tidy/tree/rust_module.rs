//! The modules of each Rust crate, and what each refers to.
//!
//! Invariant: test code is no part of a crate: neither a `#[cfg(test)]` item nor a module declared so is read.
//! Invariant: a module is a file. An inline `mod` belongs to the file it stands in.

mod file;

use super::Tree;
use file::{Scan, scan};
use std::collections::BTreeMap;

/// One crate: a library, or the program beside it.
#[derive(Debug)]
pub(in crate::tidy) struct Crate {
    /// `scope-core`, or `embed-wasmtime (main)` for a program beside a library.
    pub(in crate::tidy) name: String,
    /// By path, `""` being the crate's root and `chunk::seal` a module.
    pub(in crate::tidy) modules: BTreeMap<String, Module>,
}

/// One module.
#[derive(Debug)]
pub(in crate::tidy) struct Module {
    /// The path of its file.
    pub(in crate::tidy) file: String,
    pub(in crate::tidy) references: Vec<Reference>,
}

/// A path in a module's code, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tidy) struct Reference {
    pub(in crate::tidy) line: usize,
    /// The module of this crate; none where the path leads out of it.
    pub(in crate::tidy) module: Option<String>,
    /// The path from the crate's root, or of another crate: `event::Kind`, `serde_json::json`.
    pub(in crate::tidy) path: String,
}

/// A name is passed on from module to module at most so often.
const MAX_HOPS: usize = 16;

/// Every crate of the checkout.
pub(in crate::tidy) fn crates(tree: &Tree) -> Vec<Crate> {
    let mut crates = Vec::new();
    for file in tree.with_extension(&["rs"]) {
        let Some((package, root)) = file.path.rsplit_once("/src/") else { continue };
        let name = package.rsplit('/').next().unwrap_or(package);
        match root {
            "lib.rs" => crates.push(load(tree, name.into(), &format!("{package}/src"), root)),
            "main.rs" if tree.has(&format!("{package}/src/lib.rs")) => {
                crates.push(load(tree, format!("{name} (main)"), &format!("{package}/src"), root));
            }
            "main.rs" => crates.push(load(tree, name.into(), &format!("{package}/src"), root)),
            _ => {}
        }
    }
    crates
}

fn load(tree: &Tree, name: String, dir: &str, root: &str) -> Crate {
    let mut scans: BTreeMap<String, (String, Scan)> = BTreeMap::new();
    let mut pending = vec![(String::new(), format!("{dir}/{root}"))];
    while let Some((path, file)) = pending.pop() {
        let Some(text) = tree.files.iter().find(|other| other.path == file).map(|file| file.text()) else { continue };
        let scan = scan(text, &path);
        pending.extend(scan.children.iter().map(|child| {
            let child = join(&path, child);
            (child.clone(), format!("{dir}/{}.rs", child.replace("::", "/")))
        }));
        scans.insert(path, (file, scan));
    }
    let modules = scans.iter().map(|(path, (file, scan))| {
        let references = scan.paths.iter().map(|found| {
            let module = found.is_inside.then(|| definer(&scans, &found.path, 0));
            Reference { line: found.line, module, path: found.path.clone() }
        });
        (path.clone(), Module { file: file.clone(), references: references.collect() })
    });
    Crate { name, modules: modules.collect() }
}

/// The module that defines what a path leads to: the longest part that is a module, or where that imports the next name from.
fn definer(scans: &BTreeMap<String, (String, Scan)>, path: &str, depth: usize) -> String {
    let mut module = path;
    while !module.is_empty() && !scans.contains_key(module) {
        module = module.rsplit_once("::").map_or("", |(parent, _item)| parent);
    }
    let rest = path[module.len()..].trim_start_matches("::");
    let (name, rest) = rest.split_once("::").map_or((rest, ""), |(name, rest)| (name, rest));
    match scans.get(module).and_then(|(_file, scan)| scan.imports.get(name)) {
        Some(target) if depth < MAX_HOPS => definer(scans, &join_path(target, rest), depth + 1),
        _ => module.to_owned(),
    }
}

fn join_path(path: &str, rest: &str) -> String {
    if rest.is_empty() { path.to_owned() } else { join(path, rest) }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(files: &[(&str, &str)], module: &str) -> Vec<(usize, Option<String>)> {
        let crates = crates(&Tree::of(files));
        assert_eq!(crates.len(), 1);
        crates[0].modules[module].references.iter().map(|found| (found.line, found.module.clone())).collect()
    }

    #[test]
    fn a_path_leads_to_the_longest_module_that_is_one() {
        let files = [
            ("c/src/lib.rs", "mod a;\nmod b;\npub use b::deep::Thing;\n"),
            (
                "c/src/a.rs",
                "use crate::b::deep::{self, Other};\nfn f(x: crate::Thing) -> super::b::Kind { std::mem::take(x) }\n",
            ),
            ("c/src/b.rs", "pub mod deep;\npub struct Kind;\n"),
            ("c/src/b/deep.rs", "pub struct Thing;\npub struct Other;\n"),
        ];
        let to = |line, module: &str| (line, Some(module.to_owned()));
        let found = references(&files, "a");
        assert_eq!(found, [to(1, "b::deep"), to(1, "b::deep"), to(2, "b::deep"), to(2, "b"), (2, None)]);
    }

    #[test]
    fn a_program_beside_a_library_is_a_crate_of_its_own() {
        let tree = Tree::of(&[
            ("c/src/lib.rs", "mod a;"),
            ("c/src/main.rs", "mod b;"),
            ("c/src/a.rs", ""),
            ("c/src/b.rs", ""),
        ]);
        let names: Vec<_> =
            crates(&tree).iter().map(|c| (c.name.clone(), c.modules.keys().cloned().collect::<Vec<_>>())).collect();
        assert_eq!(names[0], ("c".into(), vec![String::new(), "a".into()]));
        assert_eq!(names[1], ("c (main)".into(), vec![String::new(), "b".into()]));
    }

    #[test]
    fn a_module_for_tests_is_no_module() {
        let files = [("c/src/lib.rs", "#[cfg(test)]\nmod a;\n"), ("c/src/a.rs", "use crate::a;")];
        assert_eq!(crates(&Tree::of(&files))[0].modules.len(), 1);
    }
}
