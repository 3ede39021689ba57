//! When functions had a trace pattern, so that "it was not called" is not confused with "nobody looked".

use crate::api::answer::NotTraced;
use crate::function::FunctionFilter;
use crate::row::Row;
use crate::window::Window;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::gather::Gather as _;
use scope_core::term::inspect::atom_text;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind};

/// The parts of a window in which no function that passes the filter had a pattern. `n_found` is how many calls were found: where no
/// pattern was ever recorded, only they tell. Nothing is said of all functions.
pub(crate) fn not_traced(trace: &Trace, filter: &FunctionFilter, window: Window, n_found: u64) -> Vec<NotTraced> {
    let Some(target) = target(filter) else { return Vec::new() };
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
    let shown = |gap: Window| NotTraced {
        target: target.clone(),
        class: Class::Call.name().into(),
        from: gap.from,
        to: gap.to,
    };
    gaps.into_iter().map(shown).gathered()
}

/// The functions as text: `Shop.Cart`, `Shop.Cart.add/2`. `None` without a module.
fn target(filter: &FunctionFilter) -> Option<String> {
    let module = atom_text(filter.module.as_deref()?);
    let function = filter.function.as_deref().map(|function| format!(".{function}")).unwrap_or_default();
    let arity = filter.arity.map(|arity| format!("/{arity}")).unwrap_or_default();
    Some(format!("{module}{function}{arity}"))
}
