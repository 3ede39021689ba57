//! A process and a window of time.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A process and a window of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
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
