//! What is answered.

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
    /// For `term`.
    Term(TermPart),
}

/// What an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Coverage {
    /// First time the answer speaks of.
    pub from: u64,
    /// Last time the answer speaks of.
    pub to: u64,
    /// The trace is complete up to this time.
    pub watermark: u64,
    /// Events looked at.
    pub events: u64,
    /// Losses that touch the window.
    pub dropped: Vec<Dropped>,
    /// Targets of the request that were not traced, for the class that would show it.
    pub not_traced: Vec<NotTraced>,
    /// Events before this time are gone (`null`: nothing was evicted).
    pub evicted_before: Option<u64>,
    /// The answer was cut by `limit`; `next` goes on.
    pub truncated: bool,
}

/// Lost events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Dropped {
    /// Class name, or `null` when damage hides it.
    pub class: Option<String>,
    /// How many, or `null` when unknowable.
    pub n: Option<u64>,
    /// First time they can have had.
    pub from: u64,
    /// Last time they can have had.
    pub to: u64,
    /// `buffer_full`, `damaged`, ...
    pub reason: String,
}

/// A stretch in which something was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NotTraced {
    /// The process or function.
    pub target: String,
    /// The class that was not recorded.
    pub class: String,
    /// From.
    pub from: u64,
    /// To.
    pub to: u64,
}

/// A term as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Term {
    /// Its id for a `term` request: `<event id>`.
    pub id: String,
    /// As Elixir's `inspect/2` shows it, with limits.
    pub text: String,
    /// Bytes of its stored form.
    pub bytes: u64,
    /// Whether nothing of it was cut, redacted or opaque when captured.
    pub complete: bool,
}

/// A part of a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TermPart {
    /// The term's id.
    pub id: String,
    /// The path asked.
    pub path: Vec<u32>,
    /// `integer`, `float`, `atom`, `binary`, `tuple`, `list`, `map`, `pid`, `port`, `reference`, `function`, `opaque`, `redacted`, `cut`.
    pub kind: String,
    /// As `inspect` shows it.
    pub text: String,
    /// Number of children (0 for a scalar).
    pub size: u64,
    /// The page of children.
    pub children: Vec<TermChild>,
}

/// A child of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TermChild {
    /// Its step in a path.
    pub step: u32,
    /// A map's key as text, else `null`.
    pub key: Option<String>,
    /// The child as text.
    pub text: String,
    /// Number of its own children.
    pub size: u64,
}

/// A process as shown: pid, and the name it held at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Process {
    /// `<0.1.0>`, `<0.1.0>~2`.
    pub pid: String,
    /// Registered name as Elixir writes it, or `null`.
    pub name: Option<String>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Function {
    /// Module as Elixir writes it.
    pub module: String,
    /// Function name.
    pub function: String,
    /// Number of arguments.
    pub arity: u32,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Event {
    /// `message-12-345`.
    pub id: String,
    /// When.
    pub time: u64,
    /// Class name.
    pub class: String,
    /// Kind name.
    pub kind: String,
    /// Where, or `null` for recorder-wide events.
    pub process: Option<Process>,
    /// The other party as text: a pid, a name, a port, a reference.
    pub peer: Option<String>,
    /// The function, for kinds that have one.
    pub function: Option<Function>,
    /// The name or module, for kinds that have one.
    pub atom: Option<String>,
    /// Message, arguments, value, state, reason or details.
    pub term: Option<Term>,
    /// `to_dead`, `no_return`, `arity_only`.
    pub flags: Vec<String>,
}

/// One state of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct State {
    /// The id of the event that showed it.
    pub id: String,
    /// When.
    pub time: u64,
    /// Whose.
    pub process: Process,
    /// The callback module, or `null`.
    pub module: Option<String>,
    /// The state.
    pub state: Term,
    /// It is the state at termination.
    pub at_termination: bool,
    /// What led to it: the event handled before (`handled`, or `spawn` for the first), or `null` when not recorded.
    pub cause: Option<Event>,
}

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

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Call {
    /// The id of the call event.
    pub id: String,
    /// When it began.
    pub time: u64,
    /// The function.
    pub function: Function,
    /// Its arguments, or `null` when only the arity was captured.
    pub args: Option<Term>,
    /// Calls open around it in the process, among the traced ones.
    pub depth: u32,
    /// From call to return or exception.
    pub duration_ns: Option<u64>,
    /// `duration_ns` less the traced calls inside.
    pub own_ns: Option<u64>,
    /// The value returned, or `{class, reason}`.
    pub result: Option<Term>,
    /// `returned`, `raised`, `open` (no return in the trace), `call_only` (returns were not traced).
    pub outcome: String,
}

/// Where a trace comes from and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Info {
    /// `live` or `file`.
    pub source: String,
    /// Version of the recorder.
    pub recorder_version: String,
    /// Node name.
    pub node: String,
    /// OTP release.
    pub otp: String,
    /// Elixir version.
    pub elixir: String,
    /// Operating system.
    pub os: String,
    /// The recording's id.
    pub instance: String,
    /// Wall clock at time 0, ns since the Unix epoch, as a decimal string.
    pub wall_anchor_ns: String,
    /// Erlang monotonic time at time 0, ns, as a decimal string.
    pub monotonic_anchor_ns: String,
    /// Applications and versions.
    pub applications: Vec<Named>,
    /// The recorder's options.
    pub options: Vec<Named>,
    /// The user's meta.
    pub meta: Vec<Named>,
    /// First time held.
    pub from: Option<u64>,
    /// Last time held.
    pub to: Option<u64>,
    /// Per class.
    pub classes: Vec<ClassInfo>,
    /// Processes named anywhere.
    pub n_processes: u64,
    /// Bytes held in memory: chunks with their index.
    pub bytes: u64,
}

/// A name and its value as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Named {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// What is held and lost of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ClassInfo {
    /// Class name.
    pub class: String,
    /// Produced.
    pub emitted: u64,
    /// Held.
    pub stored: u64,
    /// Evicted.
    pub evicted: u64,
    /// Sampled out.
    pub sampled_out: u64,
    /// Filtered.
    pub filtered: u64,
    /// Dropped, all reasons.
    pub dropped: u64,
}
