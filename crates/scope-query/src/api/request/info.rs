//! About the trace itself.

use super::field::fields;
use serde::Serialize;

/// See [`Request::Info`](super::Request::Info).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "InfoRequest", optional_fields = nullable))]
pub struct Info {}

fields! {
    Info {}
}
