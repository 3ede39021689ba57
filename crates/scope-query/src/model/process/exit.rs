//! The exit of a process: its reason, and the exit of another process that it followed.

use crate::model::process::exit_reason::Reason;
use crate::model::process::lifetime::Lifetime;
use crate::model::process::links::{self, Link};
use crate::model::row::Row;
use alloc::collections::BTreeSet;
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::ProcessKey;
use scope_core::term::{Term, read};
use scope_core::trace::Trace;

/// What an exit came along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Link,
    /// A call to a server that exited.
    Call,
}

impl Over {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Call => "call",
        }
    }
}

/// The reason of an exit; one that was damaged or never taken counts as cut.
pub(crate) fn reason(row: &Row<'_>) -> Option<Term> {
    let Some(term) = row.term() else { return Some(Term::Cut) };
    Some(read::read(term.bytes, row.chunk).unwrap_or(Term::Cut))
}

/// The exits one answer asks for, and the links they went along. In a storm each is asked for once for every other one.
#[derive(Debug)]
pub(crate) struct Exits<'a> {
    trace: &'a Trace,
    exits: HashMap<ProcessKey, Option<Row<'a>>>,
    links: HashMap<ProcessKey, Rc<[Link]>>,
}

impl<'a> Exits<'a> {
    pub(crate) fn new(trace: &'a Trace) -> Self {
        Self { trace, exits: HashMap::new(), links: HashMap::new() }
    }

    /// The exit of a process, if it was seen.
    pub(crate) fn of(&mut self, process: ProcessKey) -> Option<Row<'a>> {
        let trace = self.trace;
        *self.exits.entry(process).or_insert_with(|| Lifetime::of(trace, process).exit_row(trace, process))
    }

    /// Every link a process had, by its beginning.
    pub(crate) fn links(&mut self, process: ProcessKey) -> Rc<[Link]> {
        if let Some(links) = self.links.get(&process) {
            return Rc::clone(links);
        }
        let (trace, mut n_events) = (self.trace, 0);
        let mut exit_of = |process| self.of(process).map(|row| row.key());
        let links: Rc<[Link]> = links::of(trace, process, &mut exit_of, &mut n_events).into();
        self.links.insert(process, Rc::clone(&links));
        links
    }

    /// The exit that an exit followed, and over what.
    pub(crate) fn followed(&mut self, exit: &Row<'_>) -> Option<(Row<'a>, Over)> {
        match self.along_links(exit).into_iter().max_by_key(Row::key) {
            Some(last) => Some((last, Over::Link)),
            None => self.failed_call(exit).map(|server| (server, Over::Call)),
        }
    }

    /// The exits before one that links may have handed on to it.
    pub(crate) fn along_links(&mut self, exit: &Row<'_>) -> Vec<Row<'a>> {
        let Some(process) = exit.process() else { return Vec::new() };
        // A process may have been linked often.
        let peers: BTreeSet<ProcessKey> =
            self.links(process).iter().filter(|link| link.broken).map(|link| link.peer).collect();
        let exits = peers.into_iter().filter_map(|peer| self.earlier(peer, exit));
        let mut exits: Vec<Row<'a>> = exits.filter(|other| same_reason(other, exit)).collect();
        exits.sort_by_key(|row| (row.key(), row.id()));
        exits
    }

    fn earlier(&mut self, process: ProcessKey, exit: &Row<'_>) -> Option<Row<'a>> {
        self.of(process).filter(|other| other.key() < exit.key())
    }

    /// The exit of the server whose failed call ended a process.
    pub(crate) fn failed_call(&mut self, exit: &Row<'_>) -> Option<Row<'a>> {
        let own = reason(exit)?;
        let own_reason = Reason::of(&own);
        let server = self.earlier(own_reason.called?, exit)?;
        let theirs = reason(&server)?;
        let handed_on = is_complete(exit) && is_complete(&server) && failed_call_of(&own) == Some(&theirs);
        (handed_on || Reason::of(&theirs).cause() == own_reason.cause()).then_some(server)
    }
}

/// The reason for which the server exited, in the reason of a failed call: `{reason, {GenServer, :call, arguments}}`.
fn failed_call_of(reason: &Term) -> Option<&Term> {
    match reason {
        Term::Tuple(parts) => match parts.as_slice() {
            [reason, Term::Tuple(_)] => Some(reason),
            _ => None,
        },
        _ => None,
    }
}

fn is_complete(row: &Row<'_>) -> bool {
    row.term().is_some_and(|term| term.complete)
}

/// Whether two reasons are equal, as a link hands them on; cut ones are not known to be.
pub(crate) fn same_reason(a: &Row<'_>, b: &Row<'_>) -> bool {
    let same_key = a.chunk_idx == b.chunk_idx && a.term_id() == b.term_id();
    is_complete(a) && is_complete(b) && (same_key || reason(a) == reason(b))
}
