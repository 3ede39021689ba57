//! Messages.

use super::event::Process;
use super::term::Term;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Message {
    /// The id of the send, or of the delivery for an external message.
    pub id: String,
    /// When it was sent, or `null` for an external one.
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
    /// `matched`, `ambiguous`, `undelivered`, `to_dead`, `external`, `not_traced`.
    pub matched: String,
}
