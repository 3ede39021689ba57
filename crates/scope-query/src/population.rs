//! Who was alive at a moment, with the names held then.
//!
//! Invariant: agrees with [`Lifetime`](crate::lifetime::Lifetime): a process lives from its spawn to its exit, both included; one whose
//! spawn nobody saw lives from the first thing it did.

use crate::lifetime::Lifetime;
use crate::row::Row;
use crate::window::Window;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::gather::Gather as _;
use scope_core::ordered::{Map, Set};
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// A process alive at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Living {
    /// Its spawn, if that was seen.
    pub(crate) spawned: Option<u64>,
    /// Its names then, in the order it took them.
    pub(crate) names: Vec<String>,
}

/// The living at a time, and how many events were looked at.
pub(crate) fn at(trace: &Trace, moment: Window) -> (Map<ProcessKey, Living>, u64) {
    let mut living = remembered(trace, moment);
    // Everybody whose begin or end was seen, whenever.
    let mut told: Set<ProcessKey> = living.keys().copied().collect();
    let mut n_events = 0;
    let all = Window::all();
    for at in trace.rows(&[Class::Process], all.first_key(), all.last_key(), Direction::Forward) {
        n_events += 1;
        let row = Row::read(trace, at);
        let Some(process) = row.process() else { continue };
        let before = row.key() <= moment.last_key();
        match row.kind() {
            Kind::Spawn | Kind::Alive => {
                told.insert(process);
                if before {
                    let living = living.entry(process).or_default();
                    living.spawned = (row.kind() == Kind::Spawn).then(|| row.tick()).or(living.spawned);
                }
            }
            Kind::Exit if row.tick() < moment.from => {
                told.insert(process);
                living.remove(&process);
            }
            Kind::Exit if before => {
                if let Some(living) = living.get_mut(&process) {
                    living.names.clear();
                }
            }
            Kind::Register if before => {
                let names = &mut living.entry(process).or_default().names;
                let name = row.atom().unwrap_or_default();
                if !names.iter().any(|held| held == name) {
                    names.push(name.into());
                }
            }
            Kind::Unregister if before => {
                if let Some(living) = living.get_mut(&process) {
                    living.names.retain(|held| Some(&**held) != row.atom());
                }
            }
            _ => {}
        }
    }
    for process in trace.processes() {
        let untold = !told.contains(&process) && !living.contains_key(&process);
        if untold && acted(trace, process, moment.last_key()) && Lifetime::of(trace, process).last_tick() >= moment.from
        {
            living.insert(process, Living::default());
        }
    }
    (living, n_events)
}

/// What the baseline says: its processes were alive when the events it stands for ended.
fn remembered(trace: &Trace, moment: Window) -> Map<ProcessKey, Living> {
    let entries = trace.baseline().map_or(&[][..], |baseline| baseline.processes());
    let entries = entries.iter().filter(|entry| entry.since <= moment.last_key());
    let living = entries.map(|entry| {
        let names = entry.names.iter().filter(|(_, since)| *since <= moment.last_key());
        let spawned = (entry.identity_known && !entry.seen_by_sweep).then_some(entry.since.tick);
        (entry.process, Living { spawned, names: names.map(|(name, _)| name.clone()).gathered() })
    });
    living.collect()
}

/// Whether the process did anything up to a point of the order.
fn acted(trace: &Trace, process: ProcessKey, until: OrderKey) -> bool {
    trace.process_rows(process, Class::ALL, OrderKey::default(), until, Direction::Backward).next().is_some()
}
