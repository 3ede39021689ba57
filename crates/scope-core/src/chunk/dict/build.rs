//! The dictionary of an open chunk: the recorder's ids become the chunk's own as they are first used.
//!
//! Invariant: one look-up by index per id, no hashing; clearing costs what was used, not the size of the recorder's dictionary.

use super::Dict;
use crate::{AtomId, Entity, EntityId, Mfa, MfaId, Symbols};
use alloc::string::String;
use alloc::vec::Vec;

/// A dictionary that grows with an open chunk.
#[derive(Debug, Default)]
pub(crate) struct DictBuilder {
    text: String,
    ends: Vec<u32>,
    mfas: Vec<Mfa>,
    entities: Vec<Entity>,
    atom_ids: LocalIds,
    mfa_ids: LocalIds,
    entity_ids: LocalIds,
    ephemeral_ids: LocalIds,
}

/// The recorder's ids to a chunk's own: one look-up by index, no hashing.
#[derive(Debug, Default)]
struct LocalIds {
    /// By index of the recorder's table; 0 where this chunk has none yet.
    local: Vec<u32>,
    /// The indexes seen, so that clearing costs what was used.
    seen: Vec<u32>,
}

impl LocalIds {
    /// The local id of what is found at an index of the recorder's table, and whether it is new; then it is `next`.
    #[inline]
    fn get(&mut self, idx: usize, next: usize) -> (u32, bool) {
        if idx >= self.local.len() {
            self.local.resize(idx + 1, 0);
        }
        match self.local.get_mut(idx) {
            Some(slot) if *slot == 0 => {
                self.seen.push(idx as u32);
                *slot = next as u32;
                (*slot, true)
            }
            Some(slot) => (*slot, false),
            None => (0, false),
        }
    }

    fn clear(&mut self) {
        for idx in self.seen.drain(..) {
            if let Some(slot) = self.local.get_mut(idx as usize) {
                *slot = 0;
            }
        }
    }
}

impl DictBuilder {
    /// The chunk's id of one of the recorder's atoms; none for none and for an id the recorder does not have.
    #[inline]
    pub(crate) fn atom(&mut self, symbols: &Symbols, id: AtomId) -> AtomId {
        if id.is_none() || id.0 as usize > symbols.counts().0 {
            return AtomId::NONE;
        }
        let (local, new) = self.atom_ids.get(id.0 as usize, self.ends.len() + 1);
        if new {
            self.text.push_str(symbols.atom(id));
            self.ends.push(self.text.len() as u32);
        }
        AtomId(local)
    }

    /// The chunk's id of one of the recorder's functions.
    #[inline]
    pub(crate) fn mfa(&mut self, symbols: &Symbols, id: MfaId) -> MfaId {
        let Some(mfa) = symbols.mfa(id) else { return MfaId::NONE };
        let (local, new) = self.mfa_ids.get(id.0 as usize, self.mfas.len() + 1);
        if new {
            let (module, function) = (self.atom(symbols, mfa.module), self.atom(symbols, mfa.function));
            self.mfas.push(Mfa { module, function, arity: mfa.arity });
        }
        MfaId(local)
    }

    /// The chunk's id of one of the recorder's entities.
    #[inline]
    pub(crate) fn entity(&mut self, symbols: &Symbols, id: EntityId) -> EntityId {
        let Some(entity) = symbols.entity(id) else { return EntityId::NONE };
        let ids = if id.is_ephemeral() { &mut self.ephemeral_ids } else { &mut self.entity_ids };
        let (local, new) = ids.get(id.index(), self.entities.len() + 1);
        if new {
            let own = match entity {
                Entity::RemoteProcess { node, number, serial } => {
                    Entity::RemoteProcess { node: self.atom(symbols, *node), number: *number, serial: *serial }
                }
                Entity::Name(name) => Entity::Name(self.atom(symbols, *name)),
                Entity::RemoteName { name, node } => {
                    Entity::RemoteName { name: self.atom(symbols, *name), node: self.atom(symbols, *node) }
                }
                other => other.clone(),
            };
            self.entities.push(own);
        }
        EntityId(local)
    }

    pub(crate) fn freeze(&self) -> Dict {
        let mut starts = Vec::with_capacity(self.ends.len() + 1);
        starts.push(0);
        starts.extend_from_slice(&self.ends);
        Dict::new(&self.text, &starts, &self.mfas, self.entities.as_slice().into())
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.mfas.clear();
        self.entities.clear();
        self.atom_ids.clear();
        self.mfa_ids.clear();
        self.entity_ids.clear();
        self.ephemeral_ids.clear();
    }
}
