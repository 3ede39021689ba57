//! Many durations, summed up.

use serde::{Deserialize, Serialize};

/// Many durations, summed up. A quantile is by nearest rank: the shortest duration that at least so many in a hundred do not exceed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Durations {
    /// How many.
    pub n: u64,
    /// Their sum (2^53 - 1 for that much or more).
    pub sum_ns: u64,
    /// Their mean, rounded down.
    pub mean_ns: u64,
    /// Median.
    pub p50_ns: u64,
    /// 95 in 100 are not longer.
    pub p95_ns: u64,
    /// 99 in 100 are not longer.
    pub p99_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// How much too long a quantile may be, in millionths of it: 0 up to 65,536 durations, 7,813 beyond.
    pub error_ppm: u32,
}
