//! Where a send goes: to a process, to whoever holds a name then, or to whoever owns an alias.

use crate::by_chunk::ByChunk;
use crate::process_number::ProcessNumbers;
use crate::row::{Row, Unread};
use alloc::boxed::Box;
use alloc::vec::Vec;
use scope_core::baseline::Baseline;
use scope_core::ordered::Map;
use scope_core::{Entity, Kind};

/// Where a send goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Process(usize),
    /// An alias, whose owner nobody recorded.
    Alias,
    /// To nobody, or out of the node.
    Elsewhere,
}

/// The names held at the moment the pass has reached.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Registered names by text.
    names: Map<Box<str>, u32>,
    /// By the number of the name.
    holders: Vec<Option<usize>>,
    /// The names a process took, by its number.
    taken: Map<usize, Vec<u32>>,
    by_chunk: ByChunk,
}

/// A peer of a chunk of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peer {
    Process(u32),
    Name(u32),
    Alias,
    Elsewhere,
}

impl Peer {
    /// As one number: what it is in the lowest two bits. A trace has fewer than 2^30 processes and names.
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
                self.set_holder(name, Some(numbers.number(entry.process)));
            }
        }
    }

    /// A life event of a process.
    pub(super) fn life(&mut self, row: &Row<'_>, process: usize) {
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

    /// Where a send goes.
    pub(super) fn of(&mut self, row: &Unread<'_>, node: &str, numbers: &mut ProcessNumbers) -> Target {
        let id = row.chunk.peer_id(row.row);
        let peer = self.by_chunk.get(row.chunk_idx, id.0).map(Peer::unpacked).unwrap_or_else(|| {
            let peer = self.peer(row, node, numbers);
            self.by_chunk.set(row.chunk_idx, id.0, row.chunk.n_entities(), peer.packed());
            peer
        });
        match peer {
            Peer::Process(process) => Target::Process(process as usize),
            Peer::Name(name) => {
                self.holders.get(name as usize).copied().flatten().map_or(Target::Elsewhere, Target::Process)
            }
            Peer::Alias => Target::Alias,
            Peer::Elsewhere => Target::Elsewhere,
        }
    }

    fn peer(&mut self, row: &Unread<'_>, node: &str, numbers: &mut ProcessNumbers) -> Peer {
        match row.chunk.entity(row.chunk.peer_id(row.row)) {
            Some(Entity::Process(process)) => Peer::Process(numbers.number(*process) as u32),
            Some(Entity::Name(name)) => Peer::Name(self.name(row.chunk.atom(*name))),
            Some(Entity::RemoteName { name, node: at }) if row.chunk.atom(*at) == node => {
                Peer::Name(self.name(row.chunk.atom(*name)))
            }
            Some(Entity::Reference(_)) => Peer::Alias,
            _ => Peer::Elsewhere,
        }
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

    fn set_holder(&mut self, name: &str, holder: Option<usize>) {
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
