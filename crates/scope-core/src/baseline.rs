//! What eviction forgets, remembered: identity, parent, names, links, and last state of every process still alive.
//!
//! Invariant: bounded by `max_bytes`; what does not fit is dropped per process, state first, and marked.

use crate::chunk::StoredTerm;
use crate::event::{EventId, OrderKey};
use crate::{ProcessKey, Symbols};
use alloc::string::String;
use alloc::vec::Vec;

/// Everything known of one process alive at the floor. Names are text: a baseline has no dictionary a reader must care for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessEntry {
    /// Which process.
    pub process: ProcessKey,
    /// Its parent.
    pub parent: Option<ProcessKey>,
    /// Its initial call: module, function, arity.
    pub initial_call: Option<(String, String, u32)>,
    /// When it was spawned (or first seen, if `seen_by_sweep`).
    pub since: OrderKey,
    /// It was alive before the recorder looked: its spawn was not seen.
    pub seen_by_sweep: bool,
    /// Registered names and since when.
    pub names: Vec<(String, OrderKey)>,
    /// Linked processes.
    pub links: Vec<ProcessKey>,
    /// Its last state.
    pub state: Option<LastState>,
    /// A state was dropped for want of room.
    pub state_dropped: bool,
}

/// The last state of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastState {
    /// The id of the event that showed it.
    pub id: EventId,
    /// When.
    pub key: OrderKey,
    /// The callback module, if known.
    pub module: Option<String>,
}

/// The processes alive at a moment.
#[derive(Debug, Default)]
pub struct Baseline {}

#[allow(clippy::unimplemented, clippy::missing_errors_doc, missing_docs, clippy::unused_self, unused_variables)]
impl Baseline {
    /// Processes, sorted by key.
    pub fn processes(&self) -> &[ProcessEntry] { unimplemented!() }
    pub fn process(&self, process: ProcessKey) -> Option<&ProcessEntry> { unimplemented!() }
    /// The term of a process's last state; its names resolve through the returned dictionary.
    pub fn state_term(&self, process: ProcessKey) -> Option<(StoredTerm<'_>, &Symbols)> { unimplemented!() }
    /// The tick before which everything is folded in.
    pub fn at(&self) -> OrderKey { unimplemented!() }
}
