//! The name of each request at every edge. `cargo xtask codegen` writes it out as `docs/requests.md`.
//!
//! Invariant: every request has a name at every edge; a test walks the requests.

use alloc::format;
use alloc::string::String;

/// What a request is called at each edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// The `kind` of the request.
    pub kind: &'static str,
    /// The Elixir function that asks it.
    pub elixir: &'static str,
    /// The TypeScript method.
    pub typescript: &'static str,
    /// The command.
    pub cli: &'static str,
    /// The MCP tool.
    pub mcp: &'static str,
    /// What it answers, in one line.
    pub doc: &'static str,
}

/// Every request.
pub const TABLE: &[Names] = &[
    Names {
        kind: "info",
        elixir: "ElixirScope.query/2",
        typescript: "trace.info",
        cli: "scope info",
        mcp: "elixir_scope_get_info",
        doc: "Where the trace comes from, what it covers and what it lost.",
    },
    Names {
        kind: "events",
        elixir: "ElixirScope.get_events_between/3",
        typescript: "trace.events",
        cli: "scope events",
        mcp: "elixir_scope_get_events",
        doc: "Events in order, by a [filter](filter.md), process, class, kind, module, function and time.",
    },
    Names {
        kind: "term",
        elixir: "ElixirScope.query/2",
        typescript: "trace.term",
        cli: "scope term",
        mcp: "elixir_scope_get_term",
        doc: "One term, or a part of it, in full.",
    },
    Names {
        kind: "state_timeline",
        elixir: "ElixirScope.state_timeline/2",
        typescript: "trace.stateTimeline",
        cli: "scope states",
        mcp: "elixir_scope_get_state_timeline",
        doc: "Every recorded state of a process, oldest first, with what led to it.",
    },
    Names {
        kind: "state_at",
        elixir: "ElixirScope.get_state_at/2",
        typescript: "trace.stateAt",
        cli: "scope state-at",
        mcp: "elixir_scope_get_state_at",
        doc: "The state of a process at a time.",
    },
    Names {
        kind: "message_flow",
        elixir: "ElixirScope.message_flow/3",
        typescript: "trace.messageFlow",
        cli: "scope messages",
        mcp: "elixir_scope_get_message_flow",
        doc: "Messages between two processes, or from or to one: sent, delivered, handled.",
    },
    Names {
        kind: "message",
        elixir: "ElixirScope.message/2",
        typescript: "trace.message",
        cli: "scope message",
        mcp: "elixir_scope_get_message",
        doc: "One message by the id of any of its events, and what a request was replied.",
    },
    Names {
        kind: "server_calls",
        elixir: "ElixirScope.server_calls/2",
        typescript: "trace.serverCalls",
        cli: "scope server-calls",
        mcp: "elixir_scope_get_server_calls",
        doc: "The requests of a server, or of a caller, with their replies: waiting, handling, latency.",
    },
    Names {
        kind: "snapshot_at",
        elixir: "ElixirScope.system_snapshot_at/2",
        typescript: "trace.snapshotAt",
        cli: "scope snapshot",
        mcp: "elixir_scope_get_snapshot",
        doc: "Who was alive at a time: states, mailboxes, calls and names.",
    },
    Names {
        kind: "execution_path",
        elixir: "ElixirScope.execution_path/2",
        typescript: "trace.executionPath",
        cli: "scope calls",
        mcp: "elixir_scope_get_execution_path",
        doc: "The traced calls of a process in order, with depth and durations.",
    },
    Names {
        kind: "process_info",
        elixir: "ElixirScope.process_info/2",
        typescript: "trace.processInfo",
        cli: "scope process",
        mcp: "elixir_scope_get_process_info",
        doc: "Who a process is, how it began and ended, its names, links and counts of events.",
    },
    Names {
        kind: "find_processes",
        elixir: "ElixirScope.find_processes/1",
        typescript: "trace.findProcesses",
        cli: "scope processes",
        mcp: "elixir_scope_find_processes",
        doc: "The processes that match: by module, name, parent, time and fate.",
    },
    Names {
        kind: "process_relationships",
        elixir: "ElixirScope.process_relationships/2",
        typescript: "trace.processRelationships",
        cli: "scope relationships",
        mcp: "elixir_scope_get_process_relationships",
        doc: "Parent, children, ancestors, links, supervisor and peers of a process.",
    },
    Names {
        kind: "supervision_tree",
        elixir: "ElixirScope.supervision_tree/1",
        typescript: "trace.supervisionTree",
        cli: "scope tree",
        mcp: "elixir_scope_get_supervision_tree",
        doc: "The supervision tree at a time: supervisors, strategies, children, restarts.",
    },
    Names {
        kind: "events_around",
        elixir: "ElixirScope.events_around/2",
        typescript: "trace.eventsAround",
        cli: "scope around",
        mcp: "elixir_scope_get_events_around",
        doc: "The events before and after an event or a time.",
    },
    Names {
        kind: "compare_states",
        elixir: "ElixirScope.compare_states/3",
        typescript: "trace.compareStates",
        cli: "scope compare",
        mcp: "elixir_scope_compare_states",
        doc: "The difference of two states, or of any two terms.",
    },
    Names {
        kind: "state_changes",
        elixir: "ElixirScope.state_changes/3",
        typescript: "trace.stateChanges",
        cli: "scope state-changes",
        mcp: "elixir_scope_analyze_state_changes",
        doc: "When a part of a state changed, from what to what, and why.",
    },
    Names {
        kind: "analyze_state_change",
        elixir: "ElixirScope.analyze_state_change/4",
        typescript: "trace.analyzeStateChange",
        cli: "scope state-change",
        mcp: "elixir_scope_analyze_state_change",
        doc: "How a process came from one state into another.",
    },
    Names {
        kind: "why",
        elixir: "ElixirScope.why/2",
        typescript: "trace.why",
        cli: "scope why",
        mcp: "elixir_scope_get_why",
        doc: "The chain of causes behind an event, across processes, back to where it came from: see [why](why.md).",
    },
    Names {
        kind: "impact",
        elixir: "ElixirScope.impact/2",
        typescript: "trace.impact",
        cli: "scope impact",
        mcp: "elixir_scope_get_impact",
        doc: "What followed from an event, across processes: see [why](why.md).",
    },
    Names {
        kind: "crashes",
        elixir: "ElixirScope.crashes/1",
        typescript: "trace.crashes",
        cli: "scope crashes",
        mcp: "elixir_scope_get_crashes",
        doc: "Every abnormal exit with its circumstances, and what the exits have in common.",
    },
    Names {
        kind: "performance_analysis",
        elixir: "ElixirScope.performance_analysis/2",
        typescript: "trace.performanceAnalysis",
        cli: "scope performance",
        mcp: "elixir_scope_get_performance",
        doc: "What functions cost: calls, times, errors, callers and callees; the largest own time first.",
    },
    Names {
        kind: "slowest_function_calls",
        elixir: "ElixirScope.slowest_function_calls/1",
        typescript: "trace.slowestFunctionCalls",
        cli: "scope slowest",
        mcp: "elixir_scope_get_slowest_calls",
        doc: "The calls that took longest, longest first.",
    },
    Names {
        kind: "function_calls",
        elixir: "ElixirScope.function_calls/2",
        typescript: "trace.functionCalls",
        cli: "scope function-calls",
        mcp: "elixir_scope_get_function_calls",
        doc: "The calls of functions in order, across processes.",
    },
    Names {
        kind: "call_tree",
        elixir: "ElixirScope.call_tree/2",
        typescript: "trace.callTree",
        cli: "scope call-tree",
        mcp: "elixir_scope_get_call_tree",
        doc: "Calls as a tree with times, and as folded stacks.",
    },
    Names {
        kind: "message_queue_analysis",
        elixir: "ElixirScope.message_queue_analysis/1",
        typescript: "trace.messageQueueAnalysis",
        cli: "scope queues",
        mcp: "elixir_scope_get_message_queues",
        doc: "The message queues: lengths, waiting, handling, who fills them, and the bottleneck.",
    },
    Names {
        kind: "overview",
        elixir: "ElixirScope.overview/1",
        typescript: "trace.overview",
        cli: "scope overview",
        mcp: "elixir_scope_get_overview",
        doc: "A first look: what the trace covers and what stands out.",
    },
];

/// The table as the page `docs/requests.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask codegen` from crates/scope-query/src/api/names.rs. Do not edit. -->\n\
         # Requests\n\n\
         One engine answers every edge; this is what each request is called there. The names at an edge that is not built yet are kept for it.\n\n\
         | request | Elixir | TypeScript | command | MCP tool | what it answers |\n\
         |---|---|---|---|---|---|\n",
    );
    for names in TABLE {
        let Names { kind, elixir, typescript, cli, mcp, doc } = names;
        page += &format!("| `{kind}` | `{elixir}` | `{typescript}` | `{cli}` | `{mcp}` | {doc} |\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Request;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    /// The kinds the door reads, out of its own refusal: so a new request cannot be forgotten here.
    fn kinds_read() -> Vec<String> {
        let refusal = serde_json::from_str::<Request>(r#"{"kind": "?"}"#).expect_err("no such kind").to_string();
        let (_, kinds) = refusal.split_once("expected one of ").expect("the refusal lists the kinds");
        kinds.split('`').skip(1).step_by(2).map(String::from).collect()
    }

    #[test]
    fn every_request_has_a_name_everywhere() {
        let kinds: Vec<&str> = TABLE.iter().map(|names| names.kind).collect();
        assert_eq!(kinds, kinds_read());
        for Names { kind, elixir, typescript, cli, mcp, doc } in TABLE {
            for column in [elixir, typescript, cli, mcp, doc] {
                assert!(!column.is_empty(), "{kind} has an empty column");
            }
        }
    }

    #[test]
    fn the_committed_page_is_not_stale() {
        let committed = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/requests.md"));
        assert!(committed == markdown(), "docs/requests.md is stale: run `cargo xtask codegen`");
    }
}
