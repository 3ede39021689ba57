//! The core and the query engine run anywhere: no std, so no files, no clock, no threads, no randomness.

use super::problem::Problem;
use super::tree::Tree;
use super::tree::rust_line::{code_lines, has_word, product};

/// How a library says so; the second is without std in every build but the one that writes its schemas.
const NO_STD: &[&str] = &["#![no_std]", "#![cfg_attr(not(feature = \"schema\"), no_std)]"];

const PURE: &[&str] = &["crates/scope-core/src/", "crates/scope-query/src/"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for root in PURE {
        let lib = format!("{root}lib.rs");
        if let Some(file) = tree.files.iter().find(|file| file.path == lib)
            && !file.text().lines().any(|line| NO_STD.contains(&line))
        {
            problems.push(format!("{lib}: `#![no_std]` is missing"));
        }
        // A file `schema.rs` is behind that feature.
        let shipped = product(tree).filter(|file| file.path.starts_with(root) && !file.path.ends_with("/schema.rs"));
        for file in shipped {
            for (at, line) in code_lines(file.text()) {
                if has_word(line, "std") && (line.contains("std::") || line.contains("extern crate std")) {
                    problems.push(format!("{}:{at}: uses std; take what it needs as an argument", file.path));
                }
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: (&str, &str) = ("crates/scope-core/src/lib.rs", "//! Core.\n#![no_std]\n");

    #[test]
    fn std_in_tests_is_fine() {
        let tree = Tree::of(&[
            LIB,
            ("crates/scope-core/src/a.rs", "use core::fmt;\n#[cfg(test)]\nmod tests {\n use std::vec;\n}\n"),
        ]);
        assert_eq!(check(&tree), Vec::<String>::new());
    }

    #[test]
    fn a_clock_in_the_core_is_found() {
        let tree = Tree::of(&[LIB, ("crates/scope-core/src/a.rs", "//! A.\nuse std::time::Instant;\n")]);
        assert_eq!(check(&tree), ["crates/scope-core/src/a.rs:2: uses std; take what it needs as an argument"]);
    }

    #[test]
    fn a_library_without_no_std_is_found() {
        let tree = Tree::of(&[("crates/scope-query/src/lib.rs", "//! Query.\n")]);
        assert_eq!(check(&tree), ["crates/scope-query/src/lib.rs: `#![no_std]` is missing"]);
    }
}
