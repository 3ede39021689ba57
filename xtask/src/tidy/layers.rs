//! Layers within a crate: what a folder of modules must not refer to.

use super::problem::Problem;
use super::tree::Tree;
use super::tree::rust_module;

/// A folder of modules, and what lies above it.
struct Layer {
    crate_: &'static str,
    folder: &'static str,
    /// Modules of the same crate, or other crates.
    above: &'static [&'static str],
    why: &'static str,
}

const LAYERS: &[Layer] = &[Layer {
    crate_: "scope-query",
    folder: "model",
    above: &["requests", "json", "api", "serde_json"],
    why: "the model holds typed facts, for exports and views as well; it knows no request and no JSON",
}];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let crates = rust_module::crates(tree);
    let mut problems = Vec::new();
    for layer in LAYERS {
        let modules = crates.iter().filter(|crate_| crate_.name == layer.crate_).flat_map(|crate_| &crate_.modules);
        for (_name, module) in modules.filter(|(name, _module)| is_within(name, layer.folder)) {
            let up =
                module.references.iter().filter(|found| layer.above.iter().any(|above| is_within(&found.path, above)));
            problems.extend(up.map(|found| {
                format!("{}:{}: `{}` lies above `{}`: {}", module.file, found.line, found.path, layer.folder, layer.why)
            }));
        }
    }
    problems
}

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> Vec<Problem> {
        check(&Tree::of(&[
            ("crates/scope-query/src/lib.rs", "mod json;\nmod model;\nmod requests;\n"),
            ("crates/scope-query/src/json.rs", "use crate::model::Call;\n"),
            ("crates/scope-query/src/model.rs", "pub mod call;\npub use call::Call;\n"),
            ("crates/scope-query/src/model/call.rs", text),
        ]))
    }

    #[test]
    fn a_model_that_knows_a_request_or_json_is_found() {
        assert_eq!(model("use scope_core::Trace;\nuse super::super::model::Call as Other;\n"), [""; 0]);
        for line in [
            "use crate::requests::Calls;",
            "fn f() -> crate::requests::calls::Calls { loop {} }",
            "use crate::json;",
            "fn f() { super::super::json::write() }",
            "use serde_json::Value;",
            "fn f() { assert!(serde_json::json!(1) == g()) }",
        ] {
            assert_eq!(model(line).len(), 1, "{line}: {:?}", model(line));
        }
    }
}
