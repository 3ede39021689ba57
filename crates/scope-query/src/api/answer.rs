//! What is answered: one file for each concept.

mod around;
mod call;
mod call_tree;
mod chain;
mod coverage;
mod crash;
mod difference;
mod duration;
mod event;
mod info;
mod message;
mod overview;
mod performance;
mod process;
mod queue;
mod server_call;
mod snapshot;
mod state;
mod term;
mod text;

pub use around::Around;
pub use call::Call;
pub use call_tree::CallNode;
pub use chain::{Chain, Edge, Step, Stop};
pub use coverage::{Coverage, Dropped, NotTraced};
pub use crash::{Cause, Crash, Crashes, Followed, Frame, Linked, Restart};
pub use difference::{Change, Comparison, Difference, StateChange, Transition};
pub use duration::Durations;
pub use event::{Event, Function, Process};
pub use info::{ClassInfo, Info, Named};
pub use message::{Message, MessageDetail};
pub use overview::{Finding, Overview};
pub use performance::{Calling, FunctionTimes};
pub use process::{Child, ClassCount, FoundProcess, Peer, ProcessInfo, Relationships, Replacement, Strategy, TreeNode};
pub use queue::{Bottleneck, Queue, Queues, Sender, WaitsFor};
pub use server_call::ServerCall;
pub use snapshot::{HeldState, Mailbox, OpenCall, OpenRequest, PendingMessage, ProcessSnapshot, Snapshot};
pub use state::State;
pub use term::{Term, TermChild, TermPart};
pub use text::Text;

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Answer {
    /// The rows or facts, by request.
    pub data: Data,
    /// What the answer rests on.
    pub coverage: Coverage,
    /// Where to go on (`after` of the next request), or `null` when this is all.
    pub next: Option<String>,
}

/// The data of an answer; which one follows from the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Data {
    /// For `info`.
    Info(Info),
    /// For `events`.
    Events(Vec<Event>),
    /// For `state_timeline`.
    States(Vec<State>),
    /// For `message_flow`.
    Messages(Vec<Message>),
    /// For `message`.
    Message(MessageDetail),
    /// For `server_calls`.
    ServerCalls(Vec<ServerCall>),
    /// For `snapshot_at`.
    Snapshot(Snapshot),
    /// For `execution_path`, `slowest_function_calls` and `function_calls`.
    Calls(Vec<Call>),
    /// For `performance_analysis`.
    Functions(Vec<FunctionTimes>),
    /// For `call_tree`.
    CallTree(Vec<CallNode>),
    /// For `state_at`.
    State(State),
    /// For `crashes`.
    Crashes(Crashes),
    /// For `term`.
    Term(TermPart),
    /// For `process_info`.
    ProcessInfo(ProcessInfo),
    /// For `find_processes`.
    Processes(Vec<FoundProcess>),
    /// For `process_relationships`.
    Relationships(Relationships),
    /// For `supervision_tree`.
    Tree(Vec<TreeNode>),
    /// For `events_around`.
    Around(Around),
    /// For `compare_states`.
    Comparison(Comparison),
    /// For `state_changes`.
    StateChanges(Vec<StateChange>),
    /// For `analyze_state_change`.
    Transitions(Vec<Transition>),
    /// For `message_queue_analysis`.
    Queues(Queues),
    /// For `overview`.
    Overview(Overview),
    /// For `why` and `impact`.
    Chain(Chain),
}
