//! `function_calls`: the traced calls of functions in order, across processes, with depth and durations.

use crate::answer::{Answer, Call};
use crate::argument::function_filter::function_filter;
use crate::argument::function_window::FunctionWindow;
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::window::Window;
use crate::requests::calls::execution_path::page;
use alloc::vec::Vec;
use scope_core::trace::Trace;

pub(in crate::requests) fn answer(trace: &Trace, request: &FunctionWindow) -> Result<Answer<Vec<Call>>> {
    let window = Window::new(request.from, request.to)?;
    let filter = function_filter(request.module.as_deref(), request.function.as_deref(), request.arity)?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;
    page("function_calls", trace, process, &filter, window, request.limit, request.after.as_deref())
}
