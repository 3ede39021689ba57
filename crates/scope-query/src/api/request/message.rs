//! Messages.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// See [`Request::MessageFlow`](super::Request::MessageFlow).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MessageFlowRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct MessageFlow {
    /// One process.
    pub a: String,
    /// The other process; `null` means every other.
    #[serde(default)]
    pub b: Option<String>,
    /// `both` (the default), `from_a` or `to_a`.
    #[serde(default)]
    pub direction: Option<String>,
    /// First time of sending, inclusive.
    #[serde(default)]
    pub from: Option<u64>,
    /// Last time of sending, inclusive.
    #[serde(default)]
    pub to: Option<u64>,
    /// Most rows.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}

/// See [`Request::Message`](super::Request::Message).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MessageRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The id of its send, its delivery or its handling.
    pub id: String,
}
