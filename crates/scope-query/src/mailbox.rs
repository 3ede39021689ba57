//! What was in the mailbox of a server at a moment: delivered and not handled, and on the way to it.
//!
//! A server handles messages in the order of their delivery, so all that was delivered after the message it last began to handle still
//! waits; only the replies to its own calls are taken out of turn. Which delivery that message was is decided by its match key, for all
//! servers in one walk over the chunks.
//!
//! Invariant: where handling was not recorded nothing is said of waiting; where the look-back ended early the answer says where.

use crate::equal::Equal;
use crate::gen_call;
use crate::inbox::Inbox;
use crate::matching::Outcome;
use crate::naming::Naming;
use crate::row::Row;
use crate::window::Window;
use alloc::vec::Vec;
use scope_core::gather::Gather as _;
use scope_core::ordered::Map;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Flags, Kind, OrderKey, ProcessKey};

/// After so many sends in a row that had arrived, earlier ones are taken to have arrived too, and the answer says so.
const QUIET: usize = 16;

/// A mailbox.
#[derive(Debug, Default)]
pub(crate) struct Mailbox<'a> {
    /// Deliveries, oldest first.
    pub(crate) waiting: Vec<Row<'a>>,
    /// Sends, oldest first.
    pub(crate) on_the_way: Vec<Row<'a>>,
    /// Sends before this time were not looked at.
    pub(crate) since: Option<u64>,
}

/// What a server handled last before the moment.
struct Anchor<'a> {
    process: ProcessKey,
    /// `None`: it handled nothing before, and does later.
    handled: Option<Row<'a>>,
    equal: Equal<'a>,
}

/// The mailboxes of those of the processes whose handling was recorded, and how many events were looked at.
pub(crate) fn at<'a>(
    trace: &'a Trace,
    naming: &mut Naming<'a>,
    processes: &[ProcessKey],
    key: OrderKey,
) -> (Map<ProcessKey, Mailbox<'a>>, u64) {
    let mut n_events = 0;
    let mut anchors: Vec<Anchor<'a>> =
        processes.iter().filter_map(|process| anchor(trace, *process, key, &mut n_events)).gathered();
    gather(trace, &mut anchors);
    let mut mailboxes = Map::new();
    for anchor in anchors {
        let inbox = Inbox::of(trace, naming, anchor.process);
        let Some(from) = anchor.delivered(&inbox) else { continue };
        let rows = trace.process_rows_of_kind(anchor.process, Kind::Delivered, from, key, Direction::Forward);
        let rows = rows.map(|at| Row::read(trace, at)).inspect(|_| n_events += 1);
        let waits = |row: &Row<'_>| !gen_call::is_reply(row) && !gen_call::is_expiry(row);
        let waiting = rows.filter(waits).gathered();
        let mut mailbox = Mailbox { waiting, ..Mailbox::default() };
        n_events += mailbox.find_on_the_way(trace, &inbox, key);
        mailboxes.insert(anchor.process, mailbox);
    }
    (mailboxes, n_events)
}

/// What a process handled last, if it is a server that was seen handling.
fn anchor<'a>(trace: &'a Trace, process: ProcessKey, key: OrderKey, n_events: &mut u64) -> Option<Anchor<'a>> {
    let handled = |from, to, direction| {
        let mut rows = trace.process_rows_of_kind(process, Kind::Handled, from, to, direction);
        rows.next().map(|at| Row::read(trace, at))
    };
    *n_events += 1;
    let found = handled(OrderKey::default(), key, Direction::Backward);
    if found.is_none() {
        handled(key, Window::all().last_key(), Direction::Forward)?;
    }
    Some(Anchor { process, handled: found, equal: Equal::default() })
}

/// Finds what is equal to each anchor among the deliveries and handlings of its process.
fn gather<'a>(trace: &'a Trace, anchors: &mut [Anchor<'a>]) {
    let floor = trace.floor(Class::Message);
    for (chunk_idx, chunk) in (0..).zip(trace.chunks(Class::Message)) {
        for anchor in &mut *anchors {
            let key = anchor.handled.and_then(|handled| handled.term()).map(|term| term.key);
            let Some(term) = key.and_then(|key| chunk.find_term(key)) else { continue };
            let rows = chunk.rows_of(anchor.process).iter().map(|row| u32::from(*row));
            for row in rows.filter(|row| chunk.term_id(*row) == term) {
                let row = Row::of(chunk, chunk_idx, row);
                match row.kind() {
                    _ if row.key() < floor => {}
                    Kind::Delivered => anchor.equal.delivered.push(row),
                    Kind::Handled => anchor.equal.handled.push(row),
                    _ => {}
                }
            }
        }
    }
    anchors.iter_mut().for_each(|anchor| anchor.equal.sort());
}

impl<'a> Anchor<'a> {
    /// The point behind the delivery of what was handled last; `None` when equal messages cannot be told apart, or it was not seen.
    fn delivered(&self, inbox: &Inbox<'a>) -> Option<OrderKey> {
        let Some(handled) = self.handled else { return Some(OrderKey::default()) };
        let outcomes = self.equal.handlings(inbox);
        let is_own = |outcome: &Outcome| matches!(outcome, Outcome::Matched(at) if self.equal.handled.get(*at).is_some_and(|row| row.id() == handled.id()));
        let at = outcomes.iter().position(is_own)?;
        self.equal.delivered_keys().nth(at).map(OrderKey::next)
    }
}

impl<'a> Mailbox<'a> {
    /// Looks backward from the moment for what had been sent and not delivered, until all is quiet.
    fn find_on_the_way(&mut self, trace: &'a Trace, inbox: &Inbox<'a>, key: OrderKey) -> u64 {
        let process = inbox.receiver;
        let own = trace.process_rows_of_kind(process, Kind::Delivered, OrderKey::default(), key, Direction::Backward);
        let mut own = own.map(|at| Row::read(trace, at)).peekable();
        // Deliveries by key that no send was found for, and all sends looked at, youngest first.
        let mut arrived: Map<u64, usize> = Map::new();
        let mut missing: Map<u64, usize> = Map::new();
        let mut looked_at: Vec<(u64, Row<'a>)> = Vec::new();
        let mut n_quiet = 0;
        for row in inbox.addressed(OrderKey::default(), key, Direction::Backward) {
            if row.event.flags.contains(Flags::TO_DEAD) {
                continue;
            }
            let Some(term) = row.term() else { continue };
            if n_quiet == QUIET {
                self.since = Some(row.tick());
                break;
            }
            while let Some(delivered) = own.next_if(|delivered| delivered.tick() >= row.tick()) {
                if let Some(term) = delivered.term() {
                    *arrived.entry(term.key).or_default() += 1;
                }
            }
            looked_at.push((term.key, row));
            match arrived.get_mut(&term.key).filter(|n| **n > 0) {
                Some(n) => {
                    *n -= 1;
                    n_quiet += 1;
                }
                None => {
                    *missing.entry(term.key).or_default() += 1;
                    n_quiet = 0;
                }
            }
        }
        let n_events = looked_at.len() as u64;
        // Of equal messages the youngest are still on the way.
        for (term, row) in looked_at {
            if let Some(n) = missing.get_mut(&term).filter(|n| **n > 0) {
                *n -= 1;
                self.on_the_way.push(row);
            }
        }
        self.on_the_way.reverse();
        n_events
    }
}
