//! Which processes a process was linked to, and when.
//!
//! A link is recorded from one end only, so the rows of both ends tell of it. It ends with an unlink, or with the exit of either end.
//!
//! Invariant: costs the lifecycle events of the process and of those it was ever linked to.

use crate::lifetime::Lifetime;
use crate::row::Row;
use crate::window::Window;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use scope_core::trace::{Direction, PeerKey, Trace};
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

/// Every link a process had, by its beginning.
pub(crate) fn of(trace: &Trace, process: ProcessKey) -> Vec<Link> {
    let mut ended = Vec::new();
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    let mut open: BTreeMap<ProcessKey, OrderKey> =
        remembered.into_iter().flat_map(|entry| &entry.links).map(|peer| (*peer, OrderKey::default())).collect();
    for (row, peer) in told(trace, process) {
        match row.kind() {
            Kind::Link => {
                open.entry(peer).or_insert(row.key());
            }
            _ => {
                let from = open.remove(&peer);
                ended.extend(from.map(|from| Link { peer, from, to: Some(row.key()), broken: false }));
            }
        }
    }
    let exit = Lifetime::of(trace, process).exit;
    let left = open.into_iter().map(|(peer, from)| (peer, from, None));
    let mut links: Vec<Link> = left
        .chain(ended.into_iter().map(|link| (link.peer, link.from, link.to)))
        .map(|(peer, from, unlinked)| {
            let theirs = Lifetime::of(trace, peer).exit.filter(|exit| *exit >= from);
            let to = [unlinked, theirs, exit].into_iter().flatten().min();
            Link { peer, from, to, broken: theirs.is_some() && theirs == to }
        })
        .collect();
    links.sort_by_key(|link| (link.from, link.peer));
    links
}

/// The link and unlink events of either end, oldest first, each with the other process.
fn told(trace: &Trace, process: ProcessKey) -> Vec<(Row<'_>, ProcessKey)> {
    let all = Window::all();
    let (from, to, classes) = (all.first_key(), all.last_key(), [Class::Process]);
    let own = trace.process_rows(process, &classes, from, to, Direction::Forward);
    let own = own.map(|at| Row::read(trace, at)).filter_map(|row| match row.peer() {
        Some(Entity::Process(peer)) => Some((row, *peer)),
        _ => None,
    });
    let theirs = trace.peer_rows(&PeerKey::Process(process), &classes, from, to, Direction::Forward);
    let theirs = theirs.map(|at| Row::read(trace, at)).filter_map(|row| Some((row, row.process()?)));
    let mut told: Vec<_> =
        own.chain(theirs).filter(|(row, _)| matches!(row.kind(), Kind::Link | Kind::Unlink)).collect();
    told.sort_by_key(|(row, _)| (row.key(), row.id()));
    told
}
