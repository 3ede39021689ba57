//! What can be asked.
//!
//! Invariant: an unknown field or kind is refused, never ignored.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The most rows one answer may have; more would make answers of hundreds of megabytes.
pub const MAX_LIMIT: u32 = 100_000;
/// Rows in an answer when the request names no limit.
pub const DEFAULT_LIMIT: u32 = 1_000;

/// One question. `limit` is the most rows (default 1000), `after` the `next` of the answer before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// Where the trace comes from, what it covers and what it lost.
    Info(Info),
    /// Events in order, filtered.
    Events(Events),
    /// One term, or a part of it, in full.
    Term(Term),
    /// Every recorded state of a process, oldest first, with what led to it.
    StateTimeline(ProcessWindow),
    /// The state of a process at a time.
    StateAt(StateAt),
    /// Messages between two processes, both ways, with their three instants.
    MessageFlow(MessageFlow),
    /// The calls of a process in order, with depth and durations.
    ExecutionPath(ProcessWindow),
}

/// See [`Request::Info`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "InfoRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields, default)]
pub struct Info {}

/// See [`Request::Events`]. Every filter that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "EventsRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields, default)]
pub struct Events {
    /// A pid (`<0.1.0>`, `#PID<0.1.0>`, `<0.1.0>~2`) or a registered name (`Shop.Inventory`, `:cart`).
    pub process: Option<String>,
    /// Class names.
    pub classes: Option<Vec<String>>,
    /// Kind names.
    pub kinds: Option<Vec<String>>,
    /// Module, as Elixir (`Shop.Cart`) or Erlang (`:gen_server`, `gen_server`) writes it.
    pub module: Option<String>,
    /// Function name.
    pub function: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Newest first.
    #[cfg_attr(feature = "ts", ts(as = "Option<bool>", optional))]
    pub backward: bool,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// See [`Request::Term`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "TermRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The id of a term, from an answer.
    pub id: String,
    /// Steps into the term: element positions from 0 (for a map: the n-th pair's value).
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<u32>>", optional))]
    pub path: Vec<u32>,
    /// Elements shown per collection (default 50).
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor into the children of a long collection.
    #[serde(default)]
    pub after: Option<String>,
}

/// A process and a window of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ProcessWindowRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct ProcessWindow {
    /// A pid or a registered name; a bare pid means its latest incarnation in the window.
    pub process: String,
    /// First time, inclusive.
    #[serde(default)]
    pub from: Option<u64>,
    /// Last time, inclusive.
    #[serde(default)]
    pub to: Option<u64>,
    /// Most rows.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}

/// See [`Request::StateAt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "StateAtRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct StateAt {
    /// A pid or a registered name.
    pub process: String,
    /// The moment.
    pub time: u64,
}

/// See [`Request::MessageFlow`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MessageFlowRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct MessageFlow {
    /// One process.
    pub a: String,
    /// The other process.
    pub b: String,
    /// First time of sending, inclusive.
    #[serde(default)]
    pub from: Option<u64>,
    /// Last time of sending, inclusive.
    #[serde(default)]
    pub to: Option<u64>,
    /// Most rows.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}
