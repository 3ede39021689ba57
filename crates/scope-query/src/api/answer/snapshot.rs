//! The whole system at a moment.

use super::event::{Function, Process};
use super::term::Term;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Who was alive at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Snapshot {
    /// The moment.
    pub time: u64,
    /// How many processes were alive, of all pages.
    pub n_alive: u64,
    /// The living of this page, by pid.
    pub processes: Vec<ProcessSnapshot>,
}

/// One process at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ProcessSnapshot {
    /// Which.
    pub process: Process,
    /// The names it held.
    pub names: Vec<String>,
    /// When it was spawned; `null` when it was there before the recorder looked.
    pub spawned_at: Option<u64>,
    /// Its last state up to the moment; `null` when none was recorded, or none is held any more.
    pub state: Option<HeldState>,
    /// Its mailbox; `null` when its handling of messages was not recorded, or equal messages hide where it stood.
    pub mailbox: Option<Mailbox>,
    /// The traced calls it was in, outermost first.
    pub calls: Vec<OpenCall>,
    /// Calls that began before this time are not known (`null`: all are).
    pub calls_since: Option<u64>,
    /// The request it waited on: sent, and no reply had come.
    pub waits_for: Option<OpenRequest>,
}

/// The state a server held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct HeldState {
    /// The id of the event that showed it.
    pub id: String,
    /// Since when.
    pub time: u64,
    /// The callback module, or `null`.
    pub module: Option<String>,
    /// The state.
    pub state: Term,
}

/// Messages sent to a server that it had not begun to handle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Mailbox {
    /// Delivered after what it handled last. Replies to calls of its own and expired `receive ... after`s are not counted, as they never wait;
    /// what a callback takes out by another `receive` of its own is.
    pub n_waiting: u64,
    /// Sent and not delivered, at least: an equal message from elsewhere counts as its delivery.
    pub n_on_the_way: u64,
    /// Messages sent before this time and still on the way are not counted (`null`: there are none).
    pub since: Option<u64>,
    /// The first of them: the delivered ones in order, then those on the way.
    pub messages: Vec<PendingMessage>,
}

/// A message not yet handled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PendingMessage {
    /// The id of its delivery, or of its send when it is on the way; a `message` request tells the rest.
    pub id: String,
    /// When it was sent, for one on the way.
    pub sent_at: Option<u64>,
    /// When it was delivered; `null` for one on the way.
    pub delivered_at: Option<u64>,
    /// The message.
    pub message: Term,
}

/// A call that had not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpenCall {
    /// The id of the call.
    pub id: String,
    /// When it began.
    pub time: u64,
    /// The function.
    pub function: Function,
    /// Its arguments, or `null` when only the arity was captured.
    pub args: Option<Term>,
}

/// A request whose reply had not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OpenRequest {
    /// The id of its send.
    pub id: String,
    /// When it was sent.
    pub sent_at: u64,
    /// The server, as it was addressed.
    pub sent_to: Option<String>,
    /// The message sent.
    pub request: Term,
}
