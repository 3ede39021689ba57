//! What a process was at when it did something: the call it was in, else the message it was at work on, else its beginning.

use super::{Causes, Found, is_lost};
use crate::model::call::open_call::OpenCalls;
use crate::model::cause::edge::{Edge, EdgeKind, Entry, Stop};
use crate::model::certainty::Certainty;
use crate::model::message::gen_call;
use crate::model::row::Row;
use crate::model::state::Last;
use crate::model::window::Window;
use alloc::vec::Vec;
use scope_core::trace::Direction;
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// So many deliveries before an act are searched for a reply, and so many handlings behind them.
const REPLIES_WITHIN: usize = 64;
/// A server handles one of so many messages at its end or at its beginning.
const HANDLES_WITHIN: usize = 128;
const ORDER: EdgeKind = EdgeKind::SameProcessOrder;

impl<'a> Causes<'a> {
    /// What led to something that a process did at a point of the order.
    pub(super) fn act(&mut self, process: ProcessKey, key: OrderKey) -> Found<'a> {
        let Some(until) = key.previous() else { return Found::stopped(self.unborn(process, 0)) };
        let message = self.message_at_work(process, until);
        let is_server = self.is_server(process);
        let call = self.innermost_call(process, key).filter(|call| match &message {
            // What was open when a server turned to a message had lost its end.
            Some(message) => !is_server || call.key() > message.key(),
            None => true,
        });
        let Some(call) = call else {
            let mut found = self.occasion(process, message, key);
            let since = message.map_or(OrderKey::default(), |message| message.key());
            if is_server {
                self.add_reply(&mut found, process, since, key);
            }
            return found;
        };
        let mut found = Found::one(call, ORDER, Certainty::Likely);
        if is_server {
            self.add_reply(&mut found, process, call.key(), key);
        } else if let Some(message) = message.filter(|message| message.key() > call.key()) {
            self.add_message(&mut found, process, message, key);
        }
        found
    }

    /// The message a process was at work on, or else its beginning.
    pub(super) fn occasion(&mut self, process: ProcessKey, message: Option<Row<'a>>, key: OrderKey) -> Found<'a> {
        if let Some(message) = message {
            if let Some(stop) = self.gap(process, Class::Message, message.tick(), key.tick) {
                return Found::stopped(stop);
            }
            return Found::one(message, ORDER, self.certainty(process, &message));
        }
        let (all, lifetime, low_watermark) =
            (Window::all(), self.lifetime(process), self.trace.low_watermark(Class::Message));
        let from = lifetime.first_tick();
        if is_lost(self.trace, Class::Message, from, key.tick) {
            return Found::stopped(Stop::Lost(Class::Message));
        }
        if low_watermark != OrderKey::default() && from <= low_watermark.tick {
            return Found::stopped(Stop::Evicted(Class::Message));
        }
        if self.inbox(process).watch().covers_between(from, key.tick) != Some(true) {
            return Found::stopped(Stop::NotTraced(Class::Message));
        }
        let (first, last) = (all.first_key(), all.last_key());
        let spawn = self.trace.process_rows_of_kind(process, Kind::Spawn, first, last, Direction::Forward).next();
        match spawn.map(|at| Row::read(self.trace, at)) {
            Some(spawn) if spawn.key() < key => Found::one(spawn, ORDER, Certainty::Likely),
            _ => Found::stopped(self.unborn(process, key.tick)),
        }
    }

    /// Why the beginning of a process is not there.
    pub(super) fn unborn(&self, process: ProcessKey, tick: u64) -> Stop {
        let remembered = self.trace.baseline().and_then(|baseline| baseline.process(process));
        if is_lost(self.trace, Class::Process, 0, tick) {
            Stop::Lost(Class::Process)
        } else if remembered.is_some_and(|entry| entry.identity_known && !entry.seen_by_sweep) {
            Stop::Evicted(Class::Process)
        } else {
            Stop::EntryPoint(Entry::Alive)
        }
    }

    /// The message a process turned to last: a server by its loop, another by taking it.
    pub(super) fn message_at_work(&mut self, process: ProcessKey, until: OrderKey) -> Option<Row<'a>> {
        let kind = if self.is_server(process) { Kind::Handled } else { Kind::Delivered };
        let mut rows = self.trace.process_rows_of_kind(process, kind, OrderKey::default(), until, Direction::Backward);
        rows.next().map(|at| Row::read(self.trace, at))
    }

    /// Whether handlings or states of a process were recorded: then a delivery alone leads to nothing.
    pub(crate) fn is_server(&mut self, process: ProcessKey) -> bool {
        let (trace, all) = (self.trace, Window::all());
        let (first, last) = (all.first_key(), all.last_key());
        *self.is_server.entry(process).or_insert_with(|| {
            // Others may have any number of messages, of which none is handled.
            let handles = |direction| {
                let rows = trace.process_rows(process, &[Class::Message], first, last, direction);
                rows.take(HANDLES_WITHIN).any(|at| trace.chunk(&at).kind(at.row) == Kind::Handled)
            };
            Last::of(trace, process, last).is_some() || handles(Direction::Backward) || handles(Direction::Forward)
        })
    }

    /// How sure it is that a process worked on a message until it turned to another.
    fn certainty(&mut self, process: ProcessKey, message: &Row<'a>) -> Certainty {
        let counts = self.trace.counts().get(Class::Message as usize);
        if counts.is_some_and(|counts| counts.sampled_out > 0) {
            return Certainty::Possible;
        }
        if message.kind() == Kind::Handled {
            return Certainty::Likely;
        }
        // With what was not recorded it may be a server, which turns to messages later.
        let (born, low_watermark) = (self.lifetime(process).first_tick(), self.trace.low_watermark(Class::Message));
        let is_whole = low_watermark == OrderKey::default() || low_watermark.tick < born;
        if !is_whole || is_lost(self.trace, Class::Message, born, message.tick()) {
            return Certainty::Possible;
        }
        // Of messages that came together it is not known which one was taken.
        let classes = [Class::Process, Class::Message, Class::Call];
        let Some(until) = message.key().previous() else { return Certainty::Likely };
        let before = self.trace.process_rows(process, &classes, OrderKey::default(), until, Direction::Backward).next();
        let came_together = before.is_some_and(|at| Row::read(self.trace, at).kind() == Kind::Delivered);
        if came_together { Certainty::Possible } else { Certainty::Likely }
    }

    /// The innermost call that was open.
    fn innermost_call(&mut self, process: ProcessKey, key: OrderKey) -> Option<Row<'a>> {
        let open = OpenCalls::of(self.trace, process, key.previous()?);
        self.n_events += open.n_events;
        let call = open.calls.last().copied()?;
        (!is_lost(self.trace, Class::Call, call.tick(), key.tick)).then_some(call)
    }

    /// Adds the last reply that a server took out of turn while it was at work, before `key`.
    pub(super) fn add_reply(&mut self, found: &mut Found<'a>, process: ProcessKey, since: OrderKey, key: OrderKey) {
        let Some(until) = key.previous() else { return };
        let rows = self.trace.process_rows_of_kind(process, Kind::Delivered, since, until, Direction::Backward);
        let rows = rows.map(|at| Row::read(self.trace, at)).take(REPLIES_WITHIN).filter(|row| row.key() > since);
        let mut doubtful = Vec::new();
        let mut reply = None;
        for row in rows {
            self.n_events += 1;
            if gen_call::is_reply(&row) {
                reply = Some(row);
                break;
            }
            if gen_call::reply_tag(&row).is_some() {
                doubtful.push(row);
            }
        }
        let taken = self.not_handled(process, &doubtful).or(reply);
        if let Some(taken) = taken {
            self.add_message(found, process, taken, key);
        }
    }

    /// The first of some deliveries, youngest first, that its server did not turn to later: one that a `receive` of its own took.
    fn not_handled(&mut self, process: ProcessKey, deliveries: &[Row<'a>]) -> Option<Row<'a>> {
        let from = deliveries.last()?.key();
        let key = |row: &Row<'a>| row.term().map(|term| term.key);
        let rows =
            self.trace.process_rows_of_kind(process, Kind::Handled, from, Window::all().last_key(), Direction::Forward);
        let mut handled: Vec<Option<u64>> = Vec::new();
        for row in rows.take(REPLIES_WITHIN) {
            self.n_events += 1;
            handled.push(key(&Row::read(self.trace, row)));
        }
        // With so many handled it may still be waiting behind them.
        let is_recorded = handled.len() < REPLIES_WITHIN;
        deliveries.iter().find(|row| is_recorded && !handled.contains(&key(row))).copied()
    }

    fn add_message(&mut self, found: &mut Found<'a>, process: ProcessKey, message: Row<'a>, key: OrderKey) {
        if self.gap(process, Class::Message, message.tick(), key.tick).is_none() {
            let certainty = self.certainty(process, &message);
            found.add(Edge::new(message, ORDER, certainty));
        }
    }
}
