//! The exit of a process: its reason, and the exit of another process that it followed.

use crate::lifetime::Lifetime;
use crate::links;
use crate::reason::Reason;
use crate::row::Row;
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

/// The exit of a process, if it was seen.
pub(crate) fn of(trace: &Trace, process: ProcessKey) -> Option<Row<'_>> {
    Lifetime::of(trace, process).exit_row(trace, process)
}

/// The exit that an exit followed, and over what.
pub(crate) fn followed<'a>(trace: &'a Trace, exit: &Row<'_>) -> Option<(Row<'a>, Over)> {
    let key = exit.key();
    let earlier = |process: ProcessKey| of(trace, process).filter(|other| other.key() < key);
    let broken = links::of(trace, exit.process()?).into_iter().filter(|link| link.broken);
    let same = |other: &Row<'_>| same_reason(other, exit);
    if let Some(last) = broken.filter_map(|link| earlier(link.peer)).filter(same).max_by_key(Row::key) {
        return Some((last, Over::Link));
    }
    let reason = Reason::of(&reason(exit)?);
    let server = earlier(reason.called?)?;
    let theirs = Reason::of(&self::reason(&server)?);
    (theirs.cause() == reason.cause()).then_some((server, Over::Call))
}

/// Whether two reasons are equal, as a link hands them on; cut ones are not known to be.
pub(crate) fn same_reason(a: &Row<'_>, b: &Row<'_>) -> bool {
    let complete = |row: &Row<'_>| row.term().is_some_and(|term| term.complete);
    let same_key = a.chunk_idx == b.chunk_idx && a.term_id() == b.term_id();
    complete(a) && complete(b) && (same_key || reason(a) == reason(b))
}
