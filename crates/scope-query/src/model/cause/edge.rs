//! How one event leads to another, and why a chain of them ends.
//!
//! Invariant: a certain edge is the truth, a possible one is one of `n`; where no edge was recorded the stop says why.

use crate::model::certainty::Certainty;
use crate::model::row::Row;
use scope_core::Class;

/// What joins an event to a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeKind {
    /// Both carry the reference of one call: a reply and its request, or its sending and its arrival.
    ReplyRef,
    /// A request of `GenServer.call` and its arrival carry the reference of the call.
    CallerRef,
    /// Nothing else that is equal was on the way.
    UniqueMatch,
    /// One of several equal messages.
    ContentMatch,
    /// The same process did both, one after the other.
    SameProcessOrder,
    /// The child's `$callers` name the process.
    Callers,
    /// An exit that came over a link.
    LinkExit,
    /// An exit that a monitor reported.
    MonitorExit,
    /// An exit that ended a call to the process.
    CallExit,
    /// The process was started in place of one that had exited.
    Restart,
}

impl EdgeKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ReplyRef => "reply_ref",
            Self::CallerRef => "caller_ref",
            Self::UniqueMatch => "unique_match",
            Self::ContentMatch => "content_match",
            Self::SameProcessOrder => "same_process_order",
            Self::Callers => "callers",
            Self::LinkExit => "link_exit",
            Self::MonitorExit => "monitor_exit",
            Self::CallExit => "call_exit",
            Self::Restart => "restart",
        }
    }
}

/// An edge from an event to a cause of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge<'a> {
    pub(crate) cause: Row<'a>,
    pub(crate) kind: EdgeKind,
    pub(crate) certainty: Certainty,
    /// How many events it is one of, where it is possible only.
    pub(crate) n: Option<u64>,
}

impl<'a> Edge<'a> {
    pub(crate) const fn new(cause: Row<'a>, kind: EdgeKind, certainty: Certainty) -> Self {
        Self { cause, kind, certainty, n: None }
    }
}

/// Why no cause is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There is none in the recorded system, or before it.
    EntryPoint(Entry),
    /// Events of the class that would show it were not recorded.
    NotTraced(Class),
    /// They have been evicted.
    Evicted(Class),
    /// They were dropped or damaged.
    Lost(Class),
    /// One of so many that may be it that none is named.
    Ambiguous(Class),
}

/// Where a chain comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A message that no recorded process sent: of a timer, a port, a monitor, another node.
    External,
    /// The process was alive before the recorder looked.
    Alive,
    /// The process was started by one that is not known.
    FirstSpawn,
    /// An exit signal from outside, or an exit while nothing was being handled.
    Signal,
    /// The process itself: no message led to it.
    Own,
    /// The recorder.
    Recorder,
}

impl Stop {
    /// The reason, and what it is about.
    pub(crate) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::EntryPoint(entry) => ("entry_point", entry.name()),
            Self::NotTraced(class) => ("not_traced", class.name()),
            Self::Evicted(class) => ("evicted", class.name()),
            Self::Lost(class) => ("lost", class.name()),
            Self::Ambiguous(class) => ("ambiguous", class.name()),
        }
    }
}

impl Entry {
    const fn name(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Alive => "alive",
            Self::FirstSpawn => "first_spawn",
            Self::Signal => "signal",
            Self::Own => "own",
            Self::Recorder => "recorder",
        }
    }
}
