//! Documents speak of what exists: links lead somewhere, and the crates in ARCHITECTURE.md are the crates there are.

use super::problem::Problem;
use super::tree::{File, Tree};
use std::collections::BTreeSet;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(&["md"]) {
        for link in links(file.text()).filter(|link| is_relative(link)) {
            let path = resolve(&file.path, link);
            if !tree.has(&path) && !tree.files.iter().any(|other| other.path.starts_with(&format!("{path}/"))) {
                problems.push(format!("{}: the link to `{link}` leads nowhere", file.path));
            }
        }
    }
    if let Some(guide) = tree.files.iter().find(|file| file.path == "ARCHITECTURE.md") {
        problems.extend(crates(tree, guide));
    }
    problems
}

fn crates(tree: &Tree, guide: &File) -> Vec<Problem> {
    let there: BTreeSet<&str> =
        tree.files.iter().filter_map(|file| file.path.strip_prefix("crates/")?.split('/').next()).collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let named: BTreeSet<&str> = guide
        .text()
        .split("crates/")
        .skip(1)
        .filter_map(|rest| rest.split(|c| !is_name(c)).next())
        .filter(|name| !name.is_empty())
        .collect();
    let missing = there.difference(&named).map(|name| format!("ARCHITECTURE.md: crates/{name} is not spoken of"));
    let gone = named.difference(&there).map(|name| format!("ARCHITECTURE.md: crates/{name} does not exist"));
    missing.chain(gone).collect()
}

/// The targets of `[text](target)`, outside fenced code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("```")
        .step_by(2)
        .flat_map(|prose| prose.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link)
}

fn is_relative(link: &str) -> bool {
    !link.is_empty() && !link.starts_with('#') && !link.contains("://") && !link.starts_with("mailto:")
}

/// The path in the checkout that a link in `from` leads to.
fn resolve(from: &str, link: &str) -> String {
    let link = link.split('#').next().unwrap_or_default();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        let text =
            "[a](b.md) [c](../README.md#top) [d](https://example.com) [e](#x) [f](sub/)\n```\n[g](gone.md)\n```\n";
        let tree = Tree::of(&[("docs/a.md", text), ("docs/b.md", ""), ("README.md", ""), ("docs/sub/x.rs", "")]);
        assert_eq!(check(&tree), [""; 0]);
    }

    #[test]
    fn a_dead_link_is_found() {
        assert_eq!(check(&Tree::of(&[("docs/a.md", "[a](b.md)")])), ["docs/a.md: the link to `b.md` leads nowhere"]);
    }

    #[test]
    fn a_crate_too_many_and_a_crate_too_few_are_found() {
        let guide = ("ARCHITECTURE.md", "`crates/scope-core/` and `crates/scope-gone`");
        let tree = Tree::of(&[guide, ("crates/scope-core/src/lib.rs", ""), ("crates/scope-new/src/lib.rs", "")]);
        assert_eq!(
            check(&tree),
            ["ARCHITECTURE.md: crates/scope-new is not spoken of", "ARCHITECTURE.md: crates/scope-gone does not exist"]
        );
    }
}
