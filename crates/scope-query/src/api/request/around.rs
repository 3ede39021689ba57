//! The events next to one event or time: stepping.

use super::field::fields;
use super::state::Moment;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// See [`Request::EventsAround`](super::Request::EventsAround). The filters choose among the neighbours; the event itself is always shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "EventsAroundRequest", optional_fields = nullable))]
pub struct EventsAround {
    /// An event's id, or a time; events at that very time come after it.
    pub at: Moment,
    /// Most events before it (default 10).
    pub n_before: Option<u32>,
    /// Most events after it (default 10).
    pub n_after: Option<u32>,
    /// As for `events`.
    pub process: Option<String>,
    /// Class names.
    pub classes: Option<Vec<String>>,
    /// Kind names.
    pub kinds: Option<Vec<String>>,
    /// Module.
    pub module: Option<String>,
    /// Function name.
    pub function: Option<String>,
    /// A filter; see [`Events`](super::Events).
    pub filter: Option<String>,
}

fields! {
    EventsAround { at, n_before, n_after, process, classes, kinds, module, function, filter }
}
