//! How events become a baseline.
//!
//! Invariant: rows of one class are folded in order of their keys; the classes need no order among each other, and rows that come
//! late change nothing that a later row has decided.

use super::{Baseline, KeptTerm, LastState, Origin, ProcessEntry};
use crate::chunk::{Chunk, StoredTerm};
use crate::event::{Class, Event, EventId, Kind, OrderKey};
use crate::term::Names;
use crate::term::localize::{localize, relocate};
use crate::term::resolve::Resolved;
use crate::{AtomId, EntityId, Mfa, ProcessKey, Symbols};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// Whether a baseline is made of this class.
pub(crate) const fn is_folded(class: Class) -> bool {
    matches!(class, Class::Process | Class::State)
}

impl Baseline {
    /// Folds rows of one class, which come in order, each with its chunk.
    pub(crate) fn fold<'c>(&mut self, rows: impl Iterator<Item = (&'c Chunk, u32)>) {
        // Of the states, and of the events that describe how a process began, only the last of each process matters.
        let mut last_states = BTreeMap::new();
        let mut last_origins = BTreeMap::new();
        for (chunk, row) in rows {
            let event = chunk.event(row);
            if event.kind.class() == Class::State {
                last_states.extend(chunk.process(event.process).map(|process| (process, (row, chunk))));
            } else {
                self.fold_process(&event, chunk, event.mfa().and_then(|mfa| chunk.mfa(mfa)));
                if is_origin(event.kind) {
                    last_origins.extend(chunk.process(event.process).map(|process| (process, (row, chunk))));
                }
            }
        }
        let id = |row: u32, chunk: &Chunk| EventId { class: chunk.class(), chunk: chunk.seq(), row };
        for (row, chunk) in last_states.into_values() {
            let term = chunk.term(chunk.term_id(row));
            let event = chunk.event(row);
            self.fold_state(id(row, chunk), &event, chunk, |symbols| from_chunk(&term?, chunk, symbols));
        }
        for (row, chunk) in last_origins.into_values() {
            let term = chunk.term(chunk.term_id(row));
            let event = chunk.event(row);
            self.fold_origin(id(row, chunk), &event, chunk, |symbols| from_chunk(&term?, chunk, symbols));
        }
    }

    /// Folds one event that came when the low watermark had already passed it.
    pub(crate) fn fold_late(&mut self, id: EventId, event: &Event, term: Option<(&[u8], Resolved)>, names: &Symbols) {
        match event.kind.class() {
            Class::State => self.fold_state(id, event, names, |symbols| from_flight(term?, names, symbols)),
            Class::Process => {
                self.fold_process(event, names, event.mfa().and_then(|mfa| names.mfa(mfa)));
                if is_origin(event.kind) {
                    self.fold_origin(id, event, names, |symbols| from_flight(term?, names, symbols));
                }
            }
            _ => {}
        }
    }

    /// After rows were folded: removes the dead, keeps within the bound. States below `states_low_watermark` come no more, but for late ones.
    pub(crate) fn settle(&mut self, at: OrderKey, states_low_watermark: OrderKey, max_bytes: u64) {
        let Self { entries, states, origins, exited, .. } = self;
        if !exited.is_empty() {
            entries.retain(|entry| !exited.contains_key(&entry.process));
            exited.retain(|process, key| {
                states.remove(process);
                origins.remove(process);
                *key >= states_low_watermark
            });
        }
        self.at = at;
        self.bound(max_bytes);
        self.tidy();
    }

    fn fold_process(&mut self, event: &Event, names: &dyn Names, mfa: Option<Mfa>) {
        let Some(process) = names.process(event.process) else { return };
        let peer = names.process(event.peer);
        let name = || event.atom().map(|name| String::from(names.atom_text(name)));
        if event.kind == Kind::Exit {
            self.exit(process, event.key);
            return;
        }
        let Some(entry) = self.alive(process, event.key) else { return };
        match event.kind {
            Kind::Spawn | Kind::Alive => {
                let text = |id: AtomId| String::from(names.atom_text(id));
                let call = mfa.map(|mfa| (text(mfa.module), text(mfa.function), mfa.arity));
                entry.since = entry.since.min(event.key);
                entry.seen_by_sweep = event.kind == Kind::Alive && (entry.seen_by_sweep || !entry.identity_known);
                entry.identity_known = true;
                entry.parent = peer.or(entry.parent);
                entry.initial_call = call.or_else(|| entry.initial_call.take());
            }
            Kind::Register => {
                if let Some(name) = name() {
                    entry.names.retain(|(known, _)| *known != name);
                    entry.names.push((name, event.key));
                }
            }
            Kind::Unregister => {
                let name = name();
                entry.names.retain(|(known, _)| Some(known) != name.as_ref());
            }
            Kind::Link => {
                // A link is recorded from one end only.
                if let Some(peer) = peer.filter(|peer| !self.exited.contains_key(peer)) {
                    self.link(process, peer, event.key);
                    self.link(peer, process, event.key);
                }
            }
            Kind::Unlink => {
                entry.links.retain(|link| Some(*link) != peer);
                peer.into_iter().for_each(|peer| self.unlink(peer, process));
            }
            _ => {}
        }
    }

    fn link(&mut self, process: ProcessKey, peer: ProcessKey, key: OrderKey) {
        if let Some(entry) = self.alive(process, key)
            && let Err(at) = entry.links.binary_search(&peer)
        {
            entry.links.insert(at, peer);
        }
    }

    fn unlink(&mut self, process: ProcessKey, peer: ProcessKey) {
        if let Some(entry) = self.position(process).ok().and_then(|at| self.entries.get_mut(at)) {
            entry.links.retain(|link| *link != peer);
        }
    }

    fn exit(&mut self, process: ProcessKey, key: OrderKey) {
        self.exited.insert(process, key);
        let entry = self.position(process).ok().and_then(|at| self.entries.get_mut(at));
        for link in entry.map(|entry| core::mem::take(&mut entry.links)).unwrap_or_default() {
            self.unlink(link, process);
        }
    }

    /// The entry of a process, made if it is new; none if the process has exited.
    fn alive(&mut self, process: ProcessKey, key: OrderKey) -> Option<&mut ProcessEntry> {
        if self.exited.contains_key(&process) {
            return None;
        }
        let at = self.position(process).unwrap_or_else(|at| {
            let entry = ProcessEntry {
                process,
                parent: None,
                initial_call: None,
                since: key,
                seen_by_sweep: false,
                identity_known: false,
                names: Vec::new(),
                links: Vec::new(),
                origin: None,
                state: None,
                state_dropped: false,
            };
            self.entries.insert(at, entry);
            at
        });
        self.entries.get_mut(at)
    }

    fn fold_state(
        &mut self,
        id: EventId,
        event: &Event,
        names: &dyn Names,
        term: impl FnOnce(&mut Symbols) -> Option<KeptTerm>,
    ) {
        let Some(process) = names.process(event.process) else { return };
        let module = event.atom().map(|module| names.atom_text(module).into());
        let Some(entry) = self.alive(process, event.key) else { return };
        if entry.state.as_ref().is_some_and(|state| state.key > event.key) {
            return;
        }
        entry.state = Some(LastState { id, key: event.key, module });
        entry.state_dropped = false;
        match term(&mut self.symbols) {
            Some(term) => self.states.insert(process, term),
            None => self.states.remove(&process),
        };
    }

    /// Keeps the last event that describes how a process began.
    fn fold_origin(
        &mut self,
        id: EventId,
        event: &Event,
        names: &impl Names,
        term: impl FnOnce(&mut Symbols) -> Option<KeptTerm>,
    ) {
        let Some(process) = names.process(event.process) else { return };
        let Some(entry) = self.alive(process, event.key) else { return };
        if entry.origin.is_some_and(|origin| origin.key > event.key) {
            return;
        }
        entry.origin = Some(Origin { id, key: event.key });
        match term(&mut self.symbols) {
            Some(term) => self.origins.insert(process, term),
            None => self.origins.remove(&process),
        };
    }
}

/// Whether an event describes how a process began.
const fn is_origin(kind: Kind) -> bool {
    matches!(kind, Kind::Spawn | Kind::Alive)
}

fn from_chunk(term: &StoredTerm<'_>, chunk: &Chunk, symbols: &mut Symbols) -> Option<KeptTerm> {
    let mut bytes = Vec::new();
    with_names(chunk, symbols, |mut atom, mut entity| relocate(term.bytes, &mut atom, &mut entity, &mut bytes).ok())?;
    Some(KeptTerm { bytes: bytes.into(), key: term.key, complete: term.complete })
}

fn from_flight(term: (&[u8], Resolved), names: &Symbols, symbols: &mut Symbols) -> Option<KeptTerm> {
    let (raw, Resolved { key, complete }) = term;
    let mut bytes = Vec::new();
    with_names(names, symbols, |mut atom, mut entity| localize(raw, &mut atom, &mut entity, &mut bytes).ok())?;
    Some(KeptTerm { bytes: bytes.into(), key, complete })
}

/// Calls `run` with the ways from one dictionary's ids to another's.
fn with_names<T>(
    from: &dyn Names,
    to: &mut Symbols,
    run: impl FnOnce(&mut dyn FnMut(AtomId) -> AtomId, &mut dyn FnMut(EntityId) -> EntityId) -> T,
) -> T {
    let to = core::cell::RefCell::new(to);
    let mut atom = |id| to.borrow_mut().intern_atom(from.atom_text(id));
    let mut entity = |id| from.process(id).map_or(EntityId::NONE, |process| to.borrow_mut().intern_process(process));
    run(&mut atom, &mut entity)
}
