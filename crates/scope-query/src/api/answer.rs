//! What is answered: one file for each concept.

mod call;
mod call_tree;
mod coverage;
mod crash;
mod duration;
mod event;
mod info;
mod message;
mod overview;
mod performance;
mod queue;
mod state;
mod term;

pub use call::Call;
pub use call_tree::CallNode;
pub use coverage::{Coverage, Dropped, NotTraced};
pub use crash::{Cause, Crash, Crashes, Followed, Frame, Linked, Restart};
pub use duration::Durations;
pub use event::{Event, Function, Process};
pub use info::{ClassInfo, Info, Named};
pub use message::Message;
pub use overview::{Finding, Overview};
pub use performance::{Calling, FunctionTimes};
pub use queue::{Bottleneck, Queue, Queues, Sender, WaitsFor};
pub use state::State;
pub use term::{Term, TermChild, TermPart};

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
    /// For `message_queue_analysis`.
    Queues(Queues),
    /// For `overview`.
    Overview(Overview),
}
