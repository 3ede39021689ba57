//! Causes and effects.

use super::event::Event;
use super::word::{Certainty, EdgeKind, StopReason, StopSubject};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The events behind one event, or after it: a graph without cycles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Chain {
    /// The event that was asked about.
    pub id: String,
    /// That event first, then the others by their distance from it.
    pub rows: Vec<Step>,
}

/// One event of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Step {
    /// How many edges away from the event that was asked about, at least.
    pub depth: u32,
    /// What happened.
    pub event: Event,
    /// What led to it, among the events of this chain.
    pub causes: Vec<Edge>,
    /// Why the chain does not go on here, or `null` when it does, or when nothing is known to have followed.
    pub stop: Option<Stop>,
}

/// What joins an event to a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Edge {
    /// The id of the cause.
    pub id: String,
    /// `reply_ref` and `caller_ref` (both carry the reference of one call), `unique_match` (nothing equal was on the way), `content_match` (one of
    /// `n` equal messages), `same_process_order` (what its process was at), `callers` (the `$callers` of a task), `link_exit`, `monitor_exit` and
    /// `call_exit` (the exit of another process, over a link, a monitor or a call), `restart` (it was started in place of what exited).
    pub kind: EdgeKind,
    /// `certain`, `likely` or `possible`.
    pub certainty: Certainty,
    /// How many events the cause is one of: of a `content_match`, and of a `link_exit` where several may have come first; else `null`.
    pub n: Option<u64>,
}

/// Why a chain does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Stop {
    /// `entry_point`; `not_traced`, `evicted` or `lost` where the events that would tell are not there; `ambiguous` where it may be one of too many
    /// events; `depth` or `limit` where the request ends it.
    pub reason: StopReason,
    /// Of an `entry_point`: `external` (no recorded process sent it: a timer, a port, another node), `alive` (the process was there before the
    /// recorder looked), `first_spawn` (by a process that is not known), `signal` (an exit from outside), `own` (the process itself, no message) or
    /// `recorder`. Of what is not there: the class of the events. Else `null`.
    pub what: Option<StopSubject>,
}
