//! Messages.

use super::event::Process;
use super::term::Term;
use super::word::{MessageHandling, MessageOutcome};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Message {
    /// The id of its send; of its delivery, or else of its handling, when nothing tells the send.
    pub id: String,
    /// When it was sent, or `null` when nothing tells.
    pub sent_at: Option<u64>,
    /// Who sent it.
    pub from: Option<Process>,
    /// Who received it, or should have.
    pub to: Option<Process>,
    /// The destination as written, when it was a name, alias or dead.
    pub sent_to: Option<String>,
    /// The message.
    pub message: Term,
    /// When it came into the inner queue.
    pub delivered_at: Option<u64>,
    /// When the receiver's callback began to work on it.
    pub handled_at: Option<u64>,
    /// `handled_at - sent_at`, only where handled is known.
    pub waiting_ns: Option<u64>,
    /// `delivered_at - sent_at`.
    pub delivery_ns: Option<u64>,
    /// Messages that the receiver began to handle between the sending of this one and its own turn: those before it in the queue.
    pub queue_length: Option<u64>,
    /// `matched`, `ambiguous`, `undelivered` (up to the watermark), `to_dead`, `external` (delivered, and no send of it is in the trace: a
    /// timer, a monitor, a port, another node, or a sender no process traced), `not_traced` (deliveries to the receiver).
    pub matched: MessageOutcome,
    /// What the receiver's loop did with the delivered message: `handled`, `not_handled` (up to the watermark: it waits, or was taken by a
    /// `receive` of the process itself), `ambiguous`, `not_recorded`; `null` for one that is not known to be delivered.
    pub handling: Option<MessageHandling>,
}
