//! The events next to one event or time: stepping.

use super::state::Moment;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// See [`Request::EventsAround`](super::Request::EventsAround). The filters choose among the neighbours; the event itself is always shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "EventsAroundRequest", optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct EventsAround {
    /// An event's id, or a time; events at that very time come after it.
    pub at: Moment,
    /// Most events before it (default 10).
    #[serde(default)]
    pub n_before: Option<u32>,
    /// Most events after it (default 10).
    #[serde(default)]
    pub n_after: Option<u32>,
    /// As for `events`.
    #[serde(default)]
    pub process: Option<String>,
    /// Class names.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// Kind names.
    #[serde(default)]
    pub kinds: Option<Vec<String>>,
    /// Module.
    #[serde(default)]
    pub module: Option<String>,
    /// Function name.
    #[serde(default)]
    pub function: Option<String>,
    /// A filter; see [`Events`](super::Events).
    #[serde(default)]
    pub filter: Option<String>,
}
