//! `execution_path`: the traced calls of a process in order, with depth and durations.

use crate::answer::{Answer, Call};
use crate::argument::cursor::{self, Cursor};
use crate::argument::process_ref;
use crate::argument::process_window::ProcessWindow;
use crate::error::Result;
use crate::model::call::function::FunctionFilter;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, functions_not_traced, not_traced};
use crate::requests::page::Page;
use crate::requests::render::call_list::calls;
use crate::requests::render::view::View;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Class, ProcessKey};

pub(in crate::requests) fn answer(trace: &Trace, request: &ProcessWindow) -> Result<Answer<Vec<Call>>> {
    let window = Window::new(request.from, request.to)?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    let filter = FunctionFilter::default();
    page("execution_path", trace, Some(process), &filter, window, request.limit, request.after.as_deref())
}

/// A page of the calls that pass a filter, of one process or of all.
pub(in crate::requests) fn page(
    kind: &str,
    trace: &Trace,
    process: Option<ProcessKey>,
    filter: &FunctionFilter,
    window: Window,
    limit: Option<u32>,
    after: Option<&str>,
) -> Result<Answer<Vec<Call>>> {
    let limit = cursor::limit(limit)?;
    let after = Cursor::parse(kind, after)?;
    let (calls, n_events) = calls(trace, process, filter.clone(), window, after, limit.saturating_add(1));
    let n_found = calls.len() as u64 + u64::from(after.is_some());
    let page = Page::take(trace, calls, limit, |call| (call.row.key(), call.row.id()));

    let mut coverage = coverage(trace, window, &[Class::Call], n_events);
    coverage.not_traced = functions_not_traced(trace, filter, window.clipped(trace), n_found);
    if let Some(process) = process {
        coverage.not_traced.extend(not_traced(trace, process, Class::Call, window.clipped(trace)));
    }
    coverage.truncated = page.truncated();
    let next = page.next(kind);
    let mut view = View::new(trace);
    let calls = page.rows.iter().filter_map(|call| call.shown(&mut view)).collect();
    Ok(Answer { data: calls, coverage, next })
}
