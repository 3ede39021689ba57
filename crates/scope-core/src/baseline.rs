//! What is kept of evicted events: identity, parent, names, links, how it began and last state of every process still alive.
//!
//! Invariant: it holds exactly what the process and state rows below their low watermarks say, whether their chunks are gone or not.
//! Invariant: bounded by `max_bytes`; what does not fit is dropped per process, how it began first, then its state, and marked.

mod encode;
mod fold;

pub(crate) use fold::is_folded;

use crate::chunk::StoredTerm;
use crate::elixir::Elixir;
use crate::event::{EventId, OrderKey};
use crate::term::localize::relocate;
use crate::{ProcessKey, Symbols};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// Everything known of one process alive at the low watermark. Names are text: a baseline has no dictionary a reader must care for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessEntry {
    /// Which process.
    pub process: ProcessKey,
    /// Its parent.
    pub parent: Option<ProcessKey>,
    /// Its initial call: module, function, arity.
    pub initial_call: Option<(String, String, u32)>,
    /// When it was spawned (or first seen, if `seen_by_sweep` or not `identity_known`).
    pub since: OrderKey,
    /// A sweep found it alive: its spawn was not recorded.
    pub seen_by_sweep: bool,
    /// Its spawn or a sweep was seen; else only something it did, and its spawn may still be held as an event.
    pub identity_known: bool,
    /// Registered names and since when.
    pub names: Vec<(String, OrderKey)>,
    /// Linked processes, ascending.
    pub links: Vec<ProcessKey>,
    /// The last event that describes how it began: its spawn, or a sweep. `None` although `identity_known`: dropped for want of room.
    pub origin: Option<Origin>,
    /// Its last state.
    pub state: Option<LastState>,
    /// A state was dropped for want of room.
    pub state_dropped: bool,
}

/// The event that describes how a process began; its term is [`Baseline::origin_term`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its id.
    pub id: EventId,
    /// When.
    pub key: OrderKey,
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
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// By key.
    entries: Vec<ProcessEntry>,
    /// The terms of the entries' last states, with ids of `symbols`.
    states: BTreeMap<ProcessKey, KeptTerm>,
    /// The terms of the entries' origins, likewise.
    origins: BTreeMap<ProcessKey, KeptTerm>,
    symbols: Symbols,
    /// Processes that have exited while rows of theirs with earlier keys may still come.
    exited: BTreeMap<ProcessKey, OrderKey>,
    at: OrderKey,
    /// When `symbols` has grown to this many entries it is made anew from what is still used.
    tidy_at: usize,
    n_dropped: u64,
}

#[derive(Clone, Debug)]
struct KeptTerm {
    bytes: Box<[u8]>,
    key: u64,
    complete: bool,
}

/// A dictionary smaller than this is never made anew.
const MIN_TIDY: usize = 4096;

impl Baseline {
    /// Processes, sorted by key.
    #[must_use]
    pub fn processes(&self) -> &[ProcessEntry] {
        &self.entries
    }

    /// Says which Elixir the node has.
    pub(crate) const fn set_elixir(&mut self, elixir: Elixir) {
        self.symbols.elixir = elixir;
    }

    /// What is known of one process.
    #[must_use]
    pub fn process(&self, process: ProcessKey) -> Option<&ProcessEntry> {
        self.position(process).ok().and_then(|at| self.entries.get(at))
    }

    /// The term of a process's last state; its names resolve through the returned dictionary.
    #[must_use]
    pub fn state_term(&self, process: ProcessKey) -> Option<(StoredTerm<'_>, &Symbols)> {
        self.states.get(&process).map(|term| (term.stored(), &self.symbols))
    }

    /// The term of a process's origin: the arguments it was spawned with, or what a sweep found.
    #[must_use]
    pub fn origin_term(&self, process: ProcessKey) -> Option<(StoredTerm<'_>, &Symbols)> {
        self.origins.get(&process).map(|term| (term.stored(), &self.symbols))
    }

    /// Every fact is before this key.
    #[must_use]
    pub const fn at(&self) -> OrderKey {
        self.at
    }

    /// How many processes were dropped whole because even without their states there was no room.
    #[must_use]
    pub const fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    fn position(&self, process: ProcessKey) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&process, |entry| entry.process)
    }

    /// Bytes held, roughly.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        let entries: usize = self.entries.iter().map(entry_bytes).sum();
        let terms: usize = self.states.values().chain(self.origins.values()).map(term_bytes).sum();
        (entries + terms + self.exited.len() * size_of::<(ProcessKey, OrderKey)>()) as u64
    }

    /// Drops what does not fit: how the oldest processes began, then the oldest states, then the memory of exits, then the oldest processes.
    fn bound(&mut self, max_bytes: u64) {
        let mut excess = self.n_bytes().saturating_sub(max_bytes) as usize;
        if excess == 0 {
            return;
        }
        let mut begun: Vec<_> = self.entries.iter().filter_map(|e| Some((e.origin?.key, e.process))).collect();
        begun.sort();
        for (_, process) in begun {
            if excess == 0 {
                return;
            }
            excess = excess.saturating_sub(self.origins.remove(&process).as_ref().map_or(0, term_bytes));
            if let Some(entry) = self.position(process).ok().and_then(|at| self.entries.get_mut(at)) {
                entry.origin = None;
            }
        }
        let key_of = |entry: &ProcessEntry| entry.state.as_ref().map(|state| state.key);
        let mut oldest: Vec<_> = self.entries.iter().filter_map(|e| Some((key_of(e)?, e.process))).collect();
        oldest.sort();
        for (_, process) in oldest {
            if excess == 0 {
                return;
            }
            excess = excess.saturating_sub(self.states.remove(&process).as_ref().map_or(0, term_bytes));
            if let Some(entry) = self.position(process).ok().and_then(|at| self.entries.get_mut(at)) {
                entry.state = None;
                entry.state_dropped = true;
            }
        }
        while excess > 0 && self.exited.pop_first().is_some() {
            excess = excess.saturating_sub(size_of::<(ProcessKey, OrderKey)>());
        }
        let mut sizes: Vec<_> = self.entries.iter().map(|entry| (entry.since, entry_bytes(entry))).collect();
        sizes.sort();
        let mut border = None;
        for (since, n_bytes) in sizes {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(n_bytes);
            border = Some(since);
        }
        let before = self.entries.len();
        self.entries.retain(|entry| Some(entry.since) > border);
        self.n_dropped += (before - self.entries.len()) as u64;
    }

    /// Makes the dictionary anew when most of it may be unused.
    fn tidy(&mut self) {
        let size = |symbols: &Symbols| symbols.counts().0 + symbols.counts().1;
        if size(&self.symbols) < self.tidy_at.max(MIN_TIDY) {
            return;
        }
        let old = core::mem::take(&mut self.symbols);
        self.symbols.elixir = old.elixir;
        let symbols = core::cell::RefCell::new(&mut self.symbols);
        for term in self.states.values_mut().chain(self.origins.values_mut()) {
            let mut bytes = Vec::new();
            let mut atom = |id| symbols.borrow_mut().intern_atom(old.atom(id));
            let mut entity =
                |id| old.entity(id).map_or_else(Default::default, |e| symbols.borrow_mut().intern_entity(e));
            // Bytes that were written by us and cannot be read are shown as damaged either way.
            if relocate(&term.bytes, &mut atom, &mut entity, &mut bytes).is_ok() {
                term.bytes = bytes.into();
            }
        }
        self.tidy_at = size(&self.symbols) * 2;
    }
}

fn entry_bytes(entry: &ProcessEntry) -> usize {
    let names: usize = entry.names.iter().map(|(name, _)| name.len() + size_of::<(String, OrderKey)>()).sum();
    let call = entry.initial_call.as_ref().map_or(0, |(module, function, _)| module.len() + function.len());
    size_of::<ProcessEntry>() + names + call + size_of_val(entry.links.as_slice())
}

fn term_bytes(term: &KeptTerm) -> usize {
    size_of::<(ProcessKey, KeptTerm)>() + term.bytes.len()
}

impl KeptTerm {
    fn stored(&self) -> StoredTerm<'_> {
        StoredTerm { bytes: &self.bytes, key: self.key, complete: self.complete }
    }
}
