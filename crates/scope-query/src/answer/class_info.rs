//! What a trace holds and lost of a class.

use super::word::EventClass;
use serde::{Deserialize, Serialize};

/// What is held and lost of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ClassInfo {
    /// Class name.
    pub class: EventClass,
    /// Produced.
    pub emitted: u64,
    /// Held.
    pub stored: u64,
    /// Evicted.
    pub evicted: u64,
    /// Sampled out.
    pub sampled_out: u64,
    /// Filtered.
    pub filtered: u64,
    /// Dropped, all reasons.
    pub dropped: u64,
}
