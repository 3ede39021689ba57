//! The neighbours of an event.

use super::event::Event;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The neighbours of an event or a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Around {
    /// Events before it, oldest first.
    pub before: Vec<Event>,
    /// The event itself, or `null` when a time was asked.
    pub event: Option<Event>,
    /// Events after it, oldest first.
    pub after: Vec<Event>,
}
