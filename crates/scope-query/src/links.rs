//! Who was linked to a process at a moment.
//!
//! A link is recorded from one end only, a removal too: each may be in the rows of either process.
//!
//! Invariant: a process that has exited is linked to nobody but at its own exit, where it has the links that carried the exit on.

use crate::lifetime::Lifetime;
use crate::row::Row;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use scope_core::trace::{Direction, PeerKey, RowIter, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// The processes linked to `process` at a point of the order, ascending, and how many events were looked at. What the baseline remembers has no
/// time: such a link counts from the beginning.
pub(crate) fn linked_at(trace: &Trace, process: ProcessKey, at: OrderKey) -> (Vec<ProcessKey>, u64) {
    let first = OrderKey::default();
    let own = trace.process_rows(process, &[Class::Process], first, at, Direction::Forward);
    let others = trace.peer_rows(&PeerKey::Process(process), &[Class::Process], first, at, Direction::Forward);
    let mut n_events = 0;
    let mut last = BTreeMap::new();
    let mut exit = None;
    for row in merged(trace, own, others) {
        n_events += 1;
        let (here, there) = (row.process(), row.peer_process());
        let other = if here == Some(process) { there } else { here };
        match (row.kind(), other) {
            (Kind::Exit, _) if here == Some(process) => exit = exit.or(Some(row.key())),
            (kind @ (Kind::Link | Kind::Unlink), Some(other)) if other != process => {
                last.insert(other, (kind == Kind::Link, row.key()));
            }
            _ => {}
        }
    }
    if exit.is_some_and(|exit| exit < at) {
        return (Vec::new(), n_events);
    }
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    for other in remembered.into_iter().flat_map(|entry| &entry.links) {
        last.entry(*other).or_insert((true, first));
    }
    let mut alive = |other: &ProcessKey| {
        let lifetime = Lifetime::of(trace, *other);
        n_events += lifetime.n_events;
        lifetime.exit.is_none_or(|exit| exit > at)
    };
    let linked = last.into_iter().filter(|(_, (linked, _))| *linked).map(|(other, _)| other);
    let linked = linked.filter(|other| alive(other)).collect();
    (linked, n_events)
}

/// Two walks as one, in order.
fn merged<'a>(trace: &'a Trace, a: RowIter<'a>, b: RowIter<'a>) -> impl Iterator<Item = Row<'a>> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    core::iter::from_fn(move || {
        let first = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => (x.key, x.chunk_idx, x.row) <= (y.key, y.chunk_idx, y.row),
            (x, _) => x.is_some(),
        };
        if first { a.next() } else { b.next() }.map(|at| Row::read(trace, at))
    })
}
