//! `state_at`: the state of a process at a time.

use crate::answer::{Answer, State};
use crate::argument::process_ref;
use crate::error::{Error, Result};
use crate::model::coverage::trace_intervals::Watch;
use crate::model::process::lifetime::Lifetime;
use crate::model::state::incomplete;
use crate::model::state::{self, Last};
use crate::model::window::Window;
use crate::requests::coverage::{coverage_of_states, not_traced};
use crate::requests::render;
use crate::requests::render::view::View;
use crate::requests::states::supported;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use scope_core::trace::Trace;
use scope_core::{Class, ProcessKey};
use serde::{Deserialize, Serialize};

/// The arguments of `state_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct StateAtRequest {
    /// A pid or a registered name.
    pub process: String,
    /// The moment.
    pub time: u64,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &StateAtRequest) -> Result<Answer<State>> {
    let moment = Window::moment(request.time)?;
    let process = process_ref::resolve(trace, "process", &request.process, moment)?;
    supported::check(trace, process)?;
    let lifetime = Lifetime::of(trace, process);
    if lifetime.first_tick() > request.time {
        let spawned = lifetime.first_tick();
        return Err(Error::NotFound(format!(
            "{process} was not yet alive at {}: it was spawned at {spawned}",
            request.time
        )));
    }
    if lifetime.last_tick() < request.time {
        let exited = lifetime.last_tick();
        return Err(Error::NotFound(format!("{process} was not alive at {}: it exited at {exited}", request.time)));
    }
    let last =
        Last::of(trace, process, moment.last_key()).ok_or_else(|| absent(trace, process, request.time, lifetime))?;

    let mut view = View::new(trace);
    let located = last.term_ref();
    let (Some(state), Some(located)) = (render::state::state(&last, trace, &mut view, process), located) else {
        return Err(Error::NotFound(format!("the last state event of {process} has no state")));
    };
    if !located.term.complete {
        let places = incomplete::places(&located)?;
        let message = format!("the state of {process} at {} was recorded in part: {places}", request.time);
        return Err(Error::IncompleteState { message, partial: Box::new(state) });
    }
    // What was lost or not watched since that state may have changed it.
    let since = Window { from: state.time, to: request.time };
    let causes = state::causes(trace, process, last.key(), request.time);
    let mut coverage = coverage_of_states(trace, since, causes, 1);
    coverage.not_traced = not_traced(trace, process, Class::State, since.clipped(trace));
    // A major state, such as the first, is followed by others that no process recorded.
    if state.time < request.time
        && !coverage.not_traced.is_empty()
        && Watch::of(trace, process, Class::State).is_partial()
    {
        let message =
            format!("only major states of {process} were recorded, the last before {} at {}", request.time, state.time);
        return Err(Error::NotTraced(message));
    }
    Ok(Answer { data: state, coverage, next: None })
}

/// Why a living process has no known state at a time.
fn absent(trace: &Trace, process: ProcessKey, time: u64, lifetime: Lifetime) -> Error {
    let low_watermark = trace.low_watermark(Class::State);
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    // What the baseline remembers is later than the time asked, else it would be the answer.
    let later = remembered.is_some_and(|entry| entry.state.is_some());
    if later || (state::may_be_forgotten(trace, process) && lifetime.first_tick() < low_watermark.tick) {
        return Error::Evicted(format!("states of {process} before {} have been evicted", low_watermark.tick));
    }
    Error::NotTraced(format!("the state of {process} was not being recorded at {time}, nor before"))
}
