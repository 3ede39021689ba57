//! What many requests ask: a process and a window of time.

use super::field::fields;
use alloc::string::String;
use serde::Serialize;

/// A process and a window of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ProcessWindowRequest", optional_fields = nullable))]
pub struct ProcessWindow {
    /// A pid or a registered name; a bare pid means its latest incarnation in the window.
    pub process: String,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// See [`Request::ProcessInfo`](super::Request::ProcessInfo).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ProcessInfoRequest", optional_fields = nullable))]
pub struct ProcessInfo {
    /// A pid or a registered name.
    pub process: String,
    /// The moment whose names, links and label are meant (default: the end of the trace, or of the process).
    pub at: Option<u64>,
}

/// See [`Request::FindProcesses`](super::Request::FindProcesses). Every filter that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FindProcessesRequest", optional_fields = nullable))]
pub struct FindProcesses {
    /// The callback module, or the module of the initial call.
    pub module: Option<String>,
    /// A registered name held at any time, or at `alive_at`.
    pub name: Option<String>,
    /// The parent: a pid or a registered name.
    pub parent: Option<String>,
    /// Only processes alive at this time.
    pub alive_at: Option<u64>,
    /// Only processes that exited abnormally (`true`), or only others (`false`).
    pub crashed: Option<bool>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// See [`Request::ProcessRelationships`](super::Request::ProcessRelationships).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ProcessRelationshipsRequest", optional_fields = nullable))]
pub struct ProcessRelationships {
    /// A pid or a registered name.
    pub process: String,
    /// The moment meant (default: the end of the trace, or of the process).
    pub at: Option<u64>,
    /// Most children, and most peers.
    pub limit: Option<u32>,
}

/// See [`Request::SupervisionTree`](super::Request::SupervisionTree).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "SupervisionTreeRequest", optional_fields = nullable))]
pub struct SupervisionTree {
    /// The moment (default: the end of the trace).
    pub at: Option<u64>,
    /// Only this supervisor and what is below it.
    pub root: Option<String>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    ProcessWindow { process, from, to, limit, after }
    ProcessInfo { process, at }
    FindProcesses { module, name, parent, alive_at, crashed, limit, after }
    ProcessRelationships { process, at, limit }
    SupervisionTree { at, root, limit, after }
}
