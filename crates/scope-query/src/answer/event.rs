//! Events, and who and what they name.

use super::term::Term;
use super::word::{EventClass, EventFlag, EventKind};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Event {
    /// `message-12-345`.
    pub id: String,
    /// When.
    pub time: u64,
    /// Class name.
    pub class: EventClass,
    /// Kind name.
    pub kind: EventKind,
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
    /// `to_dead`, `no_return`, `arity_only`; `possible` when the filter cannot tell, as what it looks at was kept in part.
    pub flags: Vec<EventFlag>,
}

/// A process as shown: pid, and the name it held at that time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Process {
    /// `<0.1.0>`, `<0.1.0>~2`.
    pub pid: String,
    /// Registered name as Elixir writes it, or `null`.
    pub name: Option<String>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Function {
    /// Module as Elixir writes it.
    pub module: String,
    /// Function name.
    pub function: String,
    /// Number of arguments.
    pub arity: u32,
}
