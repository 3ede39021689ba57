//! Requests of servers.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::ServerCalls`](super::Request::ServerCalls). At least one of `server` and `caller` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ServerCallsRequest", optional_fields = nullable))]
pub struct ServerCalls {
    /// Who was called.
    pub server: Option<String>,
    /// Who called.
    pub caller: Option<String>,
    /// First time of sending, inclusive.
    pub from: Option<u64>,
    /// Last time of sending, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    ServerCalls { server, caller, from, to, limit, after }
}
