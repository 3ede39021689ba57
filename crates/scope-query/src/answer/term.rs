//! Terms as the door shows them.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A term as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Term {
    /// Its id for a `term` request: `<event id>`.
    pub id: String,
    /// As Elixir's `inspect/2` shows it, with limits.
    pub text: String,
    /// Bytes of its stored form.
    pub bytes: u64,
    /// Whether nothing of it was cut, redacted or opaque when captured.
    pub complete: bool,
}
