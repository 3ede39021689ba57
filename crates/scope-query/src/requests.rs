//! Requests: one file each, with its arguments, its rows and the function that answers it; and the table that declares them all.
//!
//! Invariant: a request is declared once, as a line of the table below. Its kind, the readers and writers, the dispatch, the names at every
//! binding, the TypeScript, the JSON Schemas and the list in docs/requests.md follow from that line.
//! Invariant: an unknown kind or field is refused, never ignored.

mod coverage;
pub mod names;
pub(crate) mod page;
pub(crate) mod render;
pub mod warning;

mod calls {
    //! Requests about function calls and their cost.

    pub mod call_tree;
    pub mod execution_path;
    pub mod function_calls;
    pub mod performance_analysis;
    pub mod slowest_function_calls;
}

mod causes {
    //! Requests about causes, effects and crashes.

    pub(super) mod chain;
    pub mod crashes;
    pub mod impact;
    pub mod why;
}

mod messages {
    //! Requests about messages and their queues.

    pub mod message;
    pub mod message_flow;
    pub mod message_queue_analysis;
    pub mod server_calls;
}

mod processes {
    //! Requests about processes and supervisors.

    pub mod find_processes;
    pub mod process_info;
    pub mod process_relationships;
    pub mod supervision_tree;
}

mod states {
    //! Requests about the states of servers.

    pub mod analyze_state_change;
    pub mod compare_states;
    pub mod state_at;
    pub mod state_changes;
    pub mod state_timeline;
    mod supported;
}

mod trace {
    //! Requests about the trace as a whole, its events and its moments.

    pub mod events;
    pub mod events_around;
    pub mod histogram;
    pub mod info;
    pub mod overview;
    pub mod snapshot_at;
    pub mod term;
}

pub use crate::argument::cursor::{DEFAULT_LIMIT, MAX_LIMIT};
pub use crate::argument::function_window::FunctionWindow;
pub use crate::argument::moment::{Like, Moment, Wanted};
pub use crate::argument::process_window::ProcessWindow;
pub use causes::chain::ChainRequest;

use crate::answer::{self, Call, Chain, Event, Message, ServerCall, State};
use crate::error::{Error, Result};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use scope_core::trace::{Asker, Trace};
use serde::de::Error as _;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The answer to any request.
pub type Answer = answer::Answer<Data>;

/// What the table says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The `kind` of the request.
    pub kind: &'static str,
    /// What it answers, in one sentence.
    pub doc: &'static str,
}

/// Sees the types of every request, with [`visit`].
#[cfg(feature = "schema")]
pub trait Visitor {
    /// A request with its arguments and the data of its answer.
    fn visit<Arguments, Data>(&mut self, declaration: &Declaration)
    where
        Arguments: ts_rs::TS + schemars::JsonSchema + 'static,
        Data: ts_rs::TS + schemars::JsonSchema + 'static;
}

/// Answers one request of someone who may go away meanwhile. What is read is limited; see [`allowed_rows`].
///
/// # Errors
/// As [`answer`]; [`Error::Abandoned`] when the asker has gone.
pub fn answer_to(asker: Option<Arc<dyn Asker>>, trace: &Trace, request: &Request) -> Result<Answer> {
    answer_within(allowed_rows(trace), asker, trace, request)
}

/// The same with an allowance of so many rows.
///
/// # Errors
/// As [`answer_to`].
pub fn answer_within(n_rows: u64, asker: Option<Arc<dyn Asker>>, trace: &Trace, request: &Request) -> Result<Answer> {
    let limited = trace.limited(n_rows, asker);
    let answer = dispatch(&limited, request);
    match (limited.is_abandoned(), limited.is_spent()) {
        (true, _) => Err(Error::Abandoned),
        // Who answers in part allows itself the rest: here something was not read, and no one knows what follows from it.
        (false, true) => Err(Error::TooCostly(n_rows)),
        (false, false) => answer,
    }
}

/// How many rows of a trace one answer may read: so often each row there is, and some more. No request needs as many of a trace that was
/// recorded; of one that was made to be costly an answer takes a second or two.
fn allowed_rows(trace: &Trace) -> u64 {
    const PER_ROW: u64 = 16;
    const AT_LEAST: u64 = 4_000_000;
    trace.n_rows().saturating_mul(PER_ROW).saturating_add(AT_LEAST)
}

/// Whether what was found last is to be left out, because not all was read that decides on it. The `n_found` found before may be finished; with
/// none there is no answer.
fn is_cut(trace: &Trace, n_found: usize) -> bool {
    let is_spent = trace.is_spent();
    if is_spent && n_found > 0 {
        trace.allow(allowed_rows(trace));
    }
    is_spent
}

macro_rules! requests {
    ($(#[doc = $doc:literal] $variant:ident($arguments:ty) -> $data:ty: $group:ident::$kind:ident;)*) => {
        $(pub use $group::$kind;)*

        /// One request. `limit` is the most rows (default 1000), `after` the `next` of the answer before.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[cfg_attr(feature = "schema", derive(ts_rs::TS))]
        pub enum Request {
            $(#[doc = $doc] $variant($arguments),)*
        }

        /// The data of an answer, by the kind of its request.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Data {
            $(#[doc = $doc] $variant($data),)*
        }

        /// As derived, but that arguments are read from a map alone: a derived reader of an enum with a tag has readers of all arguments
        /// from lists too, and from values of a form of its own, a tenth of a module.
        impl<'de> Deserialize<'de> for Request {
            fn deserialize<D: Deserializer<'de>>(source: D) -> core::result::Result<Self, D::Error> {
                const KINDS: &[&str] = &[$(stringify!($kind),)*];
                let fields = Map::<String, Value>::deserialize(source)?;
                let kind = fields.get("kind").ok_or_else(|| D::Error::missing_field("kind"))?;
                let kind = String::deserialize(kind).map_err(D::Error::custom)?;
                let arguments = MapDeserializer::new(fields.into_iter().filter(|(name, _)| name != "kind"));
                match kind.as_str() {
                    $(stringify!($kind) => <$arguments>::deserialize(arguments).map(Self::$variant).map_err(D::Error::custom),)*
                    _ => Err(D::Error::unknown_variant(&kind, KINDS)),
                }
            }
        }

        /// Every request, in the order of the documentation.
        pub const TABLE: &[Declaration] = &[$(Declaration { kind: stringify!($kind), doc: $doc.trim_ascii() },)*];

        impl Request {
            /// The kind, as the field `kind` has it.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($kind),)*
                }
            }
        }

        /// Answers one request.
        ///
        /// ```
        /// use scope_core::{header::Header, writer::Writer, store::Limits};
        /// use scope_query::Request;
        /// use scope_query::requests::{Data, events::EventsRequest};
        ///
        /// let trace = Writer::new(Header::default(), Limits::default(), 0).snapshot(0);
        /// let answer = scope_query::answer(&trace, &Request::Events(EventsRequest::default()))?;
        /// assert_eq!(answer.data, Data::Events(vec![]));
        /// # Ok::<(), scope_query::Error>(())
        /// ```
        ///
        /// # Errors
        /// [`Error`](crate::Error), with a stable code for every reason why there is no answer.
        pub fn answer(trace: &Trace, request: &Request) -> Result<Answer> {
            answer_to(None, trace, request)
        }

        fn dispatch(trace: &Trace, request: &Request) -> Result<Answer> {
            match request {
                $(Request::$variant(request) => {
                    $group::$kind::answer(trace, request).map(|answer| answer.map(Data::$variant))
                })*
            }
        }

        /// Shows every request of the table to a visitor.
        #[cfg(feature = "schema")]
        pub fn visit(visitor: &mut impl Visitor) {
            let mut declarations = TABLE.iter();
            $(if let Some(declaration) = declarations.next() {
                visitor.visit::<$arguments, $data>(declaration);
            })*
        }
    };
}

requests! {
    /// Where the trace comes from, what it covers and what it lost.
    Info(info::InfoRequest) -> info::Info: trace::info;
    /// Events in order, by a [filter](filter.md), process, class, kind, module, function and time.
    Events(events::EventsRequest) -> Vec<Event>: trace::events;
    /// How many events, or how many that pass a [filter](filter.md), happened in each bucket of time, by class.
    Histogram(histogram::HistogramRequest) -> histogram::Histogram: trace::histogram;
    /// One term, or a part of it, in full.
    Term(term::TermRequest) -> term::TermPart: trace::term;
    /// Every recorded state of a process, oldest first, with what led to it.
    StateTimeline(ProcessWindow) -> Vec<State>: states::state_timeline;
    /// The state of a process at a time.
    StateAt(state_at::StateAtRequest) -> State: states::state_at;
    /// Messages between two processes, or from or to one: sent, delivered, handled.
    MessageFlow(message_flow::MessageFlowRequest) -> Vec<Message>: messages::message_flow;
    /// One message by the id of any of its events, and what a request was replied.
    Message(message::MessageRequest) -> message::MessageDetail: messages::message;
    /// The requests of a server, or of a caller, with their replies: waiting, handling, latency.
    ServerCalls(server_calls::ServerCallsRequest) -> Vec<ServerCall>: messages::server_calls;
    /// Who was alive at a time: states, mailboxes, calls and names.
    SnapshotAt(snapshot_at::SnapshotAtRequest) -> snapshot_at::Snapshot: trace::snapshot_at;
    /// The traced calls of a process in order, with depth and durations.
    ExecutionPath(ProcessWindow) -> Vec<Call>: calls::execution_path;
    /// Who a process is, how it began and ended, its names, links and counts of events.
    ProcessInfo(process_info::ProcessInfoRequest) -> process_info::ProcessInfo: processes::process_info;
    /// The processes that match: by module, name, parent, time and outcome.
    FindProcesses(find_processes::FindProcessesRequest) -> Vec<find_processes::FoundProcess>: processes::find_processes;
    /// Parent, children, ancestors, links, supervisor and peers of a process.
    ProcessRelationships(process_relationships::ProcessRelationshipsRequest) -> process_relationships::Relationships: processes::process_relationships;
    /// The supervision tree at a time: supervisors, strategies, children, restarts.
    SupervisionTree(supervision_tree::SupervisionTreeRequest) -> Vec<supervision_tree::TreeNode>: processes::supervision_tree;
    /// The events before and after an event or a time.
    EventsAround(events_around::EventsAroundRequest) -> events_around::Around: trace::events_around;
    /// The difference of two states, or of any two terms.
    CompareStates(compare_states::CompareStatesRequest) -> compare_states::Comparison: states::compare_states;
    /// When a part of a state changed, from what to what, and why.
    StateChanges(state_changes::StateChangesRequest) -> Vec<state_changes::StateChange>: states::state_changes;
    /// How a process came from one state into another.
    AnalyzeStateChange(analyze_state_change::AnalyzeStateChangeRequest) -> Vec<analyze_state_change::Transition>: states::analyze_state_change;
    /// The chain of causes behind an event, across processes, back to where it came from: see [why](why.md).
    Why(ChainRequest) -> Chain: causes::why;
    /// What followed from an event, across processes: see [why](why.md).
    Impact(ChainRequest) -> Chain: causes::impact;
    /// Every abnormal exit with its circumstances, and what the exits have in common.
    Crashes(crashes::CrashesRequest) -> crashes::Crashes: causes::crashes;
    /// What functions cost: calls, times, errors, callers and callees; the largest own time first.
    PerformanceAnalysis(FunctionWindow) -> Vec<performance_analysis::FunctionTimes>: calls::performance_analysis;
    /// The calls that took longest, longest first.
    SlowestFunctionCalls(FunctionWindow) -> Vec<Call>: calls::slowest_function_calls;
    /// The calls of functions in order, across processes.
    FunctionCalls(FunctionWindow) -> Vec<Call>: calls::function_calls;
    /// Calls as a tree with times, and as folded stacks.
    CallTree(call_tree::CallTreeRequest) -> Vec<call_tree::CallNode>: calls::call_tree;
    /// The message queues: lengths, waiting, handling, who fills them, and the bottleneck.
    MessageQueueAnalysis(message_queue_analysis::MessageQueueAnalysisRequest) -> message_queue_analysis::Queues: messages::message_queue_analysis;
    /// An overview: what the trace covers and what stands out.
    Overview(overview::OverviewRequest) -> overview::Overview: trace::overview;
}
