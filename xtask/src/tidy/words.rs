//! Words that are not the field's: who knows tracing, debugging and databases should read our names and sentences without a dictionary.

use super::problem::Problem;
use super::tree::{File, Tree};

/// Words in a row that stand nowhere: neither in a sentence nor in a name. Each with what to write.
const PROSE: &[(&str, &str)] = &[
    ("door", "the API, or the NIF functions"),
    ("doors", "APIs"),
    ("told", "say what happens: the server handled the message, the caller passes the options"),
    ("nobody", "say what holds: no process, no caller, not yet"),
    ("asked of", "the question's subject: `of the server`, `about the process`"),
    ("looked at", "read, examined, visited"),
    ("a look", "an overview"),
    ("first look", "an overview"),
    ("mourning", "grace (period)"),
];

/// Words in names that the code declares: types, functions, modules, constants. Each with what to call it.
const NAMES: &[(&str, &str)] = &[
    ("adjustment", "settings"),
    ("admission", "a target's check"),
    ("adoption", "a merge of the setup"),
    ("by hand", "manual, or injected"),
    ("draft", "event, or raw event"),
    ("fate", "outcome"),
    ("gather", "collect"),
    ("gathered", "collected"),
    ("given", "injected, or manual"),
    ("intake", "writer"),
    ("lane", "chunk list"),
    ("located", "term reference"),
    ("mourn", "grace"),
    ("passage", "delivery"),
    ("pile", "chunked vector"),
    ("remembered", "process table"),
    ("sealing", "recorder core"),
    ("spared", "paused"),
    ("spelling", "name syntax"),
    ("stays", "waits"),
    ("tally", "totals"),
];

const FOLDERS: &[&str] = &["bench/", "crates/", "docs/", "elixir/", "examples/", "js/", "xtask/"];
const EXTENSIONS: &[&str] = &["c", "erl", "ex", "exs", "js", "md", "mjs", "rs", "toml", "ts"];
/// It names the words.
const OWN: &str = "xtask/src/tidy/words.rs";

/// After these words of a language a name is declared.
const DECLARES: &[&str] = &[
    "class",
    "const",
    "def",
    "defmacro",
    "defmodule",
    "defp",
    "enum",
    "fn",
    "function",
    "interface",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_extension(EXTENSIONS).filter(|file| is_ours(file)) {
        let path = words(&file.path.replace(['/', '.'], " "));
        for (word, instead) in PROSE.iter().chain(NAMES).filter(|(word, _instead)| has_run(&path, word)) {
            problems.push(format!("{}: a file called `{word}`; better: {instead}", file.path));
        }
        for (at, line) in (1..).zip(file.text().lines()) {
            problems.extend(
                line_problems(line).map(|(word, instead)| format!("{}:{at}: `{word}`; better: {instead}", file.path)),
            );
        }
    }
    problems
}

fn is_ours(file: &File) -> bool {
    let is_document = !file.path.contains('/') && file.path.ends_with(".md");
    file.path != OWN && (is_document || FOLDERS.iter().any(|folder| file.path.starts_with(folder)))
}

fn line_problems(line: &str) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let all = words(line);
    let declared = declared(line).map(words).unwrap_or_default();
    let in_names = NAMES.iter().filter(move |(word, _instead)| has_run(&declared, word));
    PROSE.iter().filter(move |(word, _instead)| has_run(&all, word)).chain(in_names)
}

/// The name that a line declares.
fn declared(line: &str) -> Option<&str> {
    let mut before = "";
    for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).filter(|word| !word.is_empty()) {
        if DECLARES.contains(&before) {
            return Some(word);
        }
        if word.starts_with("//") || word == "r" {
            return None;
        }
        before = word;
    }
    None
}

/// The words of a line in small letters; names are split where their parts meet: `by_hand`, `GivenEvent`.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_small = false;
    for c in line.chars() {
        if !c.is_alphanumeric() || (was_small && c.is_uppercase()) {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        was_small = c.is_lowercase();
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

fn has_run(words: &[String], run: &str) -> bool {
    let run: Vec<&str> = run.split(' ').collect();
    words.windows(run.len()).any(|window| window.iter().zip(&run).all(|(word, wanted)| word == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_word_of_ours_is_found_in_prose_and_in_names() {
        for line in
            ["// What the server was told.", "Nobody knows.", "let door_of = 1;", "fn openDoor() {}", "## A first look"]
        {
            assert_eq!(problems("crates/x/src/a.rs", line), 1, "{line}");
            assert_eq!(problems("README.md", line), 1, "{line}");
        }
        assert_eq!(
            check(&Tree::of(&[("docs/a.md", "\nIt is asked of them.")])),
            ["docs/a.md:2: `asked of`; better: the question's subject: `of the server`, `about the process`"]
        );
    }

    #[test]
    fn plain_english_is_fine_where_it_names_nothing() {
        for line in
            ["// The given process was spared the draft.", "let given = 1;", "asked for; looks at; doorbell; unable"]
        {
            assert_eq!(problems("crates/x/src/a.rs", line), 0, "{line}");
        }
        for line in [
            "pub(crate) struct GivenEvent {",
            "defmodule ElixirScope.GivenEvent do",
            "fn by_hand() {",
            "  defp spared(a) do",
        ] {
            assert_eq!(problems("crates/x/src/a.rs", line), 1, "{line}");
        }
    }

    #[test]
    fn a_file_is_a_name_too() {
        assert_eq!(problems("crates/x/src/given.rs", ""), 1);
        assert_eq!(problems("tests/corpus/door/facts.md", "the door"), 0, "records are what they are");
    }
}
