//! One TypeScript file calls the WebAssembly module's glue; all others call that file.

use super::Problem;
use super::tree::Tree;

/// The file that is the module's other side.
const FACE: &str = "js/src/engine.ts";
/// Where wasm-bindgen writes the glue.
const GLUE: &str = "core/core.js";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(&["ts", "js"]).filter(|file| file.path != FACE) {
        for (at, line) in (1..).zip(file.text().lines()) {
            if line.contains(GLUE) && (line.contains("import") || line.contains("from")) {
                problems.push(format!("{}:{at}: only {FACE} faces the module", file.path));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_file_that_imports_the_glue_is_found() {
        let line = "import { openTrace } from \"../core/core.js\";\n";
        assert_eq!(check(&Tree::of(&[(FACE, line)])), Vec::<String>::new());
        assert_eq!(
            check(&Tree::of(&[("js/src/a.ts", line)])),
            [format!("js/src/a.ts:1: only {FACE} faces the module")]
        );
    }
}
