//! Answers are the same on every run, so hash maps are looked up and never walked. Clippy's lint does not see hashbrown's types.

use super::problem::Problem;
use super::tree::Tree;
use super::tree::rust_line::{code_lines, has_word, product};

const TYPES: &[&str] = &["HashMap", "HashSet", "HashTable"];
const WALKS: &[&str] = &[
    "iter()",
    "iter_mut()",
    "keys()",
    "values()",
    "values_mut()",
    "drain()",
    "into_iter()",
    "into_keys()",
    "into_values()",
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in product(tree).filter(|file| file.path.starts_with("crates/")) {
        let lines = code_lines(file.text());
        let maps: Vec<&str> = lines.iter().filter_map(|(_at, line)| declared(line)).collect();
        for (at, line) in &lines {
            if let Some(map) = maps.iter().find(|map| walks(line, map)) {
                problems.push(format!("{}:{at}: walks the hash map `{map}`, whose order is not stable", file.path));
            }
        }
    }
    problems
}

/// The name that a line declares as a hash map: `name: HashMap<..>` or `let name = HashMap::new()`.
fn declared(line: &str) -> Option<&str> {
    let at = TYPES.iter().filter_map(|name| line.find(name)).min()?;
    let before = line[..at].trim_end().trim_end_matches("hashbrown::").trim_end_matches(['&', ' ']);
    let before = before.strip_suffix("mut").unwrap_or(before).trim_end().trim_end_matches('&').trim_end();
    let before = before.strip_suffix(':').or_else(|| before.strip_suffix('='))?.trim_end();
    let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!name.is_empty()).then_some(name)
}

fn walks(line: &str, map: &str) -> bool {
    let is_walked_by_name = WALKS.iter().any(|walk| {
        let call = format!("{map}.{walk}");
        line.contains(&call) && has_word(line, map)
    });
    let is_looped_over = line.trim_start().starts_with("for ")
        && line.split_once(" in ").is_some_and(|(_pattern, over)| {
            let over = over.trim_end_matches([' ', '{']).trim_start_matches(['&', ' ']).trim_start_matches("mut ");
            over == map || over.strip_prefix("self.") == Some(map)
        });
    is_walked_by_name || is_looped_over
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(code: &str) -> Vec<String> {
        check(&Tree::of(&[("crates/scope-core/src/a.rs", code)]))
    }

    #[test]
    fn looking_up_is_fine() {
        assert_eq!(
            problems("struct A { ids: HashMap<u32, u32> }\nfn f(a: &A) { a.ids.get(&1); a.rows.iter(); }\n"),
            [""; 0]
        );
    }

    #[test]
    fn every_way_of_walking_is_found() {
        for walk in [
            "self.ids.iter().count();",
            "for id in &self.ids {",
            "for (a, b) in ids {",
            "let k = ids.into_keys();",
            "ids.drain();",
        ] {
            let code = format!("struct A {{\n    ids: hashbrown::HashMap<u32, u32>,\n}}\n{walk}\n");
            assert_eq!(problems(&code).len(), 1, "{walk}");
        }
        assert_eq!(problems("let mut seen = HashSet::new();\nfor x in &seen {\n").len(), 1);
        assert_eq!(problems("fn f(ids: &mut HashMap<u32, u32>) {\n    ids.values_mut();\n").len(), 1);
    }
}
