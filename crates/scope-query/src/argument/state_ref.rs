//! Which state a request means by a time or an id.

use crate::argument::moment::Moment;
use crate::error::{Error, Result};
use crate::model::row::Row;
use crate::model::state::Last;
use crate::model::term_ref;
use crate::model::window::Window;
use alloc::format;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, OrderKey, ProcessKey};

/// The state of a process at a time, or the one that the event with an id showed or found.
pub(crate) fn state<'a>(trace: &'a Trace, process: ProcessKey, moment: &Moment) -> Result<Last<'a>> {
    let key = match moment {
        Moment::Time(time) => Window::moment(*time)?.last_key(),
        Moment::Id(id) => match from_baseline(trace, process, id) {
            Some(key) => key,
            None => {
                let row = Row::read(trace, term_ref::event(trace, id)?);
                if row.process() != Some(process) {
                    return Err(Error::BadArgument(format!("event {id} did not happen in {process}")));
                }
                row.key()
            }
        },
    };
    Last::of(trace, process, key).ok_or_else(|| nothing(trace, process, key))
}

/// The place of an evicted state that the baseline remembers.
fn from_baseline(trace: &Trace, process: ProcessKey, id: &str) -> Option<OrderKey> {
    let id: EventId = id.parse().ok()?;
    let state = trace.baseline()?.process(process)?.state.as_ref()?;
    (state.id == id).then_some(state.key)
}

fn nothing(trace: &Trace, process: ProcessKey, key: OrderKey) -> Error {
    if crate::model::state::may_be_forgotten(trace, process) && key < trace.low_watermark(Class::State) {
        return Error::Evicted(format!(
            "states of {process} before {} have been evicted",
            trace.low_watermark(Class::State).tick
        ));
    }
    Error::NotTraced(format!("the state of {process} was not being recorded at {}, nor before", key.tick))
}
