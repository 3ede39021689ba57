//! `cargo xtask tidy`: the rules of the architecture, each one a check.
//!
//! Invariant: a rule is a pure function of the [`Tree`], and its tests plant a violation: a check that cannot fail is a defect.

mod arrows;
mod circles;
mod documents;
mod faces;
mod hash_order;
mod headers;
mod layers;
mod names;
mod places;
mod problem;
mod purity;
mod size;
mod tree;
mod unsafety;
mod words;

use anyhow::{Result, bail};
use problem::Problem;
use tree::Tree;

/// What a rule is called in the list, and the rule.
type Rule = (&'static str, fn(&Tree) -> Vec<Problem>);

const RULES: &[Rule] = &[
    ("arrows between crates point one way", arrows::check),
    ("the core and the query engine are pure", purity::check),
    ("unsafe code stays in its place and says why it is sound", unsafety::check),
    ("modules form no circle", circles::check),
    ("a layer knows nothing above it", layers::check),
    ("one file faces each foreign library", faces::check),
    ("files stay small, folders narrow", size::check),
    ("names say what a file holds", names::check),
    ("every source file says what it is", headers::check),
    ("hash maps are never iterated", hash_order::check),
    ("no file names one machine", places::check),
    ("documents speak of what exists", documents::check),
    ("words are the field's", words::check),
];

/// Checks every rule over the checkout.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::load()?;
    let mut n_problems = 0;
    for (name, check) in RULES {
        let problems = check(&tree);
        println!("{} {name}", if problems.is_empty() { "ok  " } else { "FAIL" });
        for problem in &problems {
            println!("       {problem}");
        }
        n_problems += problems.len();
    }
    println!("     {}", size::report(&tree));
    if n_problems > 0 {
        bail!("{n_problems} places break a rule of the architecture (ARCHITECTURE.md says why there is such a rule)");
    }
    Ok(())
}
