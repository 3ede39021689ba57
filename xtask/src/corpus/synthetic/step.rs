//! One event of a story.

use scope_core::event::Flags;
use scope_core::term::Term;
use scope_core::{Kind, OrderKey, ProcessKey};

/// Starts every process of a story.
pub(super) const PARENT: ProcessKey = ProcessKey::first(100, 0);

/// One event. Which of the fields a kind uses is said at [`Kind`].
pub(crate) struct Step {
    pub(super) key: OrderKey,
    pub(super) kind: Kind,
    pub(super) process: Option<ProcessKey>,
    pub(super) peer: Option<ProcessKey>,
    /// The other party, where it is a registered name.
    pub(super) name: Option<&'static str>,
    pub(super) atom: Option<&'static str>,
    pub(super) function: Option<(&'static str, &'static str, u32)>,
    pub(super) flags: Flags,
    pub(super) term: Option<Term>,
}

/// An event of a process, by thread 0 and alone at its tick.
pub(crate) const fn step(tick: u64, kind: Kind, process: ProcessKey) -> Step {
    let key = OrderKey { tick, thread: 0, tie: 0 };
    Step {
        key,
        kind,
        process: Some(process),
        peer: None,
        name: None,
        atom: None,
        function: None,
        flags: Flags::NONE,
        term: None,
    }
}

impl Step {
    /// Which thread saw it, and as the how manieth of that thread's events at the same tick.
    pub(crate) const fn by(mut self, thread: u16, tie: u32) -> Self {
        self.key.thread = thread;
        self.key.tie = tie;
        self
    }

    pub(crate) const fn peer(mut self, peer: ProcessKey) -> Self {
        self.peer = Some(peer);
        self
    }

    pub(super) const fn sent_to(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    pub(crate) const fn function(mut self, module: &'static str, name: &'static str, arity: u32) -> Self {
        self.function = Some((module, name, arity));
        self
    }

    pub(super) const fn flags(mut self, flags: Flags) -> Self {
        self.flags = flags;
        self
    }

    pub(crate) const fn atom(mut self, atom: &'static str) -> Self {
        self.atom = Some(atom);
        self
    }

    pub(crate) fn term(mut self, term: Term) -> Self {
        self.term = Some(term);
        self
    }
}

/// Everything is traced from the beginning.
pub(crate) fn all_are_traced() -> Step {
    let classes = ["message", "call", "state"].map(atom).into();
    let details = Term::Map(vec![(atom("classes"), Term::List(classes, None))]);
    Step { process: None, ..step(0, Kind::TargetAdded, PARENT) }.term(details)
}

pub(crate) fn spawned(tick: u64, process: ProcessKey) -> Step {
    step(tick, Kind::Spawn, process).peer(PARENT).term(Term::List(vec![], None))
}

pub(crate) fn atom(text: &str) -> Term {
    Term::Atom(text.into())
}
