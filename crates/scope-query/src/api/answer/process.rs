//! Processes: who they are, how they began and ended, and whom they belong to.

use super::event::{Function, Process};
use super::term::Term;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What is known of one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ProcessInfo {
    /// Which, with the name it held at the time asked.
    pub process: Process,
    /// The time asked.
    pub at: u64,
    /// `alive`, `exited`, or `not_yet` (spawned later), at the time asked.
    pub status: String,
    /// The function it began with.
    pub initial_call: Option<Function>,
    /// The callback module, as its spawn or a sweep told.
    pub module: Option<String>,
    /// Who spawned it.
    pub parent: Option<Process>,
    /// Pids or names, nearest first, as the process itself remembers them; `null` when nothing told.
    pub ancestors: Option<Vec<String>>,
    /// Names held at the time asked.
    pub names: Vec<String>,
    /// The label it was given, as text.
    pub label: Option<String>,
    /// Linked processes at the time asked.
    pub links: Vec<Process>,
    /// When it was spawned; `null`: before the recorder looked, or nobody saw it.
    pub spawned_at: Option<u64>,
    /// The first time anything is known of it, or `null` when nothing is held.
    pub first_seen: Option<u64>,
    /// When it exited; `null`: it had not by the watermark, or nobody saw it.
    pub exited_at: Option<u64>,
    /// Why it exited.
    pub exit_reason: Option<Term>,
    /// It is a supervisor: how it supervises.
    pub strategy: Option<Strategy>,
    /// What its supervisor says of it.
    pub child: Option<Child>,
    /// Events held, per class.
    pub counts: Vec<ClassCount>,
}

/// How a supervisor supervises. What no sweep could read is `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Strategy {
    /// `one_for_one`, `one_for_all`, `rest_for_one`, `simple_one_for_one`.
    pub strategy: Option<String>,
    /// Restarts allowed ...
    pub intensity: Option<u64>,
    /// ... in so many seconds.
    pub period_s: Option<u64>,
}

/// What a supervisor says of a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Child {
    /// The child's id as text; `null` for children of dynamic supervisors, or when no sweep saw it.
    pub id: Option<String>,
    /// `worker` or `supervisor`.
    pub kind: Option<String>,
    /// `permanent`, `transient` or `temporary`.
    pub restart: Option<String>,
    /// Its modules; `null` when unknown or dynamic.
    pub modules: Option<Vec<String>>,
}

/// A number of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ClassCount {
    /// Class name.
    pub class: String,
    /// Events of it.
    pub events: u64,
}

/// A process that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FoundProcess {
    /// Which, with its name at `alive_at`, or its last one.
    pub process: Process,
    /// The callback module.
    pub module: Option<String>,
    /// The function it began with.
    pub initial_call: Option<Function>,
    /// Who spawned it.
    pub parent: Option<Process>,
    /// When it was spawned.
    pub spawned_at: Option<u64>,
    /// When it exited.
    pub exited_at: Option<u64>,
    /// Why it exited.
    pub exit_reason: Option<Term>,
    /// It exited abnormally.
    pub crashed: bool,
}

/// Whom a process belongs to and talks with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Relationships {
    /// Which.
    pub process: Process,
    /// The time asked.
    pub at: u64,
    /// Who spawned it.
    pub parent: Option<Process>,
    /// Pids or names, nearest first.
    pub ancestors: Option<Vec<String>>,
    /// Processes it spawned that were alive then.
    pub children: Vec<Process>,
    /// Linked processes.
    pub links: Vec<Process>,
    /// Its supervisor.
    pub supervisor: Option<Process>,
    /// How that supervisor supervises.
    pub strategy: Option<Strategy>,
    /// What that supervisor says of it.
    pub child: Option<Child>,
    /// The process that came in place of it after its exit.
    pub replaced_by: Option<Replacement>,
    /// With whom it exchanged messages up to then, most first.
    pub peers: Vec<Peer>,
    /// Messages it sent to aliases, ports and other nodes, or to names nobody held: to nobody that could be named here.
    pub sent_elsewhere: u64,
}

/// The messages exchanged with one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Peer {
    /// The other.
    pub process: Process,
    /// Messages sent to it.
    pub sent: u64,
    /// Messages it sent.
    pub received: u64,
}

/// A process in the supervision tree. Rows come in the order of the tree: a supervisor, then all below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TreeNode {
    /// Which.
    pub process: Process,
    /// 0 for a supervisor under no supervisor.
    pub depth: u32,
    /// The supervisor it is under.
    pub supervisor: Option<String>,
    /// The callback module.
    pub module: Option<String>,
    /// What its supervisor says of it.
    pub child: Option<Child>,
    /// It is a supervisor: how it supervises.
    pub strategy: Option<Strategy>,
    /// It is a supervisor: children replaced after an exit, up to then.
    pub restarts: Option<u64>,
    /// When it was spawned.
    pub spawned_at: Option<u64>,
    /// The exited process it replaced.
    pub replaces: Option<Replacement>,
}

/// The other side of a restart: who was replaced, or who came in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Replacement {
    /// The other process.
    pub pid: String,
    /// `certain`: the supervisor gave both the same id. `likely`: the same parent started the same function with the same arguments.
    pub certainty: String,
}
