//! Who is meant by a process in a filter: over the whole trace, not at one moment.
//!
//! A bare pid means each process that had it: an event says which. A name means whoever held it when the event happened.

use super::expression::{Party, Role};
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::process::holder;
use crate::model::process::naming::{self, Holding};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::trace::Trace;
use scope_core::{Entity, EntityId, OrderKey, ProcessKey};

/// The processes that are meant.
#[derive(Debug)]
pub(super) struct Meant {
    processes: Vec<(ProcessKey, Span)>,
    /// Names that a message to them may be sent to.
    names: Vec<(String, Span)>,
    node: String,
}

/// From when to when, both inclusive; no end while it lasts.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: OrderKey,
    to: Option<OrderKey>,
}

impl Span {
    const ALWAYS: Self = Self { from: OrderKey::at(0), to: None };

    const fn of(holding: &Holding) -> Self {
        Self { from: holding.from, to: holding.to }
    }

    fn and(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { from: self.from.max(other.from), to }
    }
}

/// An entity of a chunk that is meant, while it held the name if it is meant by one.
#[derive(Debug)]
pub(super) struct Known {
    id: EntityId,
    meant: Span,
}

impl Known {
    pub(super) const fn id(&self) -> EntityId {
        self.id
    }

    pub(super) fn is(&self, id: EntityId, key: impl FnOnce() -> OrderKey) -> bool {
        self.id == id && {
            let (Span { from, to }, key) = (self.meant, key());
            from <= key && to.is_none_or(|to| key <= to)
        }
    }
}

impl Meant {
    /// Finds who is meant; an error when the trace has never seen them.
    pub(super) fn of(trace: &Trace, role: Role, party: &Party) -> Result<Self> {
        let addressed = matches!(role, Role::Destination | Role::Peer);
        let mut names = Vec::new();
        let processes: Vec<(ProcessKey, Span)> = match party {
            Party::Pid(pid) => {
                let meant = process_ref::meant_by_pid(trace, *pid, &pid.to_string())?;
                meant.into_iter().map(|process| (process, Span::ALWAYS)).collect()
            }
            Party::Name(name) => {
                let held = holder::held(trace, name);
                // A message can be sent to a name that no process holds.
                if held.is_empty() && !addressed {
                    return Err(process_ref::never_held(trace, name));
                }
                names.extend(addressed.then(|| (name.clone(), Span::ALWAYS)));
                held.into_iter().map(|(holding, process)| (process, Span::of(&holding))).collect()
            }
        };
        for (process, meant) in processes.iter().filter(|_| addressed) {
            let holdings = naming::holdings(trace, *process).into_iter();
            names.extend(holdings.map(|holding| {
                let span = Span::of(&holding).and(*meant);
                (holding.name, span)
            }));
        }
        Ok(Self { processes, names, node: trace.header().node.clone() })
    }

    pub(super) fn only(process: ProcessKey) -> Self {
        Self { processes: Vec::from([(process, Span::ALWAYS)]), names: Vec::new(), node: String::new() }
    }

    /// Those a chunk knows.
    pub(super) fn known_in(&self, chunk: &Chunk) -> Vec<Known> {
        let processes = self.processes.iter();
        let known =
            processes.filter_map(|(process, meant)| Some(Known { id: chunk.find_process(*process)?, meant: *meant }));
        let mut known: Vec<Known> = known.collect();
        for (name, meant) in &self.names {
            let Some(atom) = chunk.find_atom(name) else { continue };
            let is_meant = |entity: &Entity| match entity {
                Entity::Name(name) => *name == atom,
                Entity::RemoteName { name, node } => *name == atom && chunk.atom(*node) == self.node,
                _ => false,
            };
            let named = chunk.entities().filter(|(_, entity)| is_meant(entity));
            known.extend(named.map(|(id, _)| Known { id, meant: *meant }));
        }
        known
    }
}
