//! Unsafe code: only where another language is faced, and each block says why it is sound.

use super::problem::Problem;
use super::tree::Tree;
use super::tree::rust_line::{code_lines, has_word};

/// Where Rust faces the BEAM.
const ALLOWED: &str = "crates/scope-nif/";

/// Where functions are exported under their own names, to any WebAssembly host and to code that the compiler puts in: it calls the
/// attribute for that unsafe, and nothing else there is.
const EXPORTS: &[&str] = &["crates/scope-wasm/src/c_abi.rs", "fuzz/src/work.rs"];
const EXPORT: &str = "#[unsafe(no_mangle)]";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(&["rs"]) {
        let is_allowed = file.path.starts_with(ALLOWED);
        let lines: Vec<&str> = file.text().lines().collect();
        for (at, line) in code_lines(file.text()) {
            let line = without_strings(line);
            let is_export = EXPORTS.contains(&file.path.as_str()) && line == EXPORT;
            if !has_word(&line, "unsafe") || (is_export && is_explained(&lines, at)) {
                continue;
            }
            if !is_allowed {
                problems.push(format!("{}:{at}: unsafe code outside {ALLOWED}", file.path));
            } else if line.contains("unsafe {") && !is_explained(&lines, at) {
                problems.push(format!("{}:{at}: an unsafe block without a `SAFETY:` comment above it", file.path));
            }
        }
    }
    problems
}

/// Whether the statement that begins or goes on at line `at` (from 1) has a SAFETY comment: on the line itself, or in the comment
/// above the statement's first line.
fn is_explained(lines: &[&str], at: usize) -> bool {
    let mut above = lines[..at].iter().rev();
    if above.next().is_some_and(|line| line.contains("SAFETY:")) {
        return true;
    }
    let is_end = |line: &str| line.is_empty() || line.ends_with([';', '}']);
    above
        .map(|line| line.trim())
        .take_while(|line| line.starts_with("//") || !is_end(line))
        .any(|line| line.contains("SAFETY:"))
}

/// The line with the text of its string literals taken out.
fn without_strings(line: &str) -> String {
    line.split('"').step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_code_in_the_core_is_found() {
        let tree = Tree::of(&[("crates/scope-core/src/a.rs", "//! A.\nfn f() {\n    unsafe { g() }\n}\n")]);
        assert_eq!(check(&tree), ["crates/scope-core/src/a.rs:3: unsafe code outside crates/scope-nif/"]);
    }

    #[test]
    fn a_block_must_be_explained_even_where_it_is_allowed() {
        let explained = "fn f() {\n    // SAFETY: g has no preconditions.\n    unsafe { g() }\n}\n";
        let spread = "fn f() {\n    // SAFETY: fine.\n    let a =\n        unsafe { g() };\n}\n";
        let bare = "fn f() {\n    // SAFETY: of another block.\n    h();\n    unsafe { g() }\n}\n";
        let path = "crates/scope-nif/src/a.rs";
        assert_eq!(check(&Tree::of(&[(path, explained)])), Vec::<String>::new());
        assert_eq!(check(&Tree::of(&[(path, spread)])), Vec::<String>::new());
        assert_eq!(check(&Tree::of(&[(path, bare)])).len(), 1);
    }

    #[test]
    fn an_export_is_an_attribute_in_one_file_and_no_more() {
        let export = "// SAFETY: the only one of its name.\n#[unsafe(no_mangle)]\nextern \"C\" fn f() {}\n";
        let block = "fn f() {\n    // SAFETY: fine.\n    unsafe { g() }\n}\n";
        let (path, bare) = (EXPORTS[0], "#[unsafe(no_mangle)]\nextern \"C\" fn f() {}\n");
        assert_eq!(check(&Tree::of(&[(path, export)])), Vec::<String>::new());
        assert_eq!(check(&Tree::of(&[(path, bare)])).len(), 1);
        assert_eq!(check(&Tree::of(&[(path, block)])).len(), 1);
        assert_eq!(check(&Tree::of(&[("crates/scope-wasm/src/a.rs", export)])).len(), 1);
    }

    #[test]
    fn the_word_in_a_comment_a_string_or_a_lint_is_not_code() {
        let text = "//! Not unsafe.\n#![deny(unsafe_code)]\nconst A: &str = \"unsafe { }\";\n";
        assert_eq!(check(&Tree::of(&[("crates/scope-core/src/a.rs", text)])), Vec::<String>::new());
    }
}
