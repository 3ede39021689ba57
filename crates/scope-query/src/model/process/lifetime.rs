//! When a process began and ended, as far as the trace knows.

use crate::model::row::Row;
use crate::model::window::Window;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// Begin and end of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// Its spawn; `None` when it is older than the recording, or was not recorded.
    pub(crate) spawn: Option<OrderKey>,
    /// Its exit; `None` while it lives, or when it was not recorded.
    pub(crate) exit: Option<OrderKey>,
    /// The first thing that is known of it.
    pub(crate) seen: Option<OrderKey>,
    /// Events read.
    pub(crate) n_events: u64,
}

impl Lifetime {
    pub(crate) fn of(trace: &Trace, process: ProcessKey) -> Self {
        let mut lifetime = Self::from_baseline(trace, process);
        let all = Window::all();
        for at in trace.process_rows(process, &[Class::Process], all.first_key(), all.last_key(), Direction::Forward) {
            lifetime.learn(&Row::read(trace, at));
        }
        lifetime
    }

    /// What the baseline remembers.
    pub(crate) fn from_baseline(trace: &Trace, process: ProcessKey) -> Self {
        let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
        let spawned = remembered.filter(|entry| entry.identity_known && !entry.seen_by_sweep);
        let (spawn, seen) = (spawned.map(|entry| entry.since), remembered.map(|entry| entry.since));
        Self { spawn, seen, ..Self::default() }
    }

    /// Takes in a lifecycle event of the process.
    pub(crate) fn learn(&mut self, row: &Row<'_>) {
        self.n_events += 1;
        self.seen = self.seen.or(Some(row.key()));
        match row.kind() {
            Kind::Spawn => self.spawn = Some(row.key()),
            Kind::Exit => self.exit = Some(row.key()),
            _ => {}
        }
    }

    /// The event of its exit.
    pub(crate) fn exit_row<'a>(&self, trace: &'a Trace, process: ProcessKey) -> Option<Row<'a>> {
        let key = self.exit?;
        let mut rows = trace.process_rows(process, &[Class::Process], key, key, Direction::Backward);
        rows.find_map(|at| Some(Row::read(trace, at)).filter(|row| row.kind() == Kind::Exit))
    }

    /// The first time it can have lived.
    pub(crate) fn first_tick(self) -> u64 {
        self.spawn.map_or(0, |key| key.tick)
    }

    /// The last time it can have lived.
    pub(crate) fn last_tick(self) -> u64 {
        self.exit.map_or(u64::MAX, |key| key.tick)
    }
}
