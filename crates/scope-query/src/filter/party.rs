//! Who is meant by a process in a filter: over the whole trace, not at one moment.
//!
//! A bare pid means each process that had it: an event tells which. A name means whoever held it when the event happened.

use super::expression::{Party, Role};
use crate::error::Result;
use crate::naming::Holding;
use crate::who;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::trace::Trace;
use scope_core::{Entity, EntityId, OrderKey, ProcessKey};

/// The processes that are meant.
#[derive(Debug)]
pub(super) struct Meant {
    processes: Vec<(ProcessKey, Option<Holding>)>,
    /// The name itself, where a message may be sent to it.
    name: Option<Addressed>,
}

#[derive(Debug)]
struct Addressed {
    name: String,
    node: String,
}

/// An entity of a chunk that is meant, while it held the name if it is meant by one.
#[derive(Debug)]
pub(super) struct Known {
    id: EntityId,
    held: Option<(OrderKey, Option<OrderKey>)>,
}

impl Known {
    pub(super) const fn id(&self) -> EntityId {
        self.id
    }

    pub(super) fn is(&self, id: EntityId, key: impl FnOnce() -> OrderKey) -> bool {
        self.id == id
            && self.held.is_none_or(|(from, to)| {
                let key = key();
                from <= key && to.is_none_or(|to| key <= to)
            })
    }
}

impl Meant {
    /// Finds who is meant; an error when the trace has never seen them.
    pub(super) fn of(trace: &Trace, role: Role, party: &Party) -> Result<Self> {
        let name = match party {
            Party::Pid(pid) => {
                let meant = who::meant_by_pid(trace, *pid, &pid.to_string())?;
                return Ok(Self { processes: meant.into_iter().map(|process| (process, None)).collect(), name: None });
            }
            Party::Name(name) => name,
        };
        let held = who::held(trace, name);
        let addressed = matches!(role, Role::Destination | Role::Peer);
        // A message can be sent to a name that nobody holds.
        if held.is_empty() && !addressed {
            return Err(who::never_held(trace, name));
        }
        let node = trace.header().node.clone();
        Ok(Self {
            processes: held.into_iter().map(|(holding, process)| (process, Some(holding))).collect(),
            name: addressed.then(|| Addressed { name: name.clone(), node }),
        })
    }

    pub(super) fn only(process: ProcessKey) -> Self {
        Self { processes: Vec::from([(process, None)]), name: None }
    }

    /// Those a chunk knows.
    pub(super) fn known_in(&self, chunk: &Chunk) -> Vec<Known> {
        let processes = self.processes.iter().filter_map(|(process, holding)| {
            let held = holding.as_ref().map(|holding| (holding.from, holding.to));
            Some(Known { id: chunk.find_process(*process)?, held })
        });
        let mut known: Vec<Known> = processes.collect();
        if let Some((addressed, atom)) = self.name.as_ref().and_then(|name| Some((name, chunk.find_atom(&name.name)?))) {
            let is_meant = |entity: &Entity| match entity {
                Entity::Name(name) => *name == atom,
                Entity::RemoteName { name, node } => *name == atom && chunk.atom(*node) == addressed.node,
                _ => false,
            };
            let named = chunk.entities().filter(|(_, entity)| is_meant(entity));
            known.extend(named.map(|(id, _)| Known { id, held: None }));
        }
        known
    }
}
