//! `performance_analysis`: what functions cost, the largest own time first.

use crate::answer::{Answer, Durations, Function};
use crate::argument::cursor;
use crate::argument::function_filter::function_filter;
use crate::argument::function_window::FunctionWindow;
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::call::cost::{Edge, Performance, Times};
use crate::model::call::function::{FunctionId, Functions};
use crate::model::call::pass::walk;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, functions_not_traced, not_traced};
use crate::requests::page::ranked;
use crate::requests::render;
use crate::requests::render::durations::durations;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cmp::Reverse;
use scope_core::Class;
use scope_core::event::MAX_TICK;
use scope_core::trace::Trace;
use serde::{Deserialize, Serialize};

const KIND: &str = "performance_analysis";
/// Callers and callees shown of a function.
const MAX_EDGES: usize = 20;

/// What the calls of a function cost. `calls = duration.n + open + call_only`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct FunctionTimes {
    /// The function.
    pub function: Function,
    /// Calls that began in the window.
    pub calls: u64,
    /// Of these, calls whose end is not in the trace; they have no duration.
    pub open: u64,
    /// Of these, calls whose returns were not traced; they have no duration.
    pub call_only: u64,
    /// Of these, calls left by an exception.
    pub errors: u64,
    /// Of these, calls made while another call of the function was open in the process.
    pub recursive: u64,
    /// Ends in the window whose call is not held: it began before the trace, or is evicted or lost.
    pub cut: u64,
    /// Time in the function and what it called: of calls within calls of the function, the outermost only (2^53 - 1 for that much or more).
    pub total_ns: u64,
    /// Time in the function without the traced calls inside (2^53 - 1 for that much or more).
    pub own_ns: u64,
    /// Calls that ended but are not in `own_ns`, because a call inside has no end.
    pub own_unknown: u64,
    /// The durations of the calls that ended, recursive ones included; `null` when none did.
    pub duration: Option<Durations>,
    /// The id of the call that took longest, the first of several.
    pub slowest: Option<String>,
    /// Who called it most often, at most 20.
    pub callers: Vec<Calling>,
    /// How many different callers there were.
    pub n_callers: u32,
    /// What it called most often, at most 20.
    pub callees: Vec<Calling>,
    /// How many different callees there were.
    pub n_callees: u32,
}

/// One end of the calls from one function to another: the innermost traced call around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Calling {
    /// The other function; `null` where no traced call was around.
    pub function: Option<Function>,
    /// How many calls.
    pub calls: u64,
    /// Their time; of calls within calls of the called function, the outermost only.
    pub total_ns: u64,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &FunctionWindow) -> Result<Answer<Vec<FunctionTimes>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let place = cursor::count(KIND, request.after.as_deref())?;
    let filter = function_filter(request.module.as_deref(), request.function.as_deref(), request.arity)?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;

    let mut performance = Performance::new(window);
    let (functions, n_events) = walk(trace, process, filter.clone(), &mut performance);
    let order = ranking(&performance, &functions);
    let n_found = order.iter().filter_map(|id| performance.times.get(id.idx())).map(|times| times.calls).sum();
    let (page, next) = ranked(order, KIND, place, limit);
    let data = rows(&mut performance, &functions, &page);

    let mut coverage = coverage(trace, window, &[Class::Call], n_events);
    coverage.not_traced = functions_not_traced(trace, &filter, window.clipped(trace), n_found);
    if let Some(process) = process {
        coverage.not_traced.extend(not_traced(trace, process, Class::Call, window.clipped(trace)));
    }
    coverage.truncated = next.is_some();
    Ok(Answer { data, coverage, next })
}

/// The functions that were called or ended, by own time, then total time, calls and name.
pub(in crate::requests) fn ranking(performance: &Performance, functions: &Functions) -> Vec<FunctionId> {
    let seen = |times: &Times| times.calls > 0 || times.cut > 0;
    let all = (0u32..).zip(&performance.times);
    let mut order: Vec<(FunctionId, &Times)> =
        all.filter(|(_, times)| seen(times)).map(|(id, times)| (FunctionId(id), times)).collect();
    let rank = |times: &Times| Reverse((times.own_ns, times.total_ns, times.calls));
    order.sort_by(|(a, a_times), (b, b_times)| {
        rank(a_times).cmp(&rank(b_times)).then_with(|| functions.name(*a).cmp(&functions.name(*b)))
    });
    order.into_iter().map(|(id, _)| id).collect()
}

/// The rows of the functions of a page; takes their durations.
fn rows(performance: &mut Performance, functions: &Functions, page: &[FunctionId]) -> Vec<FunctionTimes> {
    // The place on the page, by the number of the function.
    let mut places: Vec<Option<u32>> = alloc::vec![None; functions.len()];
    for (place, id) in (0..).zip(page) {
        if let Some(slot) = places.get_mut(id.idx()) {
            *slot = Some(place);
        }
    }
    let mut around: Vec<(Vec<Edge>, Vec<Edge>)> = alloc::vec![Default::default(); page.len()];
    let on_page = |id: FunctionId| places.get(id.idx()).copied().flatten();
    for edge in &performance.edges {
        if let Some((callers, _)) = on_page(edge.callee).and_then(|place| around.get_mut(place as usize)) {
            callers.push(*edge);
        }
        if let Some((_, callees)) = edge.caller.and_then(on_page).and_then(|place| around.get_mut(place as usize)) {
            callees.push(*edge);
        }
    }
    let row = |(id, (callers, callees)): (&FunctionId, (Vec<Edge>, Vec<Edge>))| {
        let times = core::mem::take(performance.times.get_mut(id.idx())?);
        Some(FunctionTimes {
            function: render::view::numbered_function(functions, *id),
            calls: times.calls,
            open: times.open(),
            call_only: times.call_only,
            errors: times.errors,
            recursive: times.recursive,
            cut: times.cut,
            total_ns: times.total_ns.min(MAX_TICK),
            own_ns: times.own_ns.min(MAX_TICK),
            own_unknown: times.own_unknown,
            slowest: times.slowest.map(|(_, _, id)| id.to_string()),
            n_callers: callers.len() as u32,
            callers: calling(functions, callers, |edge| edge.caller),
            n_callees: callees.len() as u32,
            callees: calling(functions, callees, |edge| Some(edge.callee)),
            duration: durations(times.durations.summary()),
        })
    };
    page.iter().zip(around).filter_map(row).collect()
}

/// The edges with the most calls; of equal ones those with more time, then by name.
fn calling(functions: &Functions, mut edges: Vec<Edge>, other: impl Fn(&Edge) -> Option<FunctionId>) -> Vec<Calling> {
    let name = |edge: &Edge| other(edge).map(|id| functions.name(id));
    edges.sort_by(|a, b| (b.calls, b.total_ns).cmp(&(a.calls, a.total_ns)).then_with(|| name(a).cmp(&name(b))));
    edges.truncate(MAX_EDGES);
    let shown = |edge: &Edge| Calling {
        function: other(edge).map(|id| render::view::numbered_function(functions, id)),
        calls: edge.calls,
        total_ns: edge.total_ns.min(MAX_TICK),
    };
    edges.iter().map(shown).collect()
}
