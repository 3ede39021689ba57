//! The words of answers as atoms of Elixir, from the sets in Rust.

use scope_query::answer::word::SETS;
use scope_query::requests::TABLE;
use std::collections::BTreeSet;

/// Words of supervisors, which answers pass on as the supervisor itself gave them.
const OTP: &[&str] = &[
    "one_for_all",
    "one_for_one",
    "permanent",
    "rest_for_one",
    "simple_one_for_one",
    "supervisor",
    "temporary",
    "transient",
    "worker",
];

/// The words of all sets, the kinds of requests and the words of supervisors; some more than once.
fn all() -> impl Iterator<Item = &'static str> {
    let kinds = TABLE.iter().map(|declaration| declaration.kind);
    SETS.iter().flat_map(|set| set.iter()).chain(OTP).copied().chain(kinds)
}

/// The file `elixir/lib/elixir_scope/answer/words.gen.ex`.
pub(super) fn words() -> String {
    let words: BTreeSet<&str> = all().collect();
    let mut lines = vec![String::from("   ")];
    for word in words {
        if lines.last().is_some_and(|line| line.len() + word.len() >= 120) {
            lines.push(String::from("   "));
        }
        if let Some(line) = lines.last_mut() {
            *line += &format!(" {word}");
        }
    }
    format!(
        "# Written by `cargo xtask codegen` from crates/scope-query/src/answer/word.rs. Do not edit.\n\
         defmodule ElixirScope.Answer.Words do\n  @moduledoc false\n  \
         # The words of answers. Naming them here makes their atoms exist, whether or not another module has used them.\n\n  \
         @words ~w(\n{}\n  )a\n\n  \
         @doc \"The atom of a word; any other text stays text.\"\n  @spec word(String.t()) :: atom() | String.t()\n  \
         for word <- @words, do: def(word(unquote(Atom.to_string(word))), do: unquote(word))\n  \
         def word(text), do: text\nend\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_once() {
        let page = words();
        let list = page.split_once("~w(").and_then(|(_, rest)| rest.split_once(')')).map(|(list, _)| list).unwrap();
        let mut listed: Vec<&str> = list.split_whitespace().collect();
        let n = listed.len();
        listed.dedup();
        assert_eq!(listed.len(), n);
        for word in all() {
            assert!(listed.contains(&word), "{word}");
        }
    }
}
