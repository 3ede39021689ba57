//! Requests of servers with their replies.

use super::event::Process;
use super::term::Term;
use super::word::ServerCallOutcome;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A `GenServer.call`: a request joined to its reply by the reference in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ServerCall {
    /// The id of the request's send.
    pub id: String,
    /// When it was sent.
    pub sent_at: u64,
    /// Who called.
    pub caller: Option<Process>,
    /// Who was called.
    pub server: Option<Process>,
    /// The message sent, `{:"$gen_call", {pid, tag}, request}`.
    pub request: Term,
    /// When the server began to work on it.
    pub handled_at: Option<u64>,
    /// When the reply was sent.
    pub replied_at: Option<u64>,
    /// When the reply came to the caller.
    pub returned_at: Option<u64>,
    /// The message sent back, `{tag, reply}`.
    pub reply: Option<Term>,
    /// `handled_at - sent_at`.
    pub waiting_ns: Option<u64>,
    /// `replied_at - handled_at`.
    pub handling_ns: Option<u64>,
    /// From sending to the reply's coming back (to its sending, when its coming was not recorded).
    pub latency_ns: Option<u64>,
    /// `replied`; `late` (a reply was sent and did not come: the caller had given up); `to_dead`; `caller_exited` or `server_exited` (before
    /// a reply was seen); `open` (no reply up to the watermark).
    pub outcome: ServerCallOutcome,
}
