//! Calls.

use super::event::{Function, Process};
use super::term::Term;
use super::word::CallOutcome;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Call {
    /// The id of the call event.
    pub id: String,
    /// When it began.
    pub time: u64,
    /// Who called, with the name it held then.
    pub process: Option<Process>,
    /// The function.
    pub function: Function,
    /// Its arguments, or `null` when only the arity was captured.
    pub args: Option<Term>,
    /// Calls open around it in the process, among the traced ones.
    pub depth: u32,
    /// From call to return or exception.
    pub duration_ns: Option<u64>,
    /// `duration_ns` less the traced calls inside.
    pub own_ns: Option<u64>,
    /// The value returned, or `{class, reason}`.
    pub result: Option<Term>,
    /// `returned`, `raised`, `open` (no return in the trace), `call_only` (returns were not traced).
    pub outcome: CallOutcome,
}
