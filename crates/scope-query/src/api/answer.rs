//! What is answered: one file for each concept.

mod call;
mod coverage;
mod crash;
mod event;
mod info;
mod message;
mod state;
mod term;

pub use call::Call;
pub use coverage::{Coverage, Dropped, NotTraced};
pub use crash::{Cause, Crash, Crashes, Followed, Frame, Linked, Restart};
pub use event::{Event, Function, Process};
pub use info::{ClassInfo, Info, Named};
pub use message::Message;
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
    /// For `execution_path`.
    Calls(Vec<Call>),
    /// For `state_at`.
    State(State),
    /// For `crashes`.
    Crashes(Crashes),
    /// For `term`.
    Term(TermPart),
}
