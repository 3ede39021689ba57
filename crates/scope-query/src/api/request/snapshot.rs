//! The whole system at a moment.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::SnapshotAt`](super::Request::SnapshotAt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "SnapshotAtRequest", optional_fields = nullable))]
pub struct SnapshotAt {
    /// The moment.
    pub time: u64,
    /// Messages shown per mailbox (default 10, at most 1000); their number is told whole.
    pub messages: Option<u32>,
    /// Most processes.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    SnapshotAt { time, messages, limit, after }
}
