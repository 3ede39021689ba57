//! A first look.

use serde::{Deserialize, Serialize};

/// See [`Request::Overview`](super::Request::Overview).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "OverviewRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields, default)]
pub struct Overview {
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
}
