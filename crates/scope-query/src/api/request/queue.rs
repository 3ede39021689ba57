//! Message queues.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::MessageQueueAnalysis`](super::Request::MessageQueueAnalysis).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MessageQueueAnalysisRequest", optional_fields = nullable))]
pub struct MessageQueueAnalysis {
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    MessageQueueAnalysis { from, to, limit, after }
}
