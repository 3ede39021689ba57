//! One term.

use super::field::fields;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// See [`Request::Term`](super::Request::Term).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "TermRequest", optional_fields = nullable))]
pub struct Term {
    /// The id of a term, from an answer.
    pub id: String,
    /// Steps into the term: element positions from 0 (for a map: the n-th pair's value).
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<u32>>", optional))]
    pub path: Vec<u32>,
    /// Elements shown per collection (default 50).
    pub limit: Option<u32>,
    /// Cursor into the children of a long collection.
    pub after: Option<String>,
}

fields! {
    Term { id, path, limit, after }
}
