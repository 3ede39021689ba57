//! Who was alive at a moment, with the names held then.
//!
//! Invariant: agrees with [`Lifetime`](crate::model::process::lifetime::Lifetime): a process lives from its spawn to its exit, both included; one whose
//! spawn that was not recorded lives from its first event.

use crate::model::process::lifetime::Lifetime;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::{Direction, RowRef, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// A process alive at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Living {
    /// Its spawn, if that was seen.
    pub(crate) spawned: Option<u64>,
    /// Its names then, in the order it took them.
    pub(crate) names: Vec<String>,
}

/// The living at a time, ascending, and how many events were read.
pub(crate) fn at(trace: &Trace, moment: Window) -> (Vec<(ProcessKey, Living)>, u64) {
    let mut baseline = from_baseline(trace, moment);
    let mut living: Vec<(ProcessKey, Living)> = Vec::new();
    // Processes with a recorded begin or end, at any time.
    let mut known: Vec<ProcessKey> = baseline.keys().copied().collect();
    let mut n_events = 0;
    trace.each_process(Class::Process, |process, rows| {
        n_events += rows.len() as u64;
        let mut life = Life { living: baseline.remove(&process), is_recorded: false };
        rows.iter().for_each(|at| life.learn(trace, *at, moment));
        if life.is_recorded {
            known.push(process);
        }
        living.extend(life.living.map(|living| (process, living)));
    });
    living.extend(baseline);
    living.sort_by_key(|(process, _)| *process);
    known.sort();
    let unrecorded = |process: &ProcessKey| {
        known.binary_search(process).is_err() && living.binary_search_by_key(process, |(process, _)| *process).is_err()
    };
    let unrecorded: Vec<ProcessKey> = trace.processes().into_iter().filter(unrecorded).collect();
    let unrecorded = unrecorded.into_iter().filter(|process| {
        acted(trace, *process, moment.last_key()) && Lifetime::of(trace, *process).last_tick() >= moment.from
    });
    living.extend(unrecorded.map(|process| (process, Living::default())));
    living.sort_by_key(|(process, _)| *process);
    (living, n_events)
}

/// What is known of a process up to the moment.
struct Life {
    living: Option<Living>,
    /// Whether its begin or end was recorded, at any time.
    is_recorded: bool,
}

impl Life {
    fn learn(&mut self, trace: &Trace, at: RowRef, moment: Window) {
        let before = at.key <= moment.last_key();
        let kind = trace.chunk(&at).kind(at.row);
        match kind {
            Kind::Spawn | Kind::Alive => {
                self.is_recorded = true;
                if before {
                    let living = self.living.get_or_insert_default();
                    living.spawned = (kind == Kind::Spawn).then_some(at.key.tick).or(living.spawned);
                }
            }
            Kind::Exit if at.key.tick < moment.from => {
                self.is_recorded = true;
                self.living = None;
            }
            Kind::Exit if before => {
                if let Some(living) = &mut self.living {
                    living.names.clear();
                }
            }
            Kind::Register if before => {
                let names = &mut self.living.get_or_insert_default().names;
                let name = Row::read(trace, at).atom().unwrap_or_default();
                if !names.iter().any(|held| held == name) {
                    names.push(name.into());
                }
            }
            Kind::Unregister if before => {
                if let Some(living) = &mut self.living {
                    let name = Row::read(trace, at).atom();
                    living.names.retain(|held| Some(&**held) != name);
                }
            }
            _ => {}
        }
    }
}

/// What the baseline says: its processes were alive when the events it stands for ended.
fn from_baseline(trace: &Trace, moment: Window) -> HashMap<ProcessKey, Living> {
    let entries = trace.baseline().map_or(&[][..], |baseline| baseline.processes());
    let entries = entries.iter().filter(|entry| entry.since <= moment.last_key());
    let living = entries.map(|entry| {
        let names = entry.names.iter().filter(|(_, since)| *since <= moment.last_key());
        let spawned = (entry.identity_known && !entry.seen_by_sweep).then_some(entry.since.tick);
        (entry.process, Living { spawned, names: names.map(|(name, _)| name.clone()).collect() })
    });
    living.collect()
}

/// Whether the process did anything up to a point of the order.
fn acted(trace: &Trace, process: ProcessKey, until: OrderKey) -> bool {
    trace.process_rows(process, Class::ALL, OrderKey::default(), until, Direction::Backward).next().is_some()
}
