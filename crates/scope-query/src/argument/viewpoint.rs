//! The point of a process's life that a request looks at.
//!
//! Invariant: without a time, a process that has exited is shown as it was at its exit.

use crate::error::Result;
use crate::model::process::lifetime::Lifetime;
use crate::model::window::Window;
use scope_core::event::MAX_TICK;
use scope_core::trace::Trace;
use scope_core::{OrderKey, ProcessKey};

/// A point of the order, within the life of a process if the time asked is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewpoint {
    /// The time asked, or its default.
    pub(crate) tick: u64,
    /// The last point of the order that counts: not beyond the exit, where the process has its links and names for the last time.
    pub(crate) key: OrderKey,
    pub(crate) lifetime: Lifetime,
    asked: bool,
}

impl Viewpoint {
    /// Where to look for the process a request names.
    pub(crate) fn window(at: Option<u64>) -> Result<Window> {
        at.map_or(Ok(Window::all()), Window::moment)
    }

    /// The moment of a process.
    pub(crate) fn of(trace: &Trace, process: ProcessKey, at: Option<u64>) -> Self {
        let lifetime = Lifetime::of(trace, process);
        let end = trace.span().map_or(0, |(_, last)| last).max(trace.watermark()).min(MAX_TICK);
        let last = lifetime.exit.map_or(end, |exit| exit.tick);
        let tick = at.unwrap_or(last);
        let end_of = OrderKey::end_of(tick);
        let key = lifetime.exit.filter(|exit| exit.tick == tick).unwrap_or(end_of);
        Self { tick, key, lifetime, asked: at.is_some() }
    }

    /// `alive`, `exited` or `not_yet` at that time.
    pub(crate) fn status(self) -> &'static str {
        if self.lifetime.first_tick() > self.tick {
            "not_yet"
        } else if self.lifetime.last_tick() < self.tick || !self.asked && self.lifetime.exit.is_some() {
            "exited"
        } else {
            "alive"
        }
    }

    /// When the process began: the time at which the name of its parent is meant.
    pub(crate) fn born(self) -> OrderKey {
        self.lifetime.spawn.unwrap_or(self.key)
    }
}
