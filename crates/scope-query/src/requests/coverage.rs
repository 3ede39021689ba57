//! What an answer rests on.

use crate::answer::{Coverage, Dropped, NotTraced};
use crate::model::call::function::FunctionFilter;
use crate::model::coverage::{function_intervals, trace_intervals};
use crate::model::window::Window;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::event::MAX_TICK;
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};

/// The coverage of an answer that read `n_events` events of these classes.
pub(crate) fn coverage(trace: &Trace, asked: Window, classes: &[Class], n_events: u64) -> Coverage {
    let window = asked.clipped(trace);
    let low_watermark = classes.iter().map(|class| trace.low_watermark(*class)).max().unwrap_or_default();
    Coverage {
        from: window.from,
        to: window.to,
        watermark: trace.watermark().min(MAX_TICK),
        events: n_events,
        dropped: dropped(trace, asked, classes, None),
        not_traced: Vec::new(),
        evicted_before: (low_watermark != OrderKey::default()).then_some(low_watermark.tick),
        truncated: false,
    }
}

/// The same for an answer about a moment that rests on events of any time: what was lost at any time may have changed it.
pub(crate) fn coverage_of_moment(trace: &Trace, asked: Window, classes: &[Class], n_events: u64) -> Coverage {
    let dropped = dropped(trace, Window::all(), classes, None);
    Coverage { dropped, ..coverage(trace, asked, classes, n_events) }
}

/// The same for an answer of states, whose causes are messages handled in `causes`.
pub(crate) fn coverage_of_states(trace: &Trace, asked: Window, causes: Window, n_events: u64) -> Coverage {
    let dropped = dropped(trace, asked, &[Class::State], Some(causes));
    Coverage { dropped, ..coverage(trace, asked, &[Class::State], n_events) }
}

/// The losses that touch the window and the classes, and those of messages that touch `causes`. Damage that hides its class may have hit
/// any. Every answer rests on the names, lifetimes and targets that the critical classes tell, whenever they were recorded: their losses
/// always count.
fn dropped(trace: &Trace, asked: Window, classes: &[Class], causes: Option<Window>) -> Vec<Dropped> {
    let touching = trace.losses().iter().filter(|loss| {
        let touches = |window: Window| window.touches(loss.from_tick, loss.to_tick);
        let concerns = |classes: &[Class]| loss.class.is_none_or(|class| classes.contains(&class));
        loss.class.is_some_and(Class::is_critical)
            || touches(asked) && concerns(classes)
            || causes.is_some_and(touches) && concerns(&[Class::Message])
    });
    touching
        .map(|loss| Dropped {
            class: loss.class.map(|class| class.name().into()),
            n: loss.n_events,
            from: loss.from_tick.min(MAX_TICK),
            to: loss.to_tick.min(MAX_TICK),
            reason: loss.reason.name().into(),
        })
        .collect()
}

/// The parts of a window in which a living process was not recorded for a class.
pub(crate) fn not_traced(trace: &Trace, process: ProcessKey, class: Class, window: Window) -> Vec<NotTraced> {
    let gaps = trace_intervals::untraced(trace, process, class, window);
    gaps.into_iter().map(|gap| process_gap(process, class, gap)).collect()
}

/// A window in which a process was not recorded for a class.
pub(crate) fn process_gap(process: ProcessKey, class: Class, gap: Window) -> NotTraced {
    NotTraced { target: process.to_string(), class: class.name().into(), from: gap.from, to: gap.to }
}

/// The parts of a window in which no function that passes the filter had a pattern; `n_found` calls were found. Empty for a filter
/// without a module.
pub(crate) fn functions_not_traced(
    trace: &Trace,
    filter: &FunctionFilter,
    window: Window,
    n_found: u64,
) -> Vec<NotTraced> {
    let Some(target) = function_text(filter) else { return Vec::new() };
    let gaps = function_intervals::untraced(trace, filter, window, n_found);
    let shown = |gap: Window| NotTraced {
        target: target.clone(),
        class: Class::Call.name().into(),
        from: gap.from,
        to: gap.to,
    };
    gaps.into_iter().map(shown).collect()
}

/// The functions as text: `Shop.Cart`, `Shop.Cart.add/2`. `None` without a module.
fn function_text(filter: &FunctionFilter) -> Option<String> {
    let module = atom_text(filter.module.as_deref()?);
    let function = filter.function.as_deref().map(|function| format!(".{function}")).unwrap_or_default();
    let arity = filter.arity.map(|arity| format!("/{arity}")).unwrap_or_default();
    Some(format!("{module}{function}{arity}"))
}
