//! What many requests ask: a process and a window of time.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A process and a window of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ProcessWindowRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct ProcessWindow {
    /// A pid or a registered name; a bare pid means its latest incarnation in the window.
    pub process: String,
    /// First time, inclusive.
    #[serde(default)]
    pub from: Option<u64>,
    /// Last time, inclusive.
    #[serde(default)]
    pub to: Option<u64>,
    /// Most rows.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Cursor.
    #[serde(default)]
    pub after: Option<String>,
}
