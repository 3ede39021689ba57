//! The bounded store: sealed chunks per class, evicted oldest first into the baseline.

use crate::loss::Counts;

/// What a store may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events of the non-critical classes together, exact at the door.
    pub max_events: u64,
    /// Bytes of all chunks together (columns, terms, dictionaries, index).
    pub max_bytes: u64,
    /// Events of each critical class.
    pub max_critical_events: u64,
    /// Bytes of the baseline.
    pub max_baseline_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_events: 10_000, max_bytes: 256 << 20, max_critical_events: 100_000, max_baseline_bytes: 64 << 20 }
    }
}

/// Sealed chunks within limits.
#[derive(Debug)]
pub struct Store {}

#[allow(clippy::unimplemented, missing_docs, clippy::unused_self)]
impl Store {
    pub fn counts(&self) -> &Counts { unimplemented!() }
    pub fn counts_mut(&mut self) -> &mut Counts { unimplemented!() }
}
