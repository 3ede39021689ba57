//! Answers requests: one file per request.

mod events;
mod execution_path;
mod info;
mod message_flow;
mod page;
mod state_at;
mod state_timeline;
mod term;

use crate::api::{Answer, Request};
use crate::error::Result;
use scope_core::trace::Trace;

/// Answers one request.
///
/// # Errors
/// [`Error`](crate::Error), with a stable code for every reason why there is no answer.
pub fn answer(trace: &Trace, request: &Request) -> Result<Answer> {
    match request {
        Request::Info(_) => Ok(info::answer(trace)),
        Request::Events(request) => events::answer(trace, request),
        Request::Term(request) => term::answer(trace, request),
        Request::StateTimeline(request) => state_timeline::answer(trace, request),
        Request::StateAt(request) => state_at::answer(trace, request),
        Request::MessageFlow(request) => message_flow::answer(trace, request),
        Request::ExecutionPath(request) => execution_path::answer(trace, request),
    }
}
