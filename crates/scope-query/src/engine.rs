//! Answers requests: one file per request.

mod analyze_state_change;
mod call_tree;
mod chain;
mod compare_states;
mod crashes;
mod events;
mod events_around;
mod execution_path;
mod find_processes;
mod impact;
mod info;
mod message;
mod message_flow;
mod message_queue_analysis;
mod overview;
mod page;
mod performance_analysis;
mod process_info;
mod process_relationships;
mod server_calls;
mod slowest_function_calls;
mod snapshot_at;
mod state_at;
mod state_changes;
mod state_timeline;
mod supervision_tree;
mod term;
mod why;

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
        Request::Info(_) => Ok(info::answer(trace)),
        Request::Events(request) => events::answer(trace, request),
        Request::Term(request) => term::answer(trace, request),
        Request::StateTimeline(request) => state_timeline::answer(trace, request),
        Request::StateAt(request) => state_at::answer(trace, request),
        Request::MessageFlow(request) => message_flow::answer(trace, request),
        Request::Message(request) => message::answer(trace, request),
        Request::ServerCalls(request) => server_calls::answer(trace, request),
        Request::SnapshotAt(request) => snapshot_at::answer(trace, request),
        Request::ExecutionPath(request) => execution_path::answer(trace, request),
        Request::ProcessInfo(request) => process_info::answer(trace, request),
        Request::FindProcesses(request) => find_processes::answer(trace, request),
        Request::ProcessRelationships(request) => process_relationships::answer(trace, request),
        Request::SupervisionTree(request) => supervision_tree::answer(trace, request),
        Request::EventsAround(request) => events_around::answer(trace, request),
        Request::CompareStates(request) => compare_states::answer(trace, request),
        Request::StateChanges(request) => state_changes::answer(trace, request),
        Request::AnalyzeStateChange(request) => analyze_state_change::answer(trace, request),
        Request::Why(request) => why::answer(trace, request),
        Request::Impact(request) => impact::answer(trace, request),
        Request::Crashes(request) => crashes::answer(trace, request),
        Request::PerformanceAnalysis(request) => performance_analysis::answer(trace, request),
        Request::SlowestFunctionCalls(request) => slowest_function_calls::answer(trace, request),
        Request::FunctionCalls(request) => execution_path::of_functions(trace, request),
        Request::CallTree(request) => call_tree::answer(trace, request),
        Request::MessageQueueAnalysis(request) => message_queue_analysis::answer(trace, request),
        Request::Overview(request) => overview::answer(trace, request),
    }
}
