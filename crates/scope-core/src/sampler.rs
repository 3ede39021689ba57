//! Decides which non-critical events are kept at a sample rate.
//!
//! Calls are decided by a counter-based sequence (deterministic for a given seed); messages by their match key, so that sender and
//! receiver agree without shared state.

/// A sample rate in parts per million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    ppm: u32,
}
