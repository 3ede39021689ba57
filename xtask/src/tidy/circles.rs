//! No circle of modules: neither in a crate nor in an Elixir project.
//!
//! An arrow goes to the module that defines the name. A module may use what its own ancestors define, as Rust's `super` is meant for: such
//! an arrow is not counted, so a folder and its parent file are read from the top. Siblings, cousins, and a parent that comes back to
//! itself through another folder are circles.

mod graph;

use super::problem::Problem;
use super::tree::Tree;
use super::tree::{elixir_module, rust_module};
use graph::{Circle, Graph};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let rust = rust_module::crates(tree).into_iter().flat_map(|crate_| {
        let mut graph = Graph::default();
        for (name, module) in &crate_.modules {
            for reference in &module.references {
                if let Some(to) = reference.module.as_ref().filter(|to| !is_ancestor(to, name)) {
                    graph.add(shown(name), shown(to), format!("{}:{}", module.file, reference.line));
                }
            }
        }
        problems(&crate_.name, &graph)
    });
    let elixir = elixir_module::projects(tree).into_iter().flat_map(|project| {
        let mut graph = Graph::default();
        for module in &project.modules {
            for (to, line) in &module.references {
                graph.add(&module.name, to, format!("{}:{line}", module.file));
            }
        }
        problems(&project.name, &graph)
    });
    rust.chain(elixir).collect()
}

/// Whether a module lies above another in its own branch of the tree.
fn is_ancestor(above: &str, module: &str) -> bool {
    above.is_empty() || module.strip_prefix(above).is_some_and(|rest| rest.starts_with("::"))
}

fn shown(module: &str) -> &str {
    if module.is_empty() { "the root" } else { module }
}

fn problems(name: &str, graph: &Graph) -> Vec<Problem> {
    graph.circles().iter().map(|circle| problem(name, circle)).collect()
}

fn problem(name: &str, circle: &Circle) -> Problem {
    let first = circle.shortest.first().map_or("", |(name, _place)| name.as_str());
    let way: Vec<String> = circle.shortest.iter().map(|(name, place)| format!("{name} ({place})")).collect();
    format!("{name}: a circle of {} modules: {} -> {first}", circle.n_names, way.join(" -> "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_in_a_crate_is_found_and_shown() {
        let tree = Tree::of(&[
            ("crates/x/src/lib.rs", "mod a;\nmod b;\nmod c;\n"),
            ("crates/x/src/a.rs", "use crate::b::B;\n"),
            ("crates/x/src/b.rs", "use super::c;\n"),
            ("crates/x/src/c.rs", "\nfn f() { crate::a::g() }\n"),
        ]);
        let expected = "x: a circle of 3 modules: a (crates/x/src/a.rs:1) -> b (crates/x/src/b.rs:1) -> c (crates/x/src/c.rs:2) -> a";
        assert_eq!(check(&tree), [expected]);
    }

    #[test]
    fn a_child_may_use_its_ancestors_and_no_detour_to_them() {
        let mut files = [
            ("crates/x/src/lib.rs", "mod a;\nmod c;\npub use a::A;\nfn f() { a::g() }\n"),
            ("crates/x/src/a.rs", "mod b;\npub use b::A;\nfn helper() {}\n"),
            ("crates/x/src/a/b.rs", "use super::helper;\nfn g() { crate::f() }\n"),
            ("crates/x/src/c.rs", "use crate::a::helper;\n"),
        ];
        assert_eq!(check(&Tree::of(&files)), [""; 0]);
        files[2].1 = "use crate::c;\n";
        assert_eq!(check(&Tree::of(&files)).len(), 1, "a -> a::b -> c -> a");
        files[2].1 = "#[cfg(test)]\nuse crate::c;\n";
        assert_eq!(check(&Tree::of(&files)), [""; 0]);
    }

    #[test]
    fn a_circle_in_elixir_is_found_and_shown() {
        let tree = Tree::of(&[
            ("elixir/lib/a.ex", "defmodule A do\n  alias A.{B, C}\n  def f, do: {B.g(), C.h()}\nend\n"),
            ("elixir/lib/a/b.ex", "defmodule A.B do\n  @type t :: A.C.t()\nend\n"),
            ("elixir/lib/a/c.ex", "defmodule A.C do\n  def h, do: %A{}\nend\n"),
        ]);
        let expected = "elixir: a circle of 3 modules: A (elixir/lib/a.ex:3) -> A.C (elixir/lib/a/c.ex:2) -> A";
        assert_eq!(check(&tree), [expected]);
    }
}
