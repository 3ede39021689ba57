//! Everything sent to, delivered to and handled by one receiver that is equal to something asked for.
//!
//! Other senders matter too: what they sent may be equal, and then decides whether a delivery can be recorded.
//!
//! Invariant: what is found does not depend on whether the keys were searched for or all rows of the receiver were walked over.

use crate::model::coverage::trace_intervals::Watch;
use crate::model::message::delivery::Delivery;
use crate::model::message::equal::{Equal, HandledMessage, Recorded, Sent};
use crate::model::message::mailbox_order;
use crate::model::process::naming::{self, Holding, Naming};
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cell::OnceCell;
use scope_core::chunk::{Chunk, MAX_ROWS, TermId};
use scope_core::symbols::PeerKey;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Entity, Flags, Kind, OrderKey, ProcessKey};

/// Messages of a receiver read to decide which equal ones it handled, at most.
const MAX_IN_ORDER: usize = 1 << 11;

/// Entities of a chunk that are visited in the time of one row; it has about as many as rows, at most.
const ENTITIES_PER_ROW: u64 = 8;

/// Messages by their match keys.
pub(crate) type ByKey<'a> = BTreeMap<u64, Equal<'a>>;

/// One receiver.
#[derive(Debug)]
pub(crate) struct Inbox<'a> {
    trace: &'a Trace,
    pub(crate) receiver: ProcessKey,
    /// The receiver's names over time.
    names: Vec<Holding>,
    /// The ends of the losses of messages, in order.
    losses: Vec<u64>,
    watch: OnceCell<Watch>,
    first_delivered: OnceCell<Option<u64>>,
    first_handled: OnceCell<Option<u64>>,
}

/// Where a send went, as far as a receiver is concerned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    Receiver,
    /// To a reference that the receiver may own.
    Alias,
    Elsewhere,
}

impl<'a> Inbox<'a> {
    pub(crate) fn of(trace: &'a Trace, naming: &mut Naming<'a>, receiver: ProcessKey) -> Self {
        Self::named(trace, receiver, naming.holdings(receiver).to_vec())
    }

    /// One of which only how it was recorded is asked.
    pub(crate) fn unnamed(trace: &'a Trace, receiver: ProcessKey) -> Self {
        Self::named(trace, receiver, Vec::new())
    }

    fn named(trace: &'a Trace, receiver: ProcessKey, names: Vec<Holding>) -> Self {
        let losses = trace.losses().iter().filter(|loss| loss.class.is_none_or(|class| class == Class::Message));
        let mut losses: Vec<u64> = losses.map(|loss| loss.to_tick).collect();
        losses.sort_unstable();
        Self {
            trace,
            receiver,
            names,
            losses,
            watch: OnceCell::new(),
            first_delivered: OnceCell::new(),
            first_handled: OnceCell::new(),
        }
    }

    /// The messages with these keys, in order, and how many events were read.
    pub(crate) fn collect_by_key(&self, keys: &BTreeSet<u64>) -> (ByKey<'a>, u64) {
        let (mut found, mut n_events) = self.own(keys);
        for key in keys.iter() {
            if let Some(equal) = found.get_mut(key).filter(|equal| equal.has_aliases()) {
                n_events += self.add_others(*key, equal);
            }
        }
        (found, n_events)
    }

    /// What was sent to an alias may have gone to another process that something equal was delivered to.
    fn add_others(&self, key: u64, equal: &mut Equal<'a>) -> u64 {
        let receivers = receivers_of(self.trace, key);
        let others = receivers.into_iter().filter(|receiver| *receiver != self.receiver);
        let (mut n_events, keys) = (0, BTreeSet::from_iter([key]));
        for (number, other) in (1..).zip(others) {
            let inbox = Self::named(self.trace, other, naming::holdings(self.trace, other));
            let (mut found, n) = inbox.own(&keys);
            n_events += n;
            found.remove(&key).into_iter().for_each(|found| equal.add_other(number, found));
        }
        equal.sort();
        n_events
    }

    /// The messages with these keys to this receiver and to aliases.
    fn own(&self, keys: &BTreeSet<u64>) -> (ByKey<'a>, u64) {
        let mut found: ByKey<'a> = keys.iter().map(|key| (*key, Equal::default())).collect();
        let low_watermark = self.trace.low_watermark(Class::Message);
        let search = Search::of(self.trace, keys);
        let mut n_events = 0;
        for (chunk_idx, chunk) in (0..).zip(self.trace.chunks(Class::Message)) {
            let Some(wanted) = search.wanted(chunk_idx) else { continue };
            let peers = chunk.entities().filter(|(_, entity)| self.may_be_reached(chunk, entity));
            let sent = peers.flat_map(|(id, _)| chunk.rows_with_peer(id)).map(|row| (*row, true));
            let own = chunk.rows_of(self.receiver).iter().map(|row| (*row, false));
            // To look through the entities costs less than so many rows.
            if !self.trace.spend(chunk.len() as u64 / ENTITIES_PER_ROW) {
                break;
            }
            for (row, is_peer) in own.chain(sent) {
                if !self.trace.spend(1) {
                    break;
                }
                let Some(key) = wanted.key(chunk, u32::from(row)) else { continue };
                let row = Row::of(chunk, chunk_idx, u32::from(row));
                // What the receiver sent is found as what others sent is: by its peer.
                if is_peer != (row.kind() == Kind::Send) || row.key() < low_watermark {
                    continue;
                }
                if let Some(equal) = found.get_mut(&key) {
                    n_events += 1;
                    self.take(equal, row);
                }
            }
        }
        found.values_mut().for_each(Equal::sort);
        (found, n_events)
    }

    /// What became of the messages with these keys, and how many events were read.
    pub(crate) fn deliveries(&self, keys: &BTreeSet<u64>) -> (Vec<Delivery<'a>>, u64) {
        let (found, n_events) = self.collect_by_key(keys);
        (found.into_values().flat_map(|equal| equal.settled(self.receiver, self)).collect(), n_events)
    }

    fn take(&self, equal: &mut Equal<'a>, row: Row<'a>) {
        match (row.kind(), row.process()) {
            (Kind::Delivered, _) => equal.delivered.push(row),
            (Kind::Handled, _) => equal.handled.push(row),
            (Kind::Send, Some(from)) if !row.event.flags.contains(Flags::TO_DEAD) => match self.destination(&row) {
                Destination::Receiver => equal.sent.push(Sent::direct(row, from)),
                Destination::Alias => equal.sent.push(Sent::by_alias(row, from)),
                Destination::Elsewhere => {}
            },
            _ => {}
        }
    }

    /// Whether a send to an entity may come to the receiver at some time.
    fn may_be_reached(&self, chunk: &Chunk, entity: &Entity) -> bool {
        let held = |name| self.names.iter().any(|holding| holding.name == chunk.atom(name));
        match entity {
            Entity::Process(process) => *process == self.receiver,
            Entity::Name(name) | Entity::RemoteName { name, .. } => held(*name),
            Entity::Reference(_) => true,
            _ => false,
        }
    }

    /// Where a send went.
    pub(crate) fn destination(&self, row: &Row<'_>) -> Destination {
        let held = |name| self.names.iter().any(|holding| holding.name == name && holding.holds_at(row.key()));
        match row.peer() {
            Some(Entity::Process(process)) if *process == self.receiver => Destination::Receiver,
            Some(Entity::Name(name)) if held(row.chunk.atom(*name)) => Destination::Receiver,
            Some(Entity::RemoteName { name, node })
                if row.chunk.atom(*node) == self.trace.header().node && held(row.chunk.atom(*name)) =>
            {
                Destination::Receiver
            }
            Some(Entity::Reference(_)) => Destination::Alias,
            _ => Destination::Elsewhere,
        }
    }

    /// The sends to the receiver by its pid or a name it held.
    pub(crate) fn addressed(
        &self,
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> impl Iterator<Item = Row<'a>> {
        let trace = self.trace;
        let rows = |peer: PeerKey| {
            let rows = trace.peer_rows(&peer, &[Class::Message], from, to, direction);
            rows.map(move |at| Row::read(trace, at)).peekable()
        };
        let names: BTreeSet<&str> = self.names.iter().map(|holding| &*holding.name).collect();
        let names = names.into_iter().map(|name| PeerKey::Name(name.into()));
        let mut ways: Vec<_> = names.chain([PeerKey::Process(self.receiver)]).map(rows).collect();
        let merged = core::iter::from_fn(move || {
            let heads = ways.iter_mut().enumerate().filter_map(|(way, rows)| Some((rows.peek()?.key(), way)));
            let (_, way) = if direction == Direction::Forward { heads.min() } else { heads.max() }?;
            ways.get_mut(way)?.next()
        });
        merged.filter(|row| row.kind() == Kind::Send && self.destination(row) == Destination::Receiver)
    }

    /// When its messages were recorded.
    pub(crate) fn watch(&self) -> &Watch {
        self.watch.get_or_init(|| Watch::of(self.trace, self.receiver, Class::Message))
    }

    fn first(&self, kind: Kind) -> Option<u64> {
        let (slot, all) =
            (if kind == Kind::Handled { &self.first_handled } else { &self.first_delivered }, Window::all());
        *slot.get_or_init(|| {
            let (first, last) = (all.first_key(), all.last_key());
            let mut rows = self.trace.process_rows_of_kind(self.receiver, kind, first, last, Direction::Forward);
            rows.next().map(|row| row.key.tick)
        })
    }

    /// Without a target that tells, what was seen first tells since when things of its kind are seen.
    fn is_recorded(&self, kind: Kind, tick: u64) -> bool {
        let seen = || self.first(kind).is_some_and(|first| first <= tick);
        self.losses.last().is_none_or(|lost| *lost < tick) && self.watch().covers(tick).unwrap_or_else(seen)
    }
}

impl Recorded for Inbox<'_> {
    fn deliveries_since(&self, tick: u64) -> bool {
        self.is_recorded(Kind::Delivered, tick)
    }

    fn handlings_since(&self, tick: u64) -> bool {
        self.is_recorded(Kind::Handled, tick)
    }

    fn is_handling_seen(&self, tick: u64) -> bool {
        // A target may be no server.
        self.handlings_since(tick) && self.first(Kind::Handled).is_some_and(|first| first <= tick)
    }

    fn losses(&self) -> &[u64] {
        &self.losses
    }

    fn handled_in_order(&self, key: u64, from: OrderKey, until: OrderKey) -> Option<Vec<HandledMessage>> {
        let mut from = from;
        loop {
            let mut own = self.trace.process_rows(self.receiver, &[Class::Message], from, until, Direction::Forward);
            let rows: Vec<Row<'_>> = own.by_ref().take(MAX_IN_ORDER).map(|at| Row::read(self.trace, at)).collect();
            if own.next().is_some() {
                return None;
            }
            let delivered = rows.iter().filter(|row| row.kind() == Kind::Delivered);
            let keys: BTreeSet<u64> = delivered.filter_map(|row| row.term()).map(|term| term.key).collect();
            let (found, _) = self.collect_by_key(&keys);
            // What is handled may be an equal one that waited before.
            let since = found.values().filter_map(|equal| equal.waiting_since(from, &self.losses)).min();
            match since {
                Some(since) => from = since,
                None => return Some(mailbox_order::handled(self.trace, key, from, &found, &rows)),
            }
        }
    }
}

/// The processes that something with this key was delivered to.
pub(crate) fn receivers_of(trace: &Trace, key: u64) -> BTreeSet<ProcessKey> {
    let mut receivers = BTreeSet::new();
    let chunks = trace.chunks(Class::Message);
    for (chunk_idx, term) in trace.chunks_with_term(key) {
        let Some(chunk) = chunks.get(chunk_idx as usize) else { continue };
        if !trace.spend(chunk.len() as u64) {
            break;
        }
        let rows: Vec<u32> = (0..chunk.len() as u32).filter(|row| chunk.term_id(*row) == term).collect();
        let rows = rows.into_iter().map(|row| Row::of(chunk, chunk_idx, row));
        let delivered =
            rows.filter(|row| row.kind() == Kind::Delivered && row.key() >= trace.low_watermark(Class::Message));
        receivers.extend(delivered.filter_map(|row| row.process()));
    }
    receivers
}

/// Where the wanted keys are.
enum Search<'k> {
    /// In these chunks, as these terms; ascending.
    Found(Vec<(u32, TermId, u64)>),
    /// To be looked for in every chunk.
    All(&'k BTreeSet<u64>),
}

/// How the rows of a chunk that have wanted keys are recorded.
enum Wanted<'k> {
    /// By these terms, ascending.
    Terms(&'k [(u32, TermId, u64)]),
    /// By the keys of their terms.
    Keys(&'k BTreeSet<u64>),
}

impl<'k> Search<'k> {
    fn of(trace: &Trace, keys: &'k BTreeSet<u64>) -> Self {
        /// A search costs about as much as looking at so many rows, among which those sent to references may be all.
        const ROWS_PER_SEARCH: usize = 16;
        if keys.len() > MAX_ROWS / ROWS_PER_SEARCH {
            return Self::All(keys);
        }
        let found = |key: &'k u64| trace.chunks_with_term(*key).map(|(chunk_idx, term)| (chunk_idx, term, *key));
        let mut found: Vec<_> = keys.iter().flat_map(found).collect();
        found.sort();
        Self::Found(found)
    }

    /// `None` when the chunk has none.
    fn wanted(&self, chunk_idx: u32) -> Option<Wanted<'_>> {
        match self {
            Self::Found(found) => {
                let start = found.partition_point(|(chunk, ..)| *chunk < chunk_idx);
                let end = found.partition_point(|(chunk, ..)| *chunk <= chunk_idx);
                found.get(start..end).filter(|terms| !terms.is_empty()).map(Wanted::Terms)
            }
            Self::All(keys) => Some(Wanted::Keys(keys)),
        }
    }
}

impl Wanted<'_> {
    fn key(&self, chunk: &Chunk, row: u32) -> Option<u64> {
        let id = chunk.term_id(row);
        match self {
            Self::Terms(terms) => {
                let at = terms.binary_search_by_key(&id, |(_, term, _)| *term).ok()?;
                terms.get(at).map(|(.., key)| *key)
            }
            Self::Keys(keys) => chunk.term(id).map(|term| term.key).filter(|key| keys.contains(key)),
        }
    }
}
