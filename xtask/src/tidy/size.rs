//! Files stay small enough to hold one concept.

use super::Problem;
use super::tree::{File, Tree};

/// No source file is longer. The file that faces another language grows first.
const MAX_LINES: usize = 600;
/// Nine files in ten are not longer.
const USUAL_LINES: usize = 300;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    sources(tree)
        .filter(|file| n_lines(file) > MAX_LINES)
        .map(|file| format!("{}: {} lines; the most is {MAX_LINES}, split it by concept", file.path, n_lines(file)))
        .collect()
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
}
