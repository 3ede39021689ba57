//! States.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// See [`Request::StateAt`](super::Request::StateAt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "StateAtRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct StateAt {
    /// A pid or a registered name.
    pub process: String,
    /// The moment.
    pub time: u64,
}
