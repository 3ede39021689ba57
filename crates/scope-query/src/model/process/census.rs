//! Every process in the lifecycle events and the baseline, read in one pass.
//!
//! Invariant: costs one walk over the lifecycle events held, whatever else the trace holds.

use crate::model::process::lifetime::Lifetime;
use crate::model::process::spawn_info::Origin;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::collections::BTreeMap;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// What is known of a process.
#[derive(Debug, Default)]
pub(crate) struct Member<'a> {
    pub(crate) origin: Origin,
    pub(crate) lifetime: Lifetime,
    pub(crate) exit: Option<Row<'a>>,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Census<'a> {
    pub(crate) members: BTreeMap<ProcessKey, Member<'a>>,
    /// Events read.
    pub(crate) n_events: u64,
}

impl<'a> Census<'a> {
    /// The processes of the whole trace, with their origins as known at a point of the order.
    pub(crate) fn at(trace: &'a Trace, until: OrderKey) -> Self {
        let mut members: BTreeMap<ProcessKey, Member<'a>> = BTreeMap::new();
        for entry in trace.baseline().map_or(&[][..], |baseline| baseline.processes()) {
            let lifetime = Lifetime::from_baseline(trace, entry.process);
            let origin = Origin::from_baseline(trace, entry.process);
            members.insert(entry.process, Member { origin, lifetime, exit: None });
        }
        let mut n_events = 0;
        let all = Window::all();
        for at in trace.rows(&[Class::Process], all.first_key(), all.last_key(), Direction::Forward) {
            let row = Row::read(trace, at);
            n_events += 1;
            let Some(process) = row.process() else { continue };
            let member = members.entry(process).or_default();
            member.lifetime.learn(&row);
            member.origin.learn(&row, until);
            if row.kind() == Kind::Exit {
                member.exit = Some(row);
            }
        }
        Self { members, n_events }
    }
}

impl Member<'_> {
    /// Whether it was alive at some time of the window.
    pub(crate) fn lived_in(&self, window: Window) -> bool {
        window.touches(self.lifetime.first_tick(), self.lifetime.last_tick())
    }
}
