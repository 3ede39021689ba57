//! No committed file names a place on one machine, or a registry's host.

use super::problem::Problem;
use super::tree::Tree;

/// Spelled in two halves, so that this file does not find itself.
const PLACES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("../sh", "ared"),
    concat!("://regi", "stry."),
    concat!("://de", "b."),
    concat!("://ind", "ex."),
    concat!("://fil", "es."),
    concat!("://stat", "ic."),
    concat!("://secur", "ity."),
];

/// Lock files name where packages came from; that is their purpose.
const EXEMPT: &[&str] = &["Cargo.lock", "package-lock.json"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| !EXEMPT.iter().any(|name| file.path.ends_with(name))) {
        for place in PLACES.iter().filter(|place| has_bytes(&file.bytes, place.as_bytes())) {
            problems.push(format!("{}: names a place of one machine, `{place}`", file.path));
        }
    }
    problems
}

/// Recorded traces are bytes, not text, and must not hold a place either.
fn has_bytes(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_text_and_in_bytes() {
        let tree = Tree::of(&[
            ("a.md", concat!("see /wo", "rk/main")),
            ("b.md", "see the workplace"),
            ("t.scope", concat!("\u{1}/ro", "ot/x")),
        ]);
        let problems = check(&tree);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("a.md:") && problems[1].starts_with("t.scope:"));
    }

    #[test]
    fn a_lock_file_may_name_its_sources() {
        assert_eq!(check(&Tree::of(&[("Cargo.lock", concat!("https://ind", "ex.crates.io"))])), [""; 0]);
    }
}
