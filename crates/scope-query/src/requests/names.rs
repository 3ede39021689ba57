//! The name of each request at every binding. `cargo xtask codegen` writes them out as `docs/requests.md`.
//!
//! Invariant: a name is derived from the request's kind, except for the names that were fixed before the kinds were.

use super::{Declaration, TABLE};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

/// What a request is called at each binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The Elixir function.
    pub elixir: String,
    /// The TypeScript method.
    pub typescript: String,
    /// The command.
    pub cli: String,
    /// The assistant's tool.
    pub mcp: String,
}

/// A name that is not derived.
struct Fixed {
    kind: &'static str,
    elixir: Option<&'static str>,
    mcp: Option<&'static str>,
}

const fn elixir(kind: &'static str, name: &'static str) -> Fixed {
    Fixed { kind, elixir: Some(name), mcp: None }
}

const fn mcp(kind: &'static str, name: &'static str) -> Fixed {
    Fixed { kind, elixir: None, mcp: Some(name) }
}

/// The names that the first description of ElixirScope promised. Requests without a function of their own in Elixir are passed to `query`.
const FIXED: &[Fixed] = &[
    elixir("info", "query"),
    elixir("term", "query"),
    elixir("state_at", "get_state_at"),
    elixir("snapshot_at", "system_snapshot_at"),
    mcp("state_timeline", "get_state_timeline"),
    mcp("message_flow", "get_message_flow"),
    mcp("execution_path", "get_execution_path"),
    mcp("function_calls", "get_function_calls"),
    mcp("supervision_tree", "get_supervision_tree"),
    mcp("state_changes", "analyze_state_changes"),
];

impl Names {
    /// The names of the request of a kind.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        let fixed = |name: fn(&Fixed) -> Option<&'static str>| {
            FIXED.iter().filter(|fixed| fixed.kind == kind).find_map(name).unwrap_or(kind)
        };
        Self {
            elixir: format!("ElixirScope.{}", fixed(|fixed| fixed.elixir)),
            typescript: format!("trace.{}", camel_case(kind)),
            cli: format!("scope {}", kind.replace('_', "-")),
            mcp: format!("elixir_scope_{}", fixed(|fixed| fixed.mcp)),
        }
    }

    /// The TypeScript method without its object.
    #[must_use]
    pub fn typescript_method(&self) -> &str {
        self.typescript.trim_start_matches("trace.")
    }
}

fn camel_case(kind: &str) -> String {
    let mut words = kind.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name + letters.as_str()
    })
}

/// The table as the page `docs/requests.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask codegen` from crates/scope-query/src/requests.rs. Do not edit. -->\n\
         # Requests\n\n\
         One engine answers every binding. This table says what each request is called in Elixir, in TypeScript, at the command line and as an\n\
         assistant's tool; the names at a binding that is not built yet are reserved for it. [schema](schema) has a JSON Schema for each request\n\
         and each answer.\n\n\
         | request | Elixir | TypeScript | command | MCP tool | what it answers |\n\
         |---|---|---|---|---|---|\n",
    );
    for Declaration { kind, doc } in TABLE {
        let Names { elixir, typescript, cli, mcp } = Names::of(kind);
        page += &format!("| `{kind}` | `{elixir}` | `{typescript}` | `{cli}` | `{mcp}` | {doc} |\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn names_are_derived_from_the_kind() {
        let Names { elixir, typescript, cli, mcp } = Names::of("message_queue_analysis");
        assert_eq!(elixir, "ElixirScope.message_queue_analysis");
        assert_eq!(typescript, "trace.messageQueueAnalysis");
        assert_eq!(cli, "scope message-queue-analysis");
        assert_eq!(mcp, "elixir_scope_message_queue_analysis");
    }

    #[test]
    fn a_fixed_name_belongs_to_a_request_and_differs_from_the_derived_one() {
        for Fixed { kind, elixir, mcp } in FIXED {
            assert!(TABLE.iter().any(|declaration| declaration.kind == *kind), "{kind}");
            assert!(elixir.is_some() != mcp.is_some() && elixir.or(*mcp) != Some(kind), "{kind}");
        }
    }

    #[test]
    fn no_two_requests_have_one_name() {
        let mut names: Vec<Names> = TABLE.iter().map(|declaration| Names::of(declaration.kind)).collect();
        let columns: [fn(&Names) -> String; 3] =
            [|names| names.typescript.clone(), |names| names.cli.clone(), |names| names.mcp.clone()];
        for column in columns {
            names.sort_by_key(column);
            assert!(names.windows(2).all(|pair| column(&pair[0]) != column(&pair[1])));
        }
    }
}
