//! What an answer rests on.

use crate::api::answer::{Coverage, Dropped};
use crate::window::Window;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::event::MAX_TICK;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey};

/// The coverage of an answer that looked at `n_events` events of these classes.
pub(crate) fn coverage(trace: &Trace, asked: Window, classes: &[Class], n_events: u64) -> Coverage {
    let window = asked.clipped(trace);
    let floor = classes.iter().map(|class| trace.floor(*class)).max().unwrap_or_default();
    Coverage {
        from: window.from,
        to: window.to,
        watermark: trace.watermark().min(MAX_TICK),
        events: n_events,
        dropped: dropped(trace, asked, classes),
        not_traced: Vec::new(),
        evicted_before: (floor != OrderKey::default()).then_some(floor.tick),
        truncated: false,
    }
}

/// The losses that touch the window and the classes. Damage that hides its class may have hit any.
fn dropped(trace: &Trace, asked: Window, classes: &[Class]) -> Vec<Dropped> {
    let touching = trace.losses().iter().filter(|loss| {
        asked.touches(loss.from_tick, loss.to_tick) && loss.class.is_none_or(|class| classes.contains(&class))
    });
    touching
        .map(|loss| Dropped {
            class: loss.class.map(|class| class.name().to_string()),
            n: loss.n_events,
            from: loss.from_tick.min(MAX_TICK),
            to: loss.to_tick.min(MAX_TICK),
            reason: loss.reason.name().into(),
        })
        .collect()
}
