//! About the trace itself.

use serde::{Deserialize, Serialize};

/// See [`Request::Info`](super::Request::Info).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "InfoRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields, default)]
pub struct Info {}
