//! Which processes a process was linked to, and when.
//!
//! A link is recorded from one end only, so the rows of both ends are read. It ends with an unlink, or with the exit of either end.
//!
//! Invariant: costs the lifecycle events of the process and of those it was ever linked to.

use crate::model::process::lifetime::Lifetime;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::symbols::PeerKey;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Entity, Kind, OrderKey, ProcessKey};

/// A link of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// The other end.
    pub(crate) peer: ProcessKey,
    pub(crate) from: OrderKey,
    /// The unlink or exit that ended it; `None` while it holds.
    pub(crate) to: Option<OrderKey>,
    /// It ended with the exit of the other end.
    pub(crate) broken: bool,
}

impl Link {
    /// Whether the two were linked at a point of the order; an exit is still linked.
    pub(crate) fn holds_at(&self, key: OrderKey) -> bool {
        self.from <= key && self.to.is_none_or(|to| key <= to)
    }
}

/// The processes linked to `process` at a point of the order, ascending, and how many events were read.
pub(crate) fn linked_at(trace: &Trace, process: ProcessKey, at: OrderKey) -> (Vec<ProcessKey>, u64) {
    let (mut n_events, mut n_lives) = (0, 0);
    let mut exits = HashMap::new();
    let mut exit_of = |process: ProcessKey| {
        *exits.entry(process).or_insert_with(|| {
            let lifetime = Lifetime::of(trace, process);
            n_lives += lifetime.n_events;
            lifetime.exit
        })
    };
    let links = of(trace, process, &mut exit_of, &mut n_events);
    // An exit is still linked, to those that outlive it.
    let held = links.into_iter().filter(|link| link.holds_at(at) && !(link.broken && link.to == Some(at)));
    let mut linked: Vec<ProcessKey> = held.map(|link| link.peer).collect();
    linked.sort();
    linked.dedup();
    (linked, n_events + n_lives)
}

/// Every link a process had, by its beginning. `exit_of` answers when a process exited; what is read is added to `n_events`.
pub(crate) fn of(
    trace: &Trace,
    process: ProcessKey,
    exit_of: &mut impl FnMut(ProcessKey) -> Option<OrderKey>,
    n_events: &mut u64,
) -> Vec<Link> {
    let mut spans = Vec::new();
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    let mut open: BTreeMap<ProcessKey, OrderKey> =
        remembered.into_iter().flat_map(|entry| &entry.links).map(|peer| (*peer, OrderKey::default())).collect();
    for (row, peer) in linked_rows(trace, process) {
        *n_events += 1;
        match row.kind() {
            Kind::Link => {
                open.entry(peer).or_insert(row.key());
            }
            _ => {
                if let Some(from) = open.remove(&peer) {
                    spans.push((peer, from, Some(row.key())));
                }
            }
        }
    }
    let exit = exit_of(process);
    for (peer, from) in open {
        spans.push((peer, from, None));
    }
    let mut links = Vec::new();
    for (peer, from, unlinked) in spans {
        let theirs = exit_of(peer).filter(|exit| *exit >= from);
        let to = [unlinked, theirs, exit].into_iter().flatten().min();
        links.push(Link { peer, from, to, broken: theirs.is_some() && theirs == to });
    }
    links.sort_by_key(|link| (link.from, link.peer));
    links
}

/// The link and unlink events of either end, oldest first, each with the other process.
fn linked_rows(trace: &Trace, process: ProcessKey) -> Vec<(Row<'_>, ProcessKey)> {
    let all = Window::all();
    let (from, to, classes) = (all.first_key(), all.last_key(), [Class::Process]);
    let own = trace.process_rows(process, &classes, from, to, Direction::Forward);
    let own = own.map(|at| Row::read(trace, at)).filter_map(|row| match row.peer() {
        Some(Entity::Process(peer)) => Some((row, *peer)),
        _ => None,
    });
    let theirs = trace.peer_rows(&PeerKey::Process(process), &classes, from, to, Direction::Forward);
    let theirs = theirs.map(|at| Row::read(trace, at)).filter_map(|row| Some((row, row.process()?)));
    let mut linked: Vec<_> =
        own.chain(theirs).filter(|(row, _)| matches!(row.kind(), Kind::Link | Kind::Unlink)).collect();
    linked.sort_by_key(|(row, _)| (row.key(), row.id()));
    linked
}
