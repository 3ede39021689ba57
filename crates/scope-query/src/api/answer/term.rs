//! Terms as the door shows them.

use super::text::Text;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A term as text. A binding that has real terms knows these by the name of this struct, and puts the term itself in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Term {
    /// Its id for a `term` request: `<event id>`.
    pub id: String,
    /// As Elixir's `inspect/2` shows it, with limits.
    #[cfg_attr(feature = "ts", ts(as = "String"))]
    pub text: Text,
    /// Bytes of its stored form.
    pub bytes: u64,
    /// Whether nothing of it was cut, redacted or opaque when captured.
    pub complete: bool,
}

/// A part of a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TermPart {
    /// The term's id.
    pub id: String,
    /// The path asked.
    pub path: Vec<u32>,
    /// `integer`, `float`, `atom`, `binary`, `tuple`, `list`, `map`, `pid`, `port`, `reference`, `function`, `opaque`, `redacted`, `cut`.
    pub kind: String,
    /// As `inspect` shows it.
    pub text: String,
    /// Number of children (0 for a scalar).
    pub size: u64,
    /// The page of children.
    pub children: Vec<TermChild>,
}

/// A child of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TermChild {
    /// Its step in a path.
    pub step: u32,
    /// A map's key as text, else `null`.
    pub key: Option<String>,
    /// The child as text.
    pub text: String,
    /// Number of its own children.
    pub size: u64,
}
