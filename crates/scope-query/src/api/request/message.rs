//! Messages.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::MessageFlow`](super::Request::MessageFlow).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MessageFlowRequest", optional_fields = nullable))]
pub struct MessageFlow {
    /// One process.
    pub a: String,
    /// The other process; `null` means every other.
    pub b: Option<String>,
    /// `both` (the default), `from_a` or `to_a`.
    pub direction: Option<String>,
    /// First time of sending, inclusive.
    pub from: Option<u64>,
    /// Last time of sending, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// See [`Request::Message`](super::Request::Message).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MessageRequest", optional_fields = nullable))]
pub struct Message {
    /// The id of its send, its delivery or its handling.
    pub id: String,
}

fields! {
    MessageFlow { a, b, direction, from, to, limit, after }
    Message { id }
}
