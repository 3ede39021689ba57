//! Differences of terms.

use super::chain::Step;
use super::event::{Event, Process};
use super::state::State;
use super::term::Term;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The difference of two terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Difference {
    /// `equal`, `different`, or `unknown` when all that was recorded of both agrees and not all was.
    pub verdict: String,
    /// What differs, in the order of the first term.
    pub changes: Vec<Change>,
    /// How many changes there are, shown or not.
    pub n_changes: u64,
    /// A list was too long to be aligned as tightly as possible: fewer changes might tell the same.
    pub coarse: bool,
}

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Change {
    /// `added`, `removed`, `changed`, `moved` (an element of a list among its neighbours), `unknown` (not all of it was recorded).
    pub kind: String,
    /// Where: `.name` for an atom key of a map or keyword list, `[key]` for other keys as `inspect` shows them, `[n]` for the n-th element
    /// (from 0) of a list or tuple, `[tail]` for the tail of an improper list; empty for the whole. Positions are those in the second term,
    /// of what was removed those in the first.
    pub path: String,
    /// What was there; the steps to it follow the event in its id (`state-0-12/0/2`). `null` when it was added.
    pub before: Option<Term>,
    /// What is there, or `null` when it was removed.
    pub after: Option<Term>,
}

/// Two terms compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Comparison {
    /// The first term.
    pub was: Term,
    /// The second term.
    pub became: Term,
    /// How they differ.
    pub difference: Difference,
}

/// A change of a part of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct StateChange {
    /// The id of the event that showed the new state.
    pub id: String,
    /// When.
    pub time: u64,
    /// Whose.
    pub process: Process,
    /// The part before, or `null` when it was not there.
    pub before: Option<Term>,
    /// The part after, or `null` when it was not there.
    pub after: Option<Term>,
    /// How they differ; at most 10 changes are shown (`compare_states` shows all). Where the verdict is `unknown`, it may not have changed.
    pub difference: Difference,
    /// What led to it, or `null` when not recorded.
    pub cause: Option<Event>,
}

/// A way from one state into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Transition {
    /// The state it was in: the last one wanted before.
    pub was: State,
    /// The state it came to be in.
    pub became: State,
    /// Whether both are surely what was asked; a place that was not recorded may hide a difference.
    pub certain: bool,
    /// States in between.
    pub n_between: u64,
    /// How they differ; at most 50 changes are shown (`compare_states` shows all).
    pub difference: Difference,
    /// The message handled (or the spawn) that led to the second state, or `null` when not recorded.
    pub trigger: Option<Event>,
    /// The chain behind the second state, as `why` gives it; empty when its event has been evicted, or none was asked for.
    pub causes: Vec<Step>,
}
