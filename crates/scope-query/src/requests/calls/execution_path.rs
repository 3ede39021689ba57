//! `execution_path` and `function_calls`: traced calls in order, with depth and durations, of a process or across processes.

use crate::api::Answer;
use crate::api::answer::Data;
use crate::api::request::{FunctionWindow, ProcessWindow};
use crate::argument::cursor::{self, Cursor};
use crate::argument::function_filter::function_filter;
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::call::function::FunctionFilter;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, functions_not_traced, not_traced};
use crate::requests::page::Page;
use crate::requests::render::call_list::calls;
use crate::requests::render::view::View;
use scope_core::trace::Trace;
use scope_core::{Class, ProcessKey};

pub(in crate::requests) fn answer(trace: &Trace, request: &ProcessWindow) -> Result<Answer> {
    let window = Window::new(request.from, request.to)?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    let filter = FunctionFilter::default();
    page("execution_path", trace, Some(process), &filter, window, request.limit, request.after.as_deref())
}

pub(in crate::requests) fn of_functions(trace: &Trace, request: &FunctionWindow) -> Result<Answer> {
    let window = Window::new(request.from, request.to)?;
    let filter = function_filter(request.module.as_deref(), request.function.as_deref(), request.arity)?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;
    page("function_calls", trace, process, &filter, window, request.limit, request.after.as_deref())
}

fn page(
    kind: &str,
    trace: &Trace,
    process: Option<ProcessKey>,
    filter: &FunctionFilter,
    window: Window,
    limit: Option<u32>,
    after: Option<&str>,
) -> Result<Answer> {
    let limit = cursor::limit(limit)?;
    let after = Cursor::parse(kind, after)?;
    let (calls, n_events) = calls(trace, process, filter.clone(), window, after, limit.saturating_add(1));
    let n_found = calls.len() as u64 + u64::from(after.is_some());
    let page = Page::take(calls, limit, |call| (call.row.key(), call.row.id()));

    let mut coverage = coverage(trace, window, &[Class::Call], n_events);
    coverage.not_traced = functions_not_traced(trace, filter, window.clipped(trace), n_found);
    if let Some(process) = process {
        coverage.not_traced.extend(not_traced(trace, process, Class::Call, window.clipped(trace)));
    }
    coverage.truncated = page.truncated();
    let next = page.next(kind);
    let mut view = View::new(trace);
    let calls = page.rows.iter().filter_map(|call| call.shown(&mut view)).collect();
    Ok(Answer { data: Data::Calls(calls), coverage, next })
}
