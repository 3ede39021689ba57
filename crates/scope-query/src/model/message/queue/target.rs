//! Where a send goes: to a process, to whoever holds a name then, or to whoever owns an alias.

use crate::model::process::process_number::ProcessNumbers;
use crate::model::row::Row;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::baseline::Baseline;
use scope_core::chunk::Chunk;
use scope_core::{Entity, EntityId, Kind};

/// The names held at the moment the pass has reached.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Registered names by text.
    names: HashMap<Box<str>, u32>,
    /// By the number of the name.
    holders: Vec<Option<u32>>,
    /// The names a process took, by its number.
    taken: HashMap<u32, Vec<u32>>,
}

/// An entity of a chunk, as what can send and be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// By its number.
    Process(u32),
    /// A registered name, by its number.
    Name(u32),
    /// An alias, whose owner no process recorded.
    Alias,
    /// No process, or out of the node.
    Elsewhere,
}

/// The peers of one chunk by their ids, each as one number: what it is in the lowest two bits. A trace has fewer than 2^30 processes
/// and names.
#[derive(Debug)]
pub(super) struct Peers(Vec<u32>);

impl Peers {
    /// The processes among them with their ids.
    pub(super) fn processes(&self) -> impl Iterator<Item = (EntityId, u32)> {
        (0..).map(EntityId).zip(&self.0).filter_map(|(id, packed)| match Peer::unpacked(*packed) {
            Peer::Process(process) => Some((id, process)),
            _ => None,
        })
    }

    #[inline]
    pub(super) fn get(&self, id: EntityId) -> Peer {
        self.0.get(id.0 as usize).map_or(Peer::Elsewhere, |packed| Peer::unpacked(*packed))
    }
}

impl Peer {
    const fn packed(self) -> u32 {
        match self {
            Self::Process(number) => number << 2,
            Self::Name(number) => number << 2 | 1,
            Self::Alias => 2,
            Self::Elsewhere => 3,
        }
    }

    const fn unpacked(packed: u32) -> Self {
        match packed & 3 {
            0 => Self::Process(packed >> 2),
            1 => Self::Name(packed >> 2),
            2 => Self::Alias,
            _ => Self::Elsewhere,
        }
    }
}

impl Targets {
    /// The names held before the first life event that is held.
    pub(super) fn remember(&mut self, baseline: &Baseline, numbers: &mut ProcessNumbers) {
        for entry in baseline.processes() {
            for (name, _) in &entry.names {
                self.set_holder(name, Some(numbers.number(entry.process) as u32));
            }
        }
    }

    /// A life event of a process.
    pub(super) fn life(&mut self, row: &Row<'_>, process: u32) {
        match (row.kind(), row.atom()) {
            (Kind::Register, Some(name)) => self.set_holder(name, Some(process)),
            (Kind::Unregister, Some(name)) => self.set_holder(name, None),
            (Kind::Exit, _) => {
                for name in self.taken.remove(&process).unwrap_or_default() {
                    let holder = self.holders.get_mut(name as usize).filter(|holder| **holder == Some(process));
                    holder.into_iter().for_each(|holder| *holder = None);
                }
            }
            _ => {}
        }
    }

    /// Who holds a name now.
    pub(super) fn holder(&self, name: u32) -> Option<u32> {
        self.holders.get(name as usize).copied().flatten()
    }

    /// The peers of a chunk.
    pub(super) fn peers(&mut self, chunk: &Chunk, node: &str, numbers: &mut ProcessNumbers) -> Peers {
        let mut peers = vec![Peer::Elsewhere.packed(); chunk.n_entities() + 1];
        for (id, entity) in chunk.entities() {
            let peer = match entity {
                Entity::Name(name) => Peer::Name(self.name(chunk.atom(*name))),
                Entity::RemoteName { name, node: at } if chunk.atom(*at) == node => {
                    Peer::Name(self.name(chunk.atom(*name)))
                }
                Entity::Reference(_) => Peer::Alias,
                // Processes are numbered below, all at once.
                _ => continue,
            };
            if let Some(slot) = peers.get_mut(id.0 as usize) {
                *slot = peer.packed();
            }
        }
        numbers.all_of(chunk, |id, number| {
            if let Some(slot) = peers.get_mut(id.0 as usize) {
                *slot = Peer::Process(number).packed();
            }
        });
        Peers(peers)
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = self.holders.len() as u32;
        self.names.insert(name.into(), number);
        self.holders.push(None);
        number
    }

    fn set_holder(&mut self, name: &str, holder: Option<u32>) {
        let number = self.name(name);
        if let Some(slot) = self.holders.get_mut(number as usize) {
            *slot = holder;
        }
        if let Some(process) = holder {
            self.taken.entry(process).or_default().push(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_peer_is_unpacked_as_it_was() {
        for peer in
            [Peer::Process(0), Peer::Process(70_000), Peer::Name(0), Peer::Name(9), Peer::Alias, Peer::Elsewhere]
        {
            assert_eq!(Peer::unpacked(peer.packed()), peer);
        }
    }
}
