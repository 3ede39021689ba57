//! When a process began and ended, as far as the trace knows.

use crate::row::Row;
use crate::window::Window;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// Begin and end of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// Its spawn; `None` when it was there before the recorder looked, or nobody saw it.
    pub(crate) spawn: Option<OrderKey>,
    /// Its exit; `None` while it lives, or when nobody saw it.
    pub(crate) exit: Option<OrderKey>,
    /// Events looked at.
    pub(crate) n_events: u64,
}

impl Lifetime {
    pub(crate) fn of(trace: &Trace, process: ProcessKey) -> Self {
        let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
        let spawned = remembered.filter(|entry| entry.identity_known && !entry.seen_by_sweep);
        let mut lifetime = Self { spawn: spawned.map(|entry| entry.since), exit: None, n_events: 0 };
        let all = Window::all();
        for at in trace.process_rows(process, &[Class::Process], all.first_key(), all.last_key(), Direction::Forward) {
            let row = Row::read(trace, at);
            lifetime.n_events += 1;
            match row.kind() {
                Kind::Spawn => lifetime.spawn = Some(row.key()),
                Kind::Exit => lifetime.exit = Some(row.key()),
                _ => {}
            }
        }
        lifetime
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
