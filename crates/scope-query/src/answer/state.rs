//! States of servers.

use super::event::{Event, Process};
use super::term::Term;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// One state of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct State {
    /// The id of the event that showed it.
    pub id: String,
    /// When.
    pub time: u64,
    /// Whose.
    pub process: Process,
    /// The callback module, or `null`.
    pub module: Option<String>,
    /// The state.
    pub state: Term,
    /// It is the state at termination.
    pub at_termination: bool,
    /// What led to it: the event handled before (`handled`, or `spawn` for the first), or `null` when not recorded.
    pub cause: Option<Event>,
}
