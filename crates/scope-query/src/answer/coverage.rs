//! What an answer rests on.

use super::word::{EventClass, LossReason};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Coverage {
    /// First time the answer speaks of.
    pub from: u64,
    /// Last time the answer speaks of.
    pub to: u64,
    /// The trace is complete up to this time.
    pub watermark: u64,
    /// Events read.
    pub events: u64,
    /// Losses that touch the window.
    pub dropped: Vec<Dropped>,
    /// Targets of the request that were not traced, for the class that would show it.
    pub not_traced: Vec<NotTraced>,
    /// Events before this time are gone (`null`: nothing was evicted).
    pub evicted_before: Option<u64>,
    /// The answer was cut: by `limit`, or because it would read too much of the trace. `next` goes on, where there is one.
    pub truncated: bool,
}

/// Lost events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Dropped {
    /// Class name, or `null` when damage hides it.
    pub class: Option<EventClass>,
    /// How many, or `null` when unknowable.
    pub n: Option<u64>,
    /// First time they can have had.
    pub from: u64,
    /// Last time they can have had.
    pub to: u64,
    /// `buffer_full`, `damaged`, ...
    pub reason: LossReason,
}

/// A stretch in which something was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct NotTraced {
    /// The process or function.
    pub target: String,
    /// The class that was not recorded.
    pub class: EventClass,
    /// From.
    pub from: u64,
    /// To.
    pub to: u64,
}
