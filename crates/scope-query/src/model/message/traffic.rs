//! With whom a process exchanged messages, and how many.
//!
//! Invariant: a message counts for whoever was meant when it was sent; what went to an alias, a port, another node or a name that no process held is
//! counted apart.

use crate::model::process::holder;
use crate::model::process::naming::{Holding, Naming};
use crate::model::row::Row;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use hashbrown::HashMap;
use scope_core::symbols::PeerKey;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Entity, Kind, OrderKey, ProcessKey};

/// The messages of one process up to a point of the order.
#[derive(Debug, Default)]
pub(crate) struct Volume {
    /// Other process, messages sent to it, messages it sent; most first.
    pub(crate) peers: Vec<(ProcessKey, u64, u64)>,
    pub(crate) sent_elsewhere: u64,
    pub(crate) n_events: u64,
}

impl Volume {
    pub(crate) fn of<'a>(trace: &'a Trace, naming: &mut Naming<'a>, process: ProcessKey, until: OrderKey) -> Self {
        let mut volume = Self::default();
        let mut places: HashMap<ProcessKey, usize> = HashMap::new();
        let mut holders: HashMap<String, Vec<(Holding, ProcessKey)>> = HashMap::new();
        let first = OrderKey::default();
        let own = trace.process_rows(process, &[Class::Message], first, until, Direction::Forward);
        for row in own.map(|at| Row::read(trace, at)) {
            volume.n_events += 1;
            if row.kind() != Kind::Send {
                continue;
            }
            let name = named(trace, &row);
            let to = match (row.peer_process(), name) {
                (Some(to), _) => Some(to),
                (None, Some(name)) => {
                    let held = holders.entry(name.into()).or_insert_with(|| holder::held(trace, name));
                    held.iter().find(|(holding, _)| holding.holds_at(row.key())).map(|(_, holder)| *holder)
                }
                (None, None) => None,
            };
            match to {
                Some(to) => volume.count(&mut places, to, (1, 0)),
                None => volume.sent_elsewhere += 1,
            }
        }
        let names = naming.holdings(process).to_vec();
        let by_name: BTreeSet<&str> = names.iter().map(|holding| &*holding.name).collect();
        let meant = by_name.into_iter().map(|name| PeerKey::Name(name.into()));
        for meant in meant.chain([PeerKey::Process(process)]) {
            let rows = trace.peer_rows(&meant, &[Class::Message], first, until, Direction::Forward);
            for row in rows.map(|at| Row::read(trace, at)) {
                volume.n_events += 1;
                let arrives = row.peer_process() == Some(process)
                    || named(trace, &row).is_some_and(|name| {
                        names.iter().any(|holding| holding.name == name && holding.holds_at(row.key()))
                    });
                if let Some(from) = row.process().filter(|_| row.kind() == Kind::Send && arrives) {
                    volume.count(&mut places, from, (0, 1));
                }
            }
        }
        volume.peers.sort_by_key(|(peer, sent, received)| (Reverse(sent + received), *peer));
        volume
    }

    /// Adds messages sent to a peer, and received from it. `places` are those of the peers met so far.
    fn count(&mut self, places: &mut HashMap<ProcessKey, usize>, peer: ProcessKey, (sent, received): (u64, u64)) {
        let place = *places.entry(peer).or_insert_with(|| {
            self.peers.push((peer, 0, 0));
            self.peers.len() - 1
        });
        if let Some((_, all_sent, all_received)) = self.peers.get_mut(place) {
            *all_sent += sent;
            *all_received += received;
        }
    }
}

/// The registered name a message was sent to, on the recorded node.
fn named<'a>(trace: &Trace, row: &Row<'a>) -> Option<&'a str> {
    match row.peer()? {
        Entity::Name(name) => Some(row.chunk.atom(*name)),
        Entity::RemoteName { name, node } if row.chunk.atom(*node) == trace.header().node => {
            Some(row.chunk.atom(*name))
        }
        _ => None,
    }
}
