//! What functions cost.

use super::duration::Durations;
use super::event::Function;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What the calls of a function cost. `calls = duration.n + open + call_only`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FunctionTimes {
    /// The function.
    pub function: Function,
    /// Calls that began in the window.
    pub calls: u64,
    /// Of these, calls whose end is not in the trace; they have no duration.
    pub open: u64,
    /// Of these, calls whose returns were not traced; they have no duration.
    pub call_only: u64,
    /// Of these, calls left by an exception.
    pub errors: u64,
    /// Of these, calls made while another call of the function was open in the process.
    pub recursive: u64,
    /// Ends in the window whose call is not held: it began before the trace, or is evicted or lost.
    pub cut: u64,
    /// Time in the function and what it called: of calls within calls of the function, the outermost only (2^53 - 1 for that much or more).
    pub total_ns: u64,
    /// Time in the function without the traced calls inside (2^53 - 1 for that much or more).
    pub own_ns: u64,
    /// Calls that ended but are not in `own_ns`, because a call inside has no end.
    pub own_unknown: u64,
    /// The durations of the calls that ended, recursive ones included; `null` when none did.
    pub duration: Option<Durations>,
    /// The id of the call that took longest, the first of several.
    pub slowest: Option<String>,
    /// Who called it most often, at most 20.
    pub callers: Vec<Calling>,
    /// How many different callers there were.
    pub n_callers: u32,
    /// What it called most often, at most 20.
    pub callees: Vec<Calling>,
    /// How many different callees there were.
    pub n_callees: u32,
}

/// One end of the calls from one function to another: the innermost traced call around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Calling {
    /// The other function; `null` where no traced call was around.
    pub function: Option<Function>,
    /// How many calls.
    pub calls: u64,
    /// Their time; of calls within calls of the called function, the outermost only.
    pub total_ns: u64,
}
