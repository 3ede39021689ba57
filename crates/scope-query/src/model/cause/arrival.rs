//! A message's way backward: its handling was a delivery, its delivery was a sending.

use super::{Causes, Found, is_lost};
use crate::model::cause::edge::{Edge, EdgeKind, Entry, Stop};
use crate::model::certainty::Certainty;
use crate::model::coverage::trace_intervals::Watch;
use crate::model::message::candidate::Candidates;
use crate::model::message::equal::Recorded;
use crate::model::message::gen_call;
use crate::model::message::inbox::Inbox;
use crate::model::row::Row;
use alloc::rc::Rc;
use alloc::vec::Vec;
use scope_core::term::{Term, read};
use scope_core::trace::Direction;
use scope_core::{Class, Entity, EventId, Kind, OrderKey, ProcessKey};

/// Of more equal messages none is named.
pub(crate) const MAX_POSSIBLE: usize = 16;
/// So many handlings before one are searched for a request, which shows that what came before was recorded.
const REQUEST_WITHIN: usize = 32;

/// The messages to one receiver that are equal, from both ends.
#[derive(Debug)]
pub(crate) struct Arrivals<'a> {
    pub(crate) sent: Vec<Row<'a>>,
    pub(crate) delivered: Vec<Row<'a>>,
    pub(crate) handled: Vec<Row<'a>>,
    /// Which of the sent ones a delivery is.
    pub(crate) sendings: Candidates,
    /// Which of the delivered ones a handling is.
    pub(crate) deliveries: Candidates,
}

impl<'a> Arrivals<'a> {
    fn of(inbox: &Inbox<'a>, key: u64, is_whole: bool, n_events: &mut u64) -> Option<Self> {
        let (mut found, n) = inbox.collect_by_key(&[key].into_iter().collect());
        *n_events += n;
        let mut equal = found.remove(&key)?;
        let ticks = |rows: &[Row<'_>]| rows.iter().map(Row::tick).collect::<Vec<_>>();
        let sendings = equal.delivery_pairing(inbox);
        let sent: Vec<Row<'a>> = equal.sent.iter().map(|sent| sent.row).collect();
        let sendings = Candidates::new(sendings, &ticks(&sent), &ticks(&equal.delivered), is_whole);
        let deliveries = equal.handling_pairing(inbox);
        let deliveries = Candidates::new(deliveries, &ticks(&equal.delivered), &ticks(&equal.handled), is_whole);
        Some(Self { sent, delivered: equal.delivered, handled: equal.handled, sendings, deliveries })
    }
}

/// Where a row is in a list in order.
pub(crate) fn place(rows: &[Row<'_>], row: &Row<'_>) -> Option<usize> {
    let place = |row: &Row<'_>| -> (OrderKey, EventId) { (row.key(), row.id()) };
    rows.binary_search_by_key(&place(row), place).ok()
}

impl<'a> Causes<'a> {
    /// Everything equal to a message of a receiver.
    pub(crate) fn arrivals(&mut self, receiver: ProcessKey, row: &Row<'a>) -> Option<Rc<Arrivals<'a>>> {
        let key = row.term()?.key;
        if let Some(arrivals) = self.arrivals.get(&(receiver, key)) {
            return Some(Rc::clone(arrivals));
        }
        let inbox = self.inbox(receiver);
        let is_whole = !is_lost(self.trace, Class::Message, 0, u64::MAX)
            && self.trace.low_watermark(Class::Message) == OrderKey::default();
        let arrivals = Rc::new(Arrivals::of(&inbox, key, is_whole, &mut self.n_events)?);
        self.arrivals.insert((receiver, key), Rc::clone(&arrivals));
        Some(arrivals)
    }

    /// The delivery that was handled.
    pub(super) fn handled(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let Some(arrivals) = self.arrivals(process, row) else { return self.undelivered(process, row) };
        let Some(at) = place(&arrivals.handled, row) else { return self.undelivered(process, row) };
        let delivered = arrivals.deliveries.decided(at).and_then(|at| arrivals.delivered.get(at));
        if let Some(delivered) = delivered {
            if !may_precede(delivered, row) {
                return Found::stopped(self.contradiction());
            }
            if gen_call::request_tag(row).is_some() {
                return Found::one(*delivered, EdgeKind::CallerRef, Certainty::Certain);
            }
            let whole = self.inbox(process).handlings_since(since(&arrivals.deliveries, at, &arrivals.delivered))
                && self.is_whole(process, row);
            return Found::one(
                *delivered,
                EdgeKind::UniqueMatch,
                self.sure(whole, arrivals.delivered.len() == 1, delivered, row),
            );
        }
        possible(&arrivals.deliveries, at, &arrivals.delivered, row).unwrap_or_else(|| self.undelivered(process, row))
    }

    /// Whether the delivery of what was handled must have been recorded, if any was.
    fn is_whole(&mut self, process: ProcessKey, handled: &Row<'a>) -> bool {
        let low_watermark = self.trace.low_watermark(Class::Message);
        let is_known = |born: &OrderKey| low_watermark == OrderKey::default() || low_watermark < *born;
        if let Some(born) = self.lifetime(process).spawn.filter(is_known)
            && self.inbox(process).watch().covers_between(born.tick, handled.tick()) != Some(false)
            && !is_lost(self.trace, Class::Message, born.tick, handled.tick())
        {
            return true;
        }
        // Messages are handled in the order of their delivery: one before it whose delivery was recorded shows that its own was, if nothing
        // was lost since then.
        let from = OrderKey::default();
        let rows = self.trace.process_rows_of_kind(process, Kind::Handled, from, handled.key(), Direction::Backward);
        let rows = rows.map(|at| Row::read(self.trace, at)).skip(1).take(REQUEST_WITHIN);
        let Some(request) = rows.into_iter().find(|row| gen_call::request_tag(row).is_some()) else { return false };
        let arrivals = self.arrivals(process, &request);
        let delivered = arrivals.and_then(|arrivals| arrivals.delivered.last().copied());
        delivered.is_some_and(|delivered| !is_lost(self.trace, Class::Message, delivered.tick(), handled.tick()))
    }

    /// How sure a match is of which nothing equal was on the way: something not recorded may have been equal.
    fn sure(&self, whole: bool, only: bool, cause: &Row<'a>, row: &Row<'a>) -> Certainty {
        if whole {
            Certainty::Certain
        } else if !only || is_lost(self.trace, Class::Message, cause.tick(), row.tick()) {
            Certainty::Possible
        } else {
            Certainty::Likely
        }
    }

    /// Why equal messages do not come out in the order in which they went in: some are not there.
    fn contradiction(&self) -> Stop {
        if is_lost(self.trace, Class::Message, 0, u64::MAX) {
            Stop::Lost(Class::Message)
        } else if self.trace.low_watermark(Class::Message) != OrderKey::default() {
            Stop::Evicted(Class::Message)
        } else {
            Stop::NotTraced(Class::Message)
        }
    }

    fn undelivered(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let low_watermark = self.trace.low_watermark(Class::Message);
        let stop = if is_lost(self.trace, Class::Message, 0, row.tick()) {
            Stop::Lost(Class::Message)
        } else if low_watermark != OrderKey::default() {
            Stop::Evicted(Class::Message)
        } else if self.inbox(process).deliveries_since(self.lifetime(process).first_tick()) {
            Stop::EntryPoint(Entry::Own)
        } else {
            Stop::NotTraced(Class::Message)
        };
        Found::stopped(stop)
    }

    /// The sending of what was delivered, or the exit that it reports.
    pub(super) fn delivered(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let arrivals = self.arrivals(process, row);
        let found = arrivals.and_then(|arrivals| {
            let at = place(&arrivals.delivered, row)?;
            let sent = arrivals.sendings.decided(at).and_then(|at| arrivals.sent.get(at));
            if let Some(sent) = sent {
                if !may_precede(sent, row) {
                    return Some(Found::stopped(self.contradiction()));
                }
                let kind = match sent.peer() {
                    _ if gen_call::request_tag(row).is_some() => EdgeKind::CallerRef,
                    Some(Entity::Reference(words)) if gen_call::reply_tag(row).as_ref() == Some(words) => {
                        EdgeKind::ReplyRef
                    }
                    _ if gen_call::is_reply(row) => EdgeKind::ReplyRef,
                    _ => EdgeKind::UniqueMatch,
                };
                let certain = kind != EdgeKind::UniqueMatch
                    || self.inbox(process).deliveries_since(since(&arrivals.sendings, at, &arrivals.sent));
                return Some(Found::one(*sent, kind, self.sure(certain, arrivals.sent.len() == 1, sent, row)));
            }
            possible(&arrivals.sendings, at, &arrivals.sent, row)
        });
        found.or_else(|| self.recorded_exit(row)).unwrap_or_else(|| Found::stopped(self.unsent(process, row)))
    }

    /// The exit that `{:EXIT, pid, reason}` or `{:DOWN, ref, :process, pid, reason}` reports.
    fn recorded_exit(&mut self, row: &Row<'a>) -> Option<Found<'a>> {
        let (exited, kind) = exit_recorded_of(row)?;
        let exit = self.exits.of(exited).filter(|exit| exit.key() < row.key())?;
        Some(Found::one(exit, kind, Certainty::Likely))
    }

    /// Why no sending was found for a delivery. What was sent before the delivery before would have come with that.
    fn unsent(&mut self, process: ProcessKey, row: &Row<'a>) -> Stop {
        let earlier = row.tick().checked_sub(1).map(OrderKey::end_of);
        let since = earlier.and_then(|until| {
            let (kind, from) = (Kind::Delivered, OrderKey::default());
            self.trace.process_rows_of_kind(process, kind, from, until, Direction::Backward).next()
        });
        let born = self.lifetime(process).first_tick();
        let (since, low_watermark) = (since.map_or(born, |at| at.key.tick), self.trace.low_watermark(Class::Message));
        if is_lost(self.trace, Class::Message, since, row.tick()) {
            return Stop::Lost(Class::Message);
        }
        if low_watermark != OrderKey::default() && since <= low_watermark.tick {
            return Stop::Evicted(Class::Message);
        }
        let everyone = self.everyone.get_or_init(|| Watch::of_everyone(self.trace, Class::Message));
        if everyone.covers_between(since, row.tick()) == Some(true) {
            Stop::EntryPoint(Entry::External)
        } else {
            Stop::NotTraced(Class::Message)
        }
    }
}

/// The process whose exit a message reports.
pub(crate) fn exit_recorded_of(row: &Row<'_>) -> Option<(ProcessKey, EdgeKind)> {
    if row.chunk.find_atom("DOWN").is_none() && row.chunk.find_atom("EXIT").is_none() {
        return None;
    }
    let (Term::Tuple(parts) | Term::TupleCut(parts, _)) = read::read(row.term()?.bytes, row.chunk).ok()? else {
        return None;
    };
    match parts.as_slice() {
        [Term::Atom(tag), Term::Pid(exited), _] if tag == "EXIT" => Some((*exited, EdgeKind::LinkExit)),
        [Term::Atom(tag), _, _, Term::Pid(exited), _] if tag == "DOWN" => Some((*exited, EdgeKind::MonitorExit)),
        _ => None,
    }
}

/// Since when something equal to a sink was always on the way: what came out meanwhile decides what it is.
fn since(candidates: &Candidates, at: usize, rows: &[Row<'_>]) -> u64 {
    rows.get(candidates.first(at)).map_or(0, Row::tick)
}

/// Whether one event can have come before another: at one time, threads are not ordered, and what one thread saw is.
fn may_precede(cause: &Row<'_>, row: &Row<'_>) -> bool {
    let (cause, row) = (cause.key(), row.key());
    if cause.thread == row.thread { cause < row } else { cause.tick <= row.tick }
}

fn possible<'a>(candidates: &Candidates, at: usize, rows: &[Row<'a>], row: &Row<'a>) -> Option<Found<'a>> {
    if candidates.n_possible(at) > MAX_POSSIBLE {
        return Some(Found::stopped(Stop::Ambiguous(Class::Message)));
    }
    let causes = candidates.possible(at).filter_map(|source| rows.get(source));
    let causes: Vec<&Row<'a>> = causes.filter(|cause| may_precede(cause, row)).collect();
    let n = Some(causes.len() as u64).filter(|n| *n > 0)?;
    let edge = |cause: &Row<'a>| Edge { n: Some(n), ..Edge::new(*cause, EdgeKind::ContentMatch, Certainty::Possible) };
    Some(Found { edges: causes.into_iter().map(edge).collect(), stop: None })
}
