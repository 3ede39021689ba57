//! What can be asked: one file for each concept.
//!
//! Invariant: an unknown field or kind is refused, never ignored.

mod around;
mod call_tree;
mod chain;
mod crashes;
mod events;
mod field;
mod function;
mod given;
mod info;
mod json;
mod message;
mod overview;
mod process;
mod queue;
mod server_call;
mod snapshot;
mod state;
mod tagged;
mod term;

pub use around::EventsAround;
pub use call_tree::CallTree;
pub use chain::Chain;
pub use crashes::Crashes;
pub use events::Events;
pub use function::FunctionWindow;
pub use info::Info;
pub use message::{Message, MessageFlow};
pub use overview::Overview;
pub use process::{FindProcesses, ProcessInfo, ProcessRelationships, ProcessWindow, SupervisionTree};
pub use queue::MessageQueueAnalysis;
pub use server_call::ServerCalls;
pub use snapshot::SnapshotAt;
pub use state::{AnalyzeStateChange, CompareStates, Like, Moment, StateAt, StateChanges, Wanted};
pub use term::Term;

/// The most rows one answer may have; more would make answers of hundreds of megabytes.
pub const MAX_LIMIT: u32 = 100_000;
/// Rows in an answer when the request names no limit.
pub const DEFAULT_LIMIT: u32 = 1_000;

/// One question. `limit` is the most rows (default 1000), `after` the `next` of the answer before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(tag = "kind", rename_all = "snake_case"))]
pub enum Request {
    /// Where the trace comes from, what it covers and what it lost.
    Info(Info),
    /// Events in order, filtered.
    Events(Events),
    /// One term, or a part of it, in full.
    Term(Term),
    /// Every recorded state of a process, oldest first, with what led to it.
    StateTimeline(ProcessWindow),
    /// The state of a process at a time.
    StateAt(StateAt),
    /// Messages between two processes, or from or to one, with their three instants.
    MessageFlow(MessageFlow),
    /// One message by the id of any of its events, and what a request was replied.
    Message(Message),
    /// The requests of a server, or of a caller, with their replies.
    ServerCalls(ServerCalls),
    /// Who was alive at a time: states, mailboxes, calls and names.
    SnapshotAt(SnapshotAt),
    /// The calls of a process in order, with depth and durations.
    ExecutionPath(ProcessWindow),
    /// Who a process is, how it began and ended, and what is known of it.
    ProcessInfo(ProcessInfo),
    /// The processes that match, by pid.
    FindProcesses(FindProcesses),
    /// Parent, children, links, supervisor and peers of a process.
    ProcessRelationships(ProcessRelationships),
    /// The supervision tree at a time.
    SupervisionTree(SupervisionTree),
    /// The events before and after an event or a time: stepping.
    EventsAround(EventsAround),
    /// The difference of two states, or of any two terms.
    CompareStates(CompareStates),
    /// When a part of a state changed, from what to what, and why.
    StateChanges(StateChanges),
    /// How a process came from one state into another.
    AnalyzeStateChange(AnalyzeStateChange),
    /// The chain of causes behind an event, across processes, back to where it came from.
    Why(Chain),
    /// What followed from an event, across processes.
    Impact(Chain),
    /// Every abnormal exit with its circumstances, and what the exits have in common.
    Crashes(Crashes),
    /// What functions cost: calls, times, errors, callers and callees; the largest own time first.
    PerformanceAnalysis(FunctionWindow),
    /// The calls that took longest, longest first.
    SlowestFunctionCalls(FunctionWindow),
    /// The calls of functions in order, across processes.
    FunctionCalls(FunctionWindow),
    /// Calls as a tree with times, and as folded stacks.
    CallTree(CallTree),
    /// The message queues: lengths, waiting, handling, who fills them, and the bottleneck.
    MessageQueueAnalysis(MessageQueueAnalysis),
    /// A first look: what the trace covers and what stands out.
    Overview(Overview),
}
