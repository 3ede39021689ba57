//! The chain of causes behind an event, or of effects after it.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::Why`](super::Request::Why) and [`Request::Impact`](super::Request::Impact).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ChainRequest", optional_fields = nullable))]
pub struct Chain {
    /// The id of the event.
    pub id: String,
    /// Most steps away from the event (default 20, at most 200).
    pub depth: Option<u32>,
    /// Most rows (default 100, at most 1000).
    pub limit: Option<u32>,
}

fields! {
    Chain { id, depth, limit }
}
