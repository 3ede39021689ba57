//! What answers have in common: the answer itself, and the rows that more than one request gives.
//!
//! Times are nanoseconds since the recorder's epoch, below 2^53. There are no floats and no integers above 2^53; hashes and other 64-bit
//! numbers are strings.
//!
//! Invariant: a field without a value is `null`, never left out.

mod call;
mod chain;
mod class_info;
mod coverage;
mod difference;
mod durations;
mod event;
mod message;
mod server_call;
mod state;
mod supervision;
mod term;
mod text;
pub mod word;

pub use call::Call;
pub use chain::{Chain, Edge, Step, Stop};
pub use class_info::ClassInfo;
pub use coverage::{Coverage, Dropped, NotTraced};
pub use difference::{Change, Difference};
pub use durations::Durations;
pub use event::{Event, Function, Process};
pub use message::Message;
pub use server_call::ServerCall;
pub use state::State;
pub use supervision::{Child, Replacement, Strategy};
pub use term::Term;
pub use text::Text;
pub use word::{
    CallOutcome, Certainty, ChangeKind, EdgeKind, EventClass, EventFlag, EventKind, ExitPath, FindingTopic,
    FindingUnit, LossReason, MessageHandling, MessageOutcome, ProcessStatus, ServerCallOutcome, StopReason,
    StopSubject, TermKind, TraceSource, Verdict,
};

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// One answer, with the data of its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Answer<D> {
    /// The rows or facts, by request.
    pub data: D,
    /// What the answer rests on.
    pub coverage: Coverage,
    /// Where the next page begins (`after` of the next request), or `null` when this is all.
    pub next: Option<String>,
}

impl<D> Answer<D> {
    /// The same answer with its data made into something else.
    pub(crate) fn map<E>(self, into: impl FnOnce(D) -> E) -> Answer<E> {
        let Self { data, coverage, next } = self;
        Answer { data: into(data), coverage, next }
    }
}
