//! Answers requests: one file per request.

mod calls;
mod causes;
mod coverage;
mod messages;
pub(crate) mod page;
mod processes;
pub(crate) mod render;
mod states;
mod trace;

use crate::api::{Answer, Request};
use crate::error::Result;
use scope_core::trace::Trace;

/// Answers one request.
///
/// ```
/// use scope_core::{header::Header, writer::Writer, store::Limits};
/// use scope_query::api::answer::Data;
/// use scope_query::api::request::{Events, Request};
///
/// let trace = Writer::new(Header::default(), Limits::default(), 0).snapshot(0);
/// let answer = scope_query::answer(&trace, &Request::Events(Events::default()))?;
/// assert_eq!(answer.data, Data::Events(vec![]));
/// # Ok::<(), scope_query::Error>(())
/// ```
///
/// # Errors
/// [`Error`](crate::Error), with a stable code for every reason why there is no answer.
pub fn answer(trace: &Trace, request: &Request) -> Result<Answer> {
    match request {
        Request::Info(_) => Ok(trace::info::answer(trace)),
        Request::Events(request) => trace::events::answer(trace, request),
        Request::Term(request) => trace::term::answer(trace, request),
        Request::StateTimeline(request) => states::state_timeline::answer(trace, request),
        Request::StateAt(request) => states::state_at::answer(trace, request),
        Request::MessageFlow(request) => messages::message_flow::answer(trace, request),
        Request::Message(request) => messages::message::answer(trace, request),
        Request::ServerCalls(request) => messages::server_calls::answer(trace, request),
        Request::SnapshotAt(request) => trace::snapshot_at::answer(trace, request),
        Request::ExecutionPath(request) => calls::execution_path::answer(trace, request),
        Request::ProcessInfo(request) => processes::process_info::answer(trace, request),
        Request::FindProcesses(request) => processes::find_processes::answer(trace, request),
        Request::ProcessRelationships(request) => processes::process_relationships::answer(trace, request),
        Request::SupervisionTree(request) => processes::supervision_tree::answer(trace, request),
        Request::EventsAround(request) => trace::events_around::answer(trace, request),
        Request::CompareStates(request) => states::compare_states::answer(trace, request),
        Request::StateChanges(request) => states::state_changes::answer(trace, request),
        Request::AnalyzeStateChange(request) => states::analyze_state_change::answer(trace, request),
        Request::Why(request) => causes::why::answer(trace, request),
        Request::Impact(request) => causes::impact::answer(trace, request),
        Request::Crashes(request) => causes::crashes::answer(trace, request),
        Request::PerformanceAnalysis(request) => calls::performance_analysis::answer(trace, request),
        Request::SlowestFunctionCalls(request) => calls::slowest_function_calls::answer(trace, request),
        Request::FunctionCalls(request) => calls::execution_path::of_functions(trace, request),
        Request::CallTree(request) => calls::call_tree::answer(trace, request),
        Request::MessageQueueAnalysis(request) => messages::message_queue_analysis::answer(trace, request),
        Request::Overview(request) => trace::overview::answer(trace, request),
    }
}
