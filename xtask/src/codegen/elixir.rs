//! The words of answers as atoms of Elixir, from the sets in Rust.

use scope_query::answer::word::SETS;
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

/// The file `elixir/lib/elixir_scope/answer/words.gen.ex`.
pub(super) fn words() -> String {
    let words: BTreeSet<&str> = SETS.iter().flat_map(|set| set.iter()).chain(OTP).copied().collect();
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
         # The words of answers. Naming them here makes their atoms exist, whether or not anybody has used them yet.\n\n  \
         @words ~w(\n{}\n  )a\n  @by_text Map.new(@words, &{{Atom.to_string(&1), &1}})\n\n  \
         @doc \"The atom of a word; any other text stays text.\"\n  @spec atom(String.t()) :: atom() | String.t()\n  \
         def atom(text), do: Map.get(@by_text, text, text)\nend\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_once() {
        let page = words();
        for word in SETS.iter().flat_map(|set| set.iter()) {
            let n = page.split_whitespace().filter(|found| found == word).count();
            assert!(n == 1 || ["call", "process", "not", "state"].contains(word), "{word}: {n}");
        }
    }
}
