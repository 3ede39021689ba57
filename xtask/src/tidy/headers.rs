//! Every source file opens by saying what it is and why it exists.

use super::problem::Problem;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(&["rs"]) {
        if !file.text().lines().next().is_some_and(|line| line.starts_with("//! ")) {
            problems.push(format!("{}: the first line is not a `//!` sentence", file.path));
        }
    }
    for file in tree.with_extension(&["ex"]) {
        let mut pending = None;
        for (at, line) in (1..).zip(file.text().lines()) {
            let line = line.trim();
            if line.starts_with("defmodule ") {
                problems.extend(pending.map(|at| undocumented(&file.path, at)));
                pending = Some(at);
            } else if line.starts_with("@moduledoc") {
                pending = None;
            }
        }
        problems.extend(pending.map(|at| undocumented(&file.path, at)));
    }
    problems
}

fn undocumented(path: &str, at: usize) -> Problem {
    format!("{path}:{at}: a module without a @moduledoc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_file_without_a_header_is_found() {
        let tree = Tree::of(&[("a.rs", "//! Why.\n"), ("b.rs", "use a;\n"), ("c.rs", "")]);
        assert_eq!(
            check(&tree),
            ["b.rs: the first line is not a `//!` sentence", "c.rs: the first line is not a `//!` sentence"]
        );
    }

    #[test]
    fn an_elixir_module_without_documentation_is_found() {
        let documented = "defmodule A do\n  @moduledoc \"A.\"\nend\n";
        let second = "defmodule A do\n  @moduledoc false\n  defmodule B do\n  end\nend\n";
        let tree = Tree::of(&[("a.ex", documented), ("b.ex", second), ("c.exs", "defmodule C do\nend\n")]);
        assert_eq!(check(&tree), ["b.ex:3: a module without a @moduledoc"]);
    }
}
