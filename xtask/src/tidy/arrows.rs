//! Arrows between crates: `core <- query <- edges`, and what a crate must not know.

use super::problem::Problem;
use super::tree::Tree;

/// Each package of the workspace, and the packages of the workspace it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("scope-core", &[]),
    ("scope-query", &["scope-core"]),
    ("scope_nif", &["scope-core", "scope-query"]),
    ("scope-wasm", &["scope-core", "scope-query"]),
    ("embed-rust", &["scope-core", "scope-query"]),
    ("embed-wasmtime", &[]),
    ("xtask-bindgen", &[]),
    ("xtask", &["scope-core", "scope-query"]),
];

/// What a package must not depend on, and why.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("scope-core", "serde", "the core knows no JSON; serde lives in scope-query"),
    ("scope-core", "serde_json", "the core knows no JSON; serde lives in scope-query"),
    ("scope-core", "rustler", "only scope_nif knows the BEAM"),
    ("scope-query", "rustler", "only scope_nif knows the BEAM"),
    ("scope-query", "wasm-bindgen", "only scope-wasm knows JavaScript"),
    ("scope_nif", "wasm-bindgen", "only scope-wasm knows JavaScript"),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let is_ours = |name: &str| tree.packages.iter().any(|package| package.name == name);
    for package in &tree.packages {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            problems.push(format!(
                "{}: a new package; say in xtask/src/tidy/arrows.rs what it may depend on",
                package.name
            ));
            continue;
        };
        for dependency in package.depends_on.iter().filter(|dependency| is_ours(dependency)) {
            if !allowed.contains(&dependency.as_str()) {
                problems.push(format!("{} depends on {dependency}: that arrow points the wrong way", package.name));
            }
        }
        for (name, forbidden, why) in FORBIDDEN {
            if package.name == *name && package.depends_on.iter().any(|dependency| dependency == forbidden) {
                problems.push(format!("{name} depends on {forbidden}: {why}"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::tree::Package;
    use super::*;

    fn tree(packages: &[(&str, &[&str])]) -> Tree {
        let packages = packages.iter().map(|(name, depends_on)| Package {
            name: (*name).into(),
            depends_on: depends_on.iter().map(|name| (*name).into()).collect(),
        });
        Tree { files: Vec::new(), packages: packages.collect() }
    }

    #[test]
    fn the_drawn_arrows_are_allowed() {
        let tree = tree(&[
            ("scope-core", &["crc32fast"]),
            ("scope-query", &["scope-core", "serde"]),
            ("scope_nif", &["scope-core", "scope-query", "rustler"]),
        ]);
        assert_eq!(check(&tree), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_the_other_way_is_found() {
        let problems = check(&tree(&[("scope-core", &["scope-query"]), ("scope-query", &["scope-core"])]));
        assert_eq!(problems, ["scope-core depends on scope-query: that arrow points the wrong way"]);
    }

    #[test]
    fn serde_in_the_core_is_found() {
        let problems = check(&tree(&[("scope-core", &["serde"])]));
        assert!(problems.len() == 1 && problems[0].contains("knows no JSON"), "{problems:?}");
    }

    #[test]
    fn a_package_without_arrows_is_found() {
        assert!(check(&tree(&[("scope-extra", &[])]))[0].contains("a new package"));
    }
}
