//! What was in the mailbox of a server at a moment: delivered and not handled, and on the way to it.
//!
//! A server handles messages in the order of their delivery, so all that was delivered after the message it last began to handle still
//! waits; only the replies to its own calls, and priority messages, are taken out of turn. Which delivery that message was is decided by its
//! match key.
//!
//! Invariant: where handling was not recorded nothing is said of waiting; where the look-back ended early the answer says where.

mod overtaken;

use crate::model::message::equal::Equal;
use crate::model::message::gen_call;
use crate::model::message::inbox::Inbox;
use crate::model::message::matcher::has_priority;
use crate::model::message::pairing::Match;
use crate::model::message::recent::Recent;
use crate::model::process::naming::Naming;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Flags, Kind, OrderKey, ProcessKey};

/// After so many sends in a row that had arrived, earlier ones are taken to have arrived too, and the answer says so.
const QUIET: usize = 8;

/// A mailbox.
#[derive(Debug, Default)]
pub(crate) struct Mailbox<'a> {
    /// Deliveries, oldest first.
    pub(crate) waiting: Vec<Row<'a>>,
    /// Sends, oldest first.
    pub(crate) on_the_way: Vec<Row<'a>>,
    /// Sends before this time were not read.
    pub(crate) since: Option<u64>,
}

/// What a server handled last before the moment, and what is equal to it.
struct Anchor<'a> {
    handled: Row<'a>,
    equal: Equal<'a>,
}

/// The mailbox of a process whose handling was recorded, and how many events were read beside the recent ones.
pub(crate) fn at<'a>(
    trace: &'a Trace,
    naming: &mut Naming<'a>,
    process: ProcessKey,
    key: OrderKey,
    recent: &mut Recent<'a>,
) -> Option<(Mailbox<'a>, u64)> {
    let inbox = Inbox::of(trace, naming, process);
    let has_priority = has_priority(&trace.header().otp);
    let from = match handled(trace, process, OrderKey::default(), key, Direction::Backward) {
        Some(_) if has_priority => overtaken::behind_last_in_order(trace, &inbox, key)?,
        Some(handled) => Anchor::of(trace, process, handled).delivered(&inbox)?,
        // It handled nothing before, and does later.
        None => {
            handled(trace, process, key, Window::all().last_key(), Direction::Forward)?;
            OrderKey::default()
        }
    };
    let waits = |row: &Row<'_>| !gen_call::is_reply(row) && !gen_call::is_expiry(row);
    let mut waiting: Vec<Row<'a>> = recent.delivered().take_while(|row| row.key() >= from).filter(waits).collect();
    waiting.reverse();
    let mut n_events = 1;
    if has_priority {
        n_events += overtaken::remove_handled(&mut waiting, trace, &inbox, key)?;
    }
    let mut mailbox = Mailbox { waiting, ..Mailbox::default() };
    n_events += mailbox.find_on_the_way(&inbox, key, recent);
    Some((mailbox, n_events))
}

/// The first handling met.
fn handled(trace: &Trace, process: ProcessKey, from: OrderKey, to: OrderKey, direction: Direction) -> Option<Row<'_>> {
    let mut rows = trace.process_rows_of_kind(process, Kind::Handled, from, to, direction);
    rows.next().map(|at| Row::read(trace, at))
}

impl<'a> Anchor<'a> {
    /// Finds what is equal among the deliveries and handlings of the process.
    fn of(trace: &'a Trace, process: ProcessKey, handled: Row<'a>) -> Self {
        let low_watermark = trace.low_watermark(Class::Message);
        let chunks = trace.chunks(Class::Message);
        let mut equal = Equal::default();
        let found = handled.term().into_iter().flat_map(|term| trace.chunks_with_term(term.key));
        for (chunk_idx, term) in found {
            let Some(chunk) = chunks.get(chunk_idx as usize) else { continue };
            let rows = chunk.rows_of(process).iter().map(|row| u32::from(*row));
            for row in rows.filter(|row| chunk.term_id(*row) == term) {
                let row = Row::of(chunk, chunk_idx, row);
                match row.kind() {
                    _ if row.key() < low_watermark => {}
                    Kind::Delivered => equal.delivered.push(row),
                    Kind::Handled => equal.handled.push(row),
                    _ => {}
                }
            }
        }
        equal.sort();
        Self { handled, equal }
    }

    /// The point behind the delivery of what was handled last; `None` when equal messages cannot be recorded apart, or it was not seen.
    fn delivered(&self, inbox: &Inbox<'a>) -> Option<OrderKey> {
        let matches = self.equal.handlings(inbox);
        let is_own = |found: &Match| matches!(found, Match::Matched(at) if self.equal.handled.get(*at).is_some_and(|row| row.id() == self.handled.id()));
        let at = matches.iter().position(is_own)?;
        self.equal.delivered_keys().nth(at).map(OrderKey::next)
    }
}

impl<'a> Mailbox<'a> {
    /// Looks backward from the moment for what had been sent and not delivered, until all is quiet.
    fn find_on_the_way(&mut self, inbox: &Inbox<'a>, key: OrderKey, recent: &mut Recent<'a>) -> u64 {
        let mut own = recent.delivered().peekable();
        // Deliveries by key that no send was found for, and all sends read, youngest first.
        let mut arrived: HashMap<u64, usize> = HashMap::new();
        let mut missing: HashMap<u64, usize> = HashMap::new();
        let mut read: Vec<(u64, Row<'a>)> = Vec::new();
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
            read.push((term.key, row));
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
        let n_events = read.len() as u64;
        // Of equal messages the youngest are still on the way.
        for (term, row) in read {
            if let Some(n) = missing.get_mut(&term).filter(|n| **n > 0) {
                *n -= 1;
                self.on_the_way.push(row);
            }
        }
        self.on_the_way.reverse();
        n_events
    }
}
