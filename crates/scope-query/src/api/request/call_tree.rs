//! The calls of a process, or of all, as a tree.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// See [`Request::CallTree`](super::Request::CallTree). A call is in the window when it begins there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CallTreeRequest", optional_fields = nullable))]
pub struct CallTree {
    /// A pid or a registered name; without one the calls of all processes make one tree.
    pub process: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Calls nested deeper than this are summed up in the node above (default 64, at most 256).
    pub max_depth: Option<u32>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    CallTree { process, from, to, max_depth, limit, after }
}
