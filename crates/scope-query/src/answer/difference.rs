//! Differences of terms.

use super::term::Term;
use super::word::{ChangeKind, Verdict};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The difference of two terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Difference {
    /// `equal`, `different`, or `unknown` when all that was recorded of both agrees and not all was.
    pub verdict: Verdict,
    /// What differs, in the order of the first term.
    pub changes: Vec<Change>,
    /// How many changes there are, shown or not.
    pub n_changes: u64,
    /// A list was too long to be aligned as tightly as possible: fewer changes might tell the same.
    pub coarse: bool,
}

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Change {
    /// `added`, `removed`, `changed`, `moved` (an element of a list among its neighbours), `unknown` (not all of it was recorded).
    pub kind: ChangeKind,
    /// Where: `.name` for an atom key of a map or keyword list, `[key]` for other keys as `inspect` shows them, `[n]` for the n-th element
    /// (from 0) of a list or tuple, `[tail]` for the tail of an improper list; empty for the whole. Positions are those in the second term,
    /// of what was removed those in the first.
    pub path: String,
    /// What was there; the steps to it follow the event in its id (`state-0-12/0/2`). `null` when it was added.
    pub before: Option<Term>,
    /// What is there, or `null` when it was removed.
    pub after: Option<Term>,
}
