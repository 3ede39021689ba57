//! A moment, or a state, as a request names it.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A state as a request names it: the one at a time, or the term with an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a time (a whole number of nanoseconds) or the id of an event or a term")]
pub enum Moment {
    /// A time: the state of the process then.
    Time(u64),
    /// The id of a term (`state-0-12`, or a part of it, `state-0-12/0/2`), or of an event.
    Id(String),
}

/// One state, or every state that is like something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "expected a time (a whole number of nanoseconds), the id of an event or a term, or `{\"like\": term}`"
)]
pub enum Wanted {
    /// The state at a time, or with an id.
    At(Moment),
    /// Every state like a term.
    Like(Like),
}

/// A term to compare states with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Like {
    /// A term as Elixir writes it; `_` stands for anything, and `...` at the end of a map for any other keys: `%{status: :paid, ...}`.
    pub like: String,
}
