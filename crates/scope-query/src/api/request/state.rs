//! States.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// See [`Request::StateAt`](super::Request::StateAt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "StateAtRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct StateAt {
    /// A pid or a registered name.
    pub process: String,
    /// The moment.
    pub time: u64,
}

/// A state as a request names it: the one at a time, or the term with an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Moment {
    /// A time: the state of the process then.
    Time(u64),
    /// The id of a term (`state-0-12`, or a part of it, `state-0-12/0/2`), or of an event.
    Id(String),
}

/// See [`Request::CompareStates`](super::Request::CompareStates).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CompareStatesRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct CompareStates {
    /// Whose states, where times are given.
    #[serde(default)]
    pub process: Option<String>,
    /// The first state.
    pub was: Moment,
    /// The second state.
    pub became: Moment,
    /// Most changes.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}

/// See [`Request::StateChanges`](super::Request::StateChanges).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "StateChangesRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct StateChanges {
    /// A pid or a registered name.
    pub process: String,
    /// The part of the state to watch, as changes name it: `.items[0].quantity`, `[:total]`, `items`; the whole state when not given.
    #[serde(default)]
    pub path: Option<String>,
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

/// See [`Request::AnalyzeStateChange`](super::Request::AnalyzeStateChange).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "AnalyzeStateChangeRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct AnalyzeStateChange {
    /// A pid or a registered name.
    pub process: String,
    /// The state it was in.
    pub was: Wanted,
    /// The state it came to be in.
    pub became: Wanted,
    /// First time, inclusive.
    #[serde(default)]
    pub from: Option<u64>,
    /// Last time, inclusive.
    #[serde(default)]
    pub to: Option<u64>,
    /// Most rows of the chain behind each change (default 10, at most 100).
    #[serde(default)]
    pub causes: Option<u32>,
    /// Most rows.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}

/// One state, or every state that is like something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Wanted {
    /// The state at a time, or with an id.
    At(Moment),
    /// Every state like a term.
    Like(Like),
}

/// A term to compare states with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Like {
    /// A term as Elixir writes it; `_` stands for anything, and `...` at the end of a map for any other keys: `%{status: :paid, ...}`.
    pub like: String,
}
