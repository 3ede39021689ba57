//! Files stay small enough to hold one concept, and folders narrow enough to be read at once.

use super::problem::Problem;
use super::tree::rust_module::{self, Crate};
use super::tree::{File, Tree};
use std::collections::BTreeMap;

/// No source file is longer. The file that faces another language grows first.
const MAX_LINES: usize = 600;
/// Nine files in ten are not longer.
const USUAL_LINES: usize = 300;
/// The most modules side by side.
const MAX_MODULES: usize = 15;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let long = sources(tree)
        .filter(|file| n_lines(file) > MAX_LINES)
        .map(|file| format!("{}: {} lines; the most is {MAX_LINES}, split it by concept", file.path, n_lines(file)));
    long.chain(rust_module::crates(tree).iter().flat_map(wide)).collect()
}

fn wide(crate_: &Crate) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (parent, n_modules) in widths(crate_).into_iter().filter(|(_parent, n_modules)| *n_modules > MAX_MODULES) {
        let place = if parent.is_empty() { "its root" } else { parent };
        problems.push(format!(
            "{}: {n_modules} modules side by side in {place}; the most is {MAX_MODULES}, group them by concept",
            crate_.name
        ));
    }
    problems
}

/// How many modules each parent has.
fn widths(crate_: &Crate) -> BTreeMap<&str, usize> {
    let mut widths = BTreeMap::new();
    for name in crate_.modules.keys().filter(|name| !name.is_empty()) {
        *widths.entry(name.rsplit_once("::").map_or("", |(parent, _name)| parent)).or_default() += 1;
    }
    widths
}

/// One line on all source files together.
pub(super) fn report(tree: &Tree) -> String {
    let mut sizes: Vec<usize> = sources(tree).map(n_lines).collect();
    sizes.sort_unstable();
    let usual = sizes.iter().filter(|size| **size <= USUAL_LINES).count();
    format!(
        "{} source files, median {} lines, {}% of at most {USUAL_LINES}, largest {}",
        sizes.len(),
        sizes.get(sizes.len() / 2).copied().unwrap_or(0),
        100 * usual / sizes.len().max(1),
        sizes.last().copied().unwrap_or(0),
    )
}

/// What people write; a generated file is as long as what it is generated from.
fn sources(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.with_extension(&["rs", "ex", "exs", "ts", "js", "css"]).filter(|file| !file.path.ends_with(".gen.ts"))
}

fn n_lines(file: &File) -> usize {
    file.text().lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_limit_is_found_and_one_at_it_is_not() {
        let at = "x\n".repeat(MAX_LINES);
        let over = "x\n".repeat(MAX_LINES + 1);
        let tree = Tree::of(&[("a.rs", &at), ("b.rs", &over), ("c.md", &over), ("d.gen.ts", &over)]);
        assert_eq!(check(&tree), ["b.rs: 601 lines; the most is 600, split it by concept"]);
    }

    #[test]
    fn the_report_counts() {
        let tree = Tree::of(&[("a.rs", "1\n"), ("b.rs", "1\n2\n3\n"), ("c.ex", &"x\n".repeat(301))]);
        assert_eq!(report(&tree), "3 source files, median 3 lines, 66% of at most 300, largest 301");
    }

    #[test]
    fn a_level_over_the_limit_is_found_and_one_at_it_is_not() {
        let level = |n: usize| (0..n).map(|i| format!("mod m{i};\n")).collect::<String>();
        let paths: Vec<String> = (0..=MAX_MODULES).map(|i| format!("crates/x/src/m0/m{i}.rs")).collect();
        let wide = |n: usize| {
            let text = level(n);
            let mut files = vec![("crates/x/src/lib.rs", "mod m0;\n"), ("crates/x/src/m0.rs", text.as_str())];
            files.extend(paths.iter().map(|path| (path.as_str(), "")));
            check(&Tree::of(&files))
        };
        assert_eq!(wide(MAX_MODULES), [""; 0]);
        assert_eq!(wide(MAX_MODULES + 1), ["x: 16 modules side by side in m0; the most is 15, group them by concept"]);
    }
}
