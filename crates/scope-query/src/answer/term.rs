//! Terms as answers show them.

use super::text::Text;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A term as text.
// A binding that has real terms recognises these by the name of this struct, and puts the term itself in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Term {
    /// Its id for a `term` request: `<event id>`.
    pub id: String,
    /// As Elixir's `inspect/2` shows it, with limits.
    #[cfg_attr(feature = "schema", ts(as = "String"), schemars(with = "String"))]
    pub text: Text,
    /// Bytes of its stored form.
    pub bytes: u64,
    /// Whether nothing of it was cut, redacted or opaque when captured.
    pub complete: bool,
}
