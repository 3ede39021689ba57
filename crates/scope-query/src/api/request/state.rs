//! States.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::StateAt`](super::Request::StateAt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "StateAtRequest", optional_fields = nullable))]
pub struct StateAt {
    /// A pid or a registered name.
    pub process: String,
    /// The moment.
    pub time: u64,
}

/// A state as a request names it: the one at a time, or the term with an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Moment {
    /// A time: the state of the process then.
    Time(u64),
    /// The id of a term (`state-0-12`, or a part of it, `state-0-12/0/2`), or of an event.
    Id(String),
}

/// See [`Request::CompareStates`](super::Request::CompareStates).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CompareStatesRequest", optional_fields = nullable))]
pub struct CompareStates {
    /// Whose states, where times are given.
    pub process: Option<String>,
    /// The first state.
    pub was: Moment,
    /// The second state.
    pub became: Moment,
    /// Most changes.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// See [`Request::StateChanges`](super::Request::StateChanges).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "StateChangesRequest", optional_fields = nullable))]
pub struct StateChanges {
    /// A pid or a registered name.
    pub process: String,
    /// The part of the state to watch, as changes name it: `.items[0].quantity`, `[:total]`, `items`; the whole state when not given.
    pub path: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// See [`Request::AnalyzeStateChange`](super::Request::AnalyzeStateChange).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "AnalyzeStateChangeRequest", optional_fields = nullable))]
pub struct AnalyzeStateChange {
    /// A pid or a registered name.
    pub process: String,
    /// The state it was in.
    pub was: Wanted,
    /// The state it came to be in.
    pub became: Wanted,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows of the chain behind each change (default 10, at most 100).
    pub causes: Option<u32>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// One state, or every state that is like something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Wanted {
    /// The state at a time, or with an id.
    At(Moment),
    /// Every state like a term.
    Like(Like),
}

/// A term to compare states with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Like {
    /// A term as Elixir writes it; `_` stands for anything, and `...` at the end of a map for any other keys: `%{status: :paid, ...}`.
    pub like: String,
}

fields! {
    StateAt { process, time }
    CompareStates { process, was, became, limit, after }
    StateChanges { process, path, from, to, limit, after }
    AnalyzeStateChange { process, was, became, from, to, causes, limit, after }
}
