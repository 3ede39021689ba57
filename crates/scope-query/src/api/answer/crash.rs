//! Crashes.

use super::event::{Event, Function, Process};
use super::state::State;
use super::term::Term;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Abnormal exits and what they have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Crashes {
    /// The causes of all abnormal exits asked for, on this page or not: the most frequent first, at most 100.
    pub causes: Vec<Cause>,
    /// The page, oldest first.
    pub crashes: Vec<Crash>,
}

/// Exits that say the same: the same kind of error, raised in the same function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Cause {
    /// `:badarith in Shop.Cart.take_off/1`, `RuntimeError in Shop.Till.pay/2`, `:killed`.
    pub text: String,
    /// How many exits, those among them that followed another one.
    pub n: u64,
    /// The first one's time.
    pub first: u64,
    /// The last one's time.
    pub last: u64,
    /// The first one's id.
    pub id: String,
}

/// One abnormal exit: any but `:normal`, `:shutdown` and `{:shutdown, _}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Crash {
    /// The id of the exit.
    pub id: String,
    /// When.
    pub time: u64,
    /// Who.
    pub process: Process,
    /// The callback module of its last state, or `null`.
    pub module: Option<String>,
    /// The exit reason.
    pub reason: Term,
    /// As in [`Cause::text`].
    pub cause: String,
    /// Where it was raised, innermost first; empty when the reason has no stacktrace.
    pub stacktrace: Vec<Frame>,
    /// The exit that this one followed, or `null`.
    pub followed: Option<Followed>,
    /// The last state, of whatever completeness, or `null` when none was recorded.
    pub last_state: Option<State>,
    /// The message it was handling, or `null`: it was waiting, or its handling was not recorded (coverage says so).
    pub handling: Option<Event>,
    /// The events of the process before, oldest first.
    pub before: Vec<Event>,
    /// Who was linked to it, and what became of them.
    pub linked: Vec<Linked>,
    /// The process started in its place, or `null` when none was seen.
    pub restarted: Option<Restart>,
}

/// A place in a stacktrace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Frame {
    /// The function.
    pub function: Function,
    /// The source file as the compiler knew it.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u32>,
}

/// An exit that led to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Followed {
    /// The id of the exit before.
    pub id: String,
    /// Whose it was.
    pub process: Process,
    /// `link`: the two were linked and the reasons are equal. `call`: it was called, and its reason is in this one's.
    pub over: String,
}

/// A process that was linked to one that crashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Linked {
    /// Which.
    pub process: Process,
    /// Its own exit, or `null` when none was seen.
    pub exit: Option<String>,
    /// It exited at that time or later, with the same reason.
    pub died_along: bool,
}

/// A process started in the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Restart {
    /// When.
    pub time: u64,
    /// Which.
    pub process: Process,
    /// Who started it: the parent of both.
    pub by: Process,
    /// `certain`: its supervisor said that both are the same child. `likely`: the next with the same start.
    pub certainty: String,
}
