//! When functions had a trace pattern, so that "it was not called" is not confused with "it was not recorded".

use crate::model::call::function::FunctionFilter;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind};

/// The parts of a window in which no function that passes the filter had a pattern. `n_found` is how many calls were found: where no
/// pattern was ever recorded, only they show it. Empty for a filter without a module.
pub(crate) fn untraced(trace: &Trace, filter: &FunctionFilter, window: Window, n_found: u64) -> Vec<Window> {
    if filter.module.is_none() {
        return Vec::new();
    }
    let mut gaps = Vec::new();
    let (mut n_patterns, mut known, mut since) = (0u32, false, window.from);
    let all = Window::all();
    for at in trace.rows(&[Class::Control], all.first_key(), all.last_key(), Direction::Forward) {
        let row = Row::read(trace, at);
        let concerns = row
            .event
            .mfa()
            .and_then(|id| row.chunk.mfa(id))
            .is_some_and(|mfa| filter.passes(row.chunk.atom(mfa.module), row.chunk.atom(mfa.function), mfa.arity));
        let before = n_patterns;
        match row.kind() {
            Kind::PatternAdded if concerns => n_patterns += 1,
            Kind::PatternRemoved if concerns => n_patterns = n_patterns.saturating_sub(1),
            Kind::RecorderStopped => n_patterns = 0,
            _ => {}
        }
        known |= n_patterns != before;
        match (before, n_patterns) {
            (0, 1..) if row.tick() > since => gaps.push(Window { from: since, to: window.to.min(row.tick() - 1) }),
            (1.., 0) => since = window.from.max(row.tick().saturating_add(1)),
            _ => {}
        }
    }
    if n_patterns == 0 && (known || n_found == 0) {
        gaps.push(Window { from: since, to: window.to });
    }
    gaps.retain(|gap| gap.from <= gap.to);
    gaps
}
