//! One Elixir module loads the native library, and a few call that module.

use super::Problem;
use super::tree::Tree;

/// The module that is the native library's other side.
const FACE: &str = "elixir/lib/elixir_scope/native.ex";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(&["ex", "exs"]).filter(|file| file.path.starts_with("elixir/lib/")) {
        for (at, line) in (1..).zip(file.text().lines()) {
            let code = line.split('#').next().unwrap_or_default();
            if file.path != FACE && (code.contains("load_nif") || code.contains("nif_error")) {
                problems.push(format!("{}:{at}: only {FACE} faces the native library", file.path));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_module_that_loads_the_library_is_found() {
        let line = "    :erlang.load_nif(path, 0)\n";
        assert_eq!(check(&Tree::of(&[(FACE, line)])), Vec::<String>::new());
        let problems = check(&Tree::of(&[("elixir/lib/elixir_scope/other.ex", line)]));
        assert_eq!(problems, [format!("elixir/lib/elixir_scope/other.ex:1: only {FACE} faces the native library")]);
    }
}
