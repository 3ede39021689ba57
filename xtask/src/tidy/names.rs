//! A file is named for the one concept it holds.

use super::problem::Problem;
use super::tree::Tree;

/// Names under which anything may gather, so that everything does.
const VAGUE: &[&str] = &["util", "utils", "helper", "helpers", "common", "shared", "misc"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(&["rs", "ex", "exs", "ts", "js"]) {
        if file.path.ends_with("/mod.rs") {
            problems.push(format!("{}: name it after its folder, beside the folder", file.path));
        }
        let folders = file.path.rsplit_once('/').map_or("", |(folders, _name)| folders);
        for part in folders.split('/').chain([file.stem()]).filter(|part| VAGUE.contains(part)) {
            problems.push(format!("{}: `{part}` says nothing; name the concept", file.path));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_names_and_mod_files_are_found() {
        let tree = Tree::of(&[
            ("a/src/utils.rs", ""),
            ("a/helpers/b.ex", ""),
            ("a/src/b/mod.rs", ""),
            ("a/src/common_case.rs", ""),
        ]);
        assert_eq!(
            check(&tree),
            [
                "a/src/utils.rs: `utils` says nothing; name the concept",
                "a/helpers/b.ex: `helpers` says nothing; name the concept",
                "a/src/b/mod.rs: name it after its folder, beside the folder",
            ]
        );
    }
}
