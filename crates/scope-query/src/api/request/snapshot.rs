//! The whole system at a moment.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// See [`Request::SnapshotAt`](super::Request::SnapshotAt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "SnapshotAtRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct SnapshotAt {
    /// The moment.
    pub time: u64,
    /// Messages shown per mailbox (default 10, at most 1000); their number is told whole.
    #[serde(default)]
    pub messages: Option<u32>,
    /// Most processes.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}
