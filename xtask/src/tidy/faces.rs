//! One file faces each foreign library; all others call that file.

use super::problem::Problem;
use super::tree::{File, Tree};

/// The other side of a library of another language.
struct Face {
    file: &'static str,
    what: &'static str,
    /// The files that could face it, by extension and folder.
    extensions: &'static [&'static str],
    folder: &'static str,
    /// Whether a line of code faces it.
    faces: fn(&str) -> bool,
}

const FACES: &[Face] = &[
    Face {
        file: "elixir/lib/elixir_scope/native.ex",
        what: "the native library",
        extensions: &["ex", "exs"],
        folder: "elixir/lib/",
        faces: |line| {
            let code = line.split('#').next().unwrap_or_default();
            code.contains("load_nif") || code.contains("nif_error")
        },
    },
    Face {
        file: "js/src/engine.ts",
        what: "the WebAssembly module",
        extensions: &["ts", "js"],
        folder: "",
        // Where wasm-bindgen writes the glue.
        faces: |line| line.contains("core/core.js") && (line.contains("import") || line.contains("from")),
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    FACES.iter().flat_map(|face| face.check(tree)).collect()
}

impl Face {
    fn check(&self, tree: &Tree) -> Vec<Problem> {
        let others = |file: &&File| file.path.starts_with(self.folder) && file.path != self.file;
        let mut problems = Vec::new();
        for file in tree.with_extension(self.extensions).filter(others) {
            let lines = (1..).zip(file.text().lines()).filter(|(_at, line)| (self.faces)(line));
            problems
                .extend(lines.map(|(at, _line)| format!("{}:{at}: only {} faces {}", file.path, self.file, self.what)));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_module_that_loads_the_native_library_is_found() {
        let line = "    :erlang.load_nif(path, 0)\n";
        let face = "elixir/lib/elixir_scope/native.ex";
        assert_eq!(check(&Tree::of(&[(face, line)])), [""; 0]);
        assert_eq!(
            check(&Tree::of(&[("elixir/lib/elixir_scope/other.ex", line)])),
            [format!("elixir/lib/elixir_scope/other.ex:1: only {face} faces the native library")]
        );
    }

    #[test]
    fn a_second_file_that_imports_the_glue_is_found() {
        let line = "import { openTrace } from \"../core/core.js\";\n";
        let face = "js/src/engine.ts";
        assert_eq!(check(&Tree::of(&[(face, line)])), [""; 0]);
        assert_eq!(
            check(&Tree::of(&[("js/src/a.ts", line)])),
            [format!("js/src/a.ts:1: only {face} faces the WebAssembly module")]
        );
    }
}
