//! `execution_path`: the traced calls of a process in order, with depth and durations.

use super::page::Page;
use crate::api::Answer;
use crate::api::answer::{Call, Data};
use crate::api::request::ProcessWindow;
use crate::calls::Stack;
use crate::coverage::coverage;
use crate::cursor::{self, Cursor};
use crate::error::Result;
use crate::function::Functions;
use crate::row::Row;
use crate::view;
use crate::watch::not_traced;
use crate::who;
use crate::window::Window;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Flags, Kind, ProcessKey};

const KIND: &str = "execution_path";

pub(super) fn answer(trace: &Trace, request: &ProcessWindow) -> Result<Answer> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let process = who::resolve(trace, "process", &request.process, window)?;

    let (calls, n_events) = paired(trace, process, window, after, limit.saturating_add(1));
    let page = Page::take(calls, limit, |call| (call.row.key(), call.row.id()));
    let mut coverage = coverage(trace, window, &[Class::Call], n_events);
    coverage.not_traced = not_traced(trace, process, Class::Call, window.clipped(trace));
    coverage.truncated = page.truncated();
    let next = page.next(KIND);
    let calls = page.rows.iter().filter_map(call).collect();
    Ok(Answer { data: Data::Calls(calls), coverage, next })
}

/// A call of the window with its end.
struct Paired<'a> {
    row: Row<'a>,
    depth: u32,
    end: Option<End<'a>>,
}

struct End<'a> {
    row: Row<'a>,
    duration_ns: u64,
    own_ns: Option<u64>,
}

/// The first `limit` calls after the cursor, and how many events were looked at. Earlier calls are looked at for the depth, later ones
/// until every call taken has ended.
fn paired(
    trace: &Trace,
    process: ProcessKey,
    window: Window,
    after: Option<Cursor>,
    limit: usize,
) -> (Vec<Paired<'_>>, u64) {
    let mut calls: Vec<Paired<'_>> = Vec::new();
    let mut stack = Stack::default();
    let mut functions = Functions::default();
    let mut passes = cursor::resume(after);
    let mut n_unended = 0usize;
    let mut n_events = 0;
    let all = Window::all();
    for at in trace.process_rows(process, &[Class::Call], all.first_key(), all.last_key(), Direction::Forward) {
        let row = Row::read(trace, at);
        if n_unended == 0 && (row.tick() > window.to || calls.len() == limit) {
            break;
        }
        n_events += 1;
        let Some(function) = functions.of(&row) else { continue };
        if row.kind() != Kind::Call {
            let Some(ended) = stack.end(function, row.tick(), |_lost| n_unended -= 1) else { continue };
            if let Some(call) = ended.slot.and_then(|slot| calls.get_mut(slot)) {
                call.end = Some(End { row, duration_ns: ended.duration_ns, own_ns: ended.own_ns });
                n_unended -= 1;
            }
            continue;
        }
        let reached = after.is_none_or(|cursor| row.key() >= cursor.key) && passes(row.key(), row.id());
        let taken = reached && window.contains(row.tick()) && calls.len() < limit;
        let slot = taken.then_some(calls.len());
        if taken {
            calls.push(Paired { row, depth: u32::try_from(stack.depth()).unwrap_or(u32::MAX), end: None });
        }
        if !row.event.flags.contains(Flags::NO_RETURN) {
            n_unended += usize::from(taken);
            stack.begin(function, row.tick(), slot);
        }
    }
    (calls, n_events)
}

fn call(paired: &Paired<'_>) -> Option<Call> {
    let Paired { row, depth, end } = paired;
    Some(Call {
        id: row.id().to_string(),
        time: row.tick(),
        function: view::function(row)?,
        args: view::term(row),
        depth: *depth,
        duration_ns: end.as_ref().map(|end| end.duration_ns),
        own_ns: end.as_ref().and_then(|end| end.own_ns),
        result: end.as_ref().and_then(|end| view::term(&end.row)),
        outcome: match end {
            Some(end) if end.row.kind() == Kind::Exception => "raised",
            Some(_) => "returned",
            None if row.event.flags.contains(Flags::NO_RETURN) => "call_only",
            None => "open",
        }
        .into(),
    })
}
