//! A first look.

use super::field::fields;
use serde::Serialize;

/// See [`Request::Overview`](super::Request::Overview).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "OverviewRequest", optional_fields = nullable))]
pub struct Overview {
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
}

fields! {
    Overview { from, to }
}
