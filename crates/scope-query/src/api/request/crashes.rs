//! Crashes.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::Crashes`](super::Request::Crashes).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CrashesRequest", optional_fields = nullable))]
pub struct Crashes {
    /// Only of this process: a pid or a registered name.
    pub process: Option<String>,
    /// Only of this cause, as an answer spells it.
    pub cause: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Events shown before each crash (default 10, at most 1000).
    pub events: Option<u32>,
    /// Most crashes (default 100, at most 1000: each comes with its circumstances).
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    Crashes { process, cause, from, to, events, limit, after }
}
