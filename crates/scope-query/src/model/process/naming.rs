//! Which registered names a process held, and when.
//!
//! Invariant: costs the lifecycle events of the processes asked for, never a walk over the trace.

use crate::model::row::Row;
use crate::model::window::Window;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// A name and the time it was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    /// The name, as an atom's text.
    pub(crate) name: String,
    pub(crate) from: OrderKey,
    /// The event that ended it; it still held the name then. `None` while it holds.
    pub(crate) to: Option<OrderKey>,
}

impl Holding {
    /// Whether the name was held at this point of the order.
    pub(crate) fn holds_at(&self, key: OrderKey) -> bool {
        self.from <= key && self.to.is_none_or(|to| key <= to)
    }

    /// The last time it was held.
    pub(crate) fn last_tick(&self) -> u64 {
        self.to.map_or(u64::MAX, |to| to.tick)
    }
}

/// The names of the processes one answer shows.
#[derive(Debug)]
pub(crate) struct Naming<'a> {
    trace: &'a Trace,
    known: HashMap<ProcessKey, Vec<Holding>>,
}

impl<'a> Naming<'a> {
    pub(crate) fn new(trace: &'a Trace) -> Self {
        Self { trace, known: HashMap::new() }
    }

    /// Every name a process held, by the time it took it.
    pub(crate) fn holdings(&mut self, process: ProcessKey) -> &[Holding] {
        self.known.entry(process).or_insert_with(|| holdings(self.trace, process))
    }

    /// The name a process held at a point of the order; the latest if it held several.
    pub(crate) fn name_at(&mut self, process: ProcessKey, key: OrderKey) -> Option<&str> {
        self.holdings(process).iter().rev().find(|holding| holding.holds_at(key)).map(|holding| &*holding.name)
    }
}

/// Every name a process held, by the time it took it.
pub(crate) fn holdings(trace: &Trace, process: ProcessKey) -> Vec<Holding> {
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    let mut holdings: Vec<Holding> = remembered
        .into_iter()
        .flat_map(|entry| &entry.names)
        .map(|(name, since)| Holding { name: name.clone(), from: *since, to: None })
        .collect();
    let all = Window::all();
    for at in trace.process_rows(process, &[Class::Process], all.first_key(), all.last_key(), Direction::Forward) {
        let row = Row::read(trace, at);
        let name = row.atom().unwrap_or_default();
        let held = |holding: &&mut Holding| holding.to.is_none();
        match row.kind() {
            Kind::Register if !holdings.iter().any(|holding| holding.to.is_none() && holding.name == name) => {
                holdings.push(Holding { name: name.into(), from: row.key(), to: None });
            }
            Kind::Unregister => {
                holdings.iter_mut().filter(held).filter(|h| h.name == name).for_each(|h| h.to = Some(row.key()));
            }
            Kind::Exit => holdings.iter_mut().filter(held).for_each(|holding| holding.to = Some(row.key())),
            _ => {}
        }
    }
    holdings
}
