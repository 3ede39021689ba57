//! `slowest_function_calls`: the calls that took longest, longest first.

use crate::answer::{Answer, Call};
use crate::argument::cursor;
use crate::argument::function_filter::function_filter;
use crate::argument::function_window::FunctionWindow;
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::call::function::FunctionId;
use crate::model::call::pairing::Ended;
use crate::model::call::pass::{Begun, Visitor, walk};
use crate::model::row::Unread;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, functions_not_traced, not_traced};
use crate::requests::page::ranked;
use crate::requests::render::call_list::{End, Paired};
use crate::requests::render::view::View;
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::{Ordering, Reverse};
use scope_core::trace::Trace;
use scope_core::{Class, EventId, OrderKey};

const KIND: &str = "slowest_function_calls";

pub(in crate::requests) fn answer(trace: &Trace, request: &FunctionWindow) -> Result<Answer<Vec<Call>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let place = cursor::count(KIND, request.after.as_deref())?;
    let filter = function_filter(request.module.as_deref(), request.function.as_deref(), request.arity)?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;

    let n_kept = usize::try_from(place).unwrap_or(usize::MAX).saturating_add(limit).saturating_add(1);
    let mut slowest = Slowest { window, n_kept, calls: BinaryHeap::new(), n_open: 0, n_found: 0 };
    let (_, n_events) = walk(trace, process, filter.clone(), &mut slowest);
    let n_found = slowest.n_found;
    // Ascending is longest first.
    let calls: Vec<Candidate<'_>> = slowest.calls.into_sorted_vec();
    let (page, next) = ranked(calls, KIND, place, limit);

    let mut coverage = coverage(trace, window, &[Class::Call], n_events);
    coverage.not_traced = functions_not_traced(trace, &filter, window.clipped(trace), n_found);
    if let Some(process) = process {
        coverage.not_traced.extend(not_traced(trace, process, Class::Call, window.clipped(trace)));
    }
    coverage.truncated = next.is_some();
    let mut view = View::new(trace);
    let calls = page.iter().filter_map(|call| call.0.shown(&mut view)).collect();
    Ok(Answer { data: calls, coverage, next })
}

/// A call that ended; the longest is the least, so that the shortest of those kept is on top of the heap.
struct Candidate<'a>(Paired<'a>);

impl Candidate<'_> {
    fn rank(&self) -> (Reverse<u64>, OrderKey, EventId) {
        let duration = self.0.end.map_or(0, |end| end.duration_ns);
        (Reverse(duration), self.0.row.key(), self.0.row.id())
    }
}

struct Slowest<'a> {
    window: Window,
    n_kept: usize,
    calls: BinaryHeap<Candidate<'a>>,
    n_open: u64,
    n_found: u64,
}

impl<'a> Visitor<'a> for Slowest<'a> {
    /// The call and the calls around it, if it is one of those asked for.
    type Note = Option<(Unread<'a>, u32)>;

    fn begin(&mut self, call: &Begun<'a, Self::Note>) -> Self::Note {
        let asked = call.wanted && self.window.contains(call.row.tick());
        self.n_found += u64::from(asked);
        self.n_open += u64::from(asked && !call.call_only);
        asked.then_some((call.row, call.depth))
    }

    fn end(&mut self, row: &Unread<'a>, _function: FunctionId, ended: Ended<Self::Note>) {
        let Some((call, depth)) = ended.note else { return };
        self.n_open -= 1;
        let full = self.calls.len() >= self.n_kept;
        let shortest = self.calls.peek().and_then(|shortest| shortest.0.end).map_or(0, |end| end.duration_ns);
        if full && ended.duration_ns < shortest {
            return;
        }
        let end = Some(End { row: row.read(), duration_ns: ended.duration_ns, own_ns: ended.own_ns });
        let candidate = Candidate(Paired { row: call.read(), depth, end });
        if !full {
            self.calls.push(candidate);
        } else if let Some(mut shortest) = self.calls.peek_mut().filter(|shortest| candidate < **shortest) {
            *shortest = candidate;
        }
    }

    fn lost(&mut self, note: Self::Note) {
        self.n_open -= u64::from(note.is_some());
    }

    fn enough(&self, row: &Unread<'a>) -> bool {
        row.tick() > self.window.to && self.n_open == 0
    }
}

impl Ord for Candidate<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Candidate<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate<'_> {}
