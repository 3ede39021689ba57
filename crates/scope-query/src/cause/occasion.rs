//! What a process was at when it did something: the call it was in, else the message it was at work on, else its beginning.

use super::{Causes, Found, is_lost};
use crate::certainty::Certainty;
use crate::edge::{Edge, EdgeKind, Entry, Stop};
use crate::gen_call;
use crate::open_call::OpenCalls;
use crate::row::Row;
use crate::state::Last;
use crate::window::Window;
use scope_core::trace::Direction;
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// So many deliveries before an act are looked at for a reply.
const REPLIES_WITHIN: usize = 64;
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
        let (all, lifetime, floor) = (Window::all(), self.lifetime(process), self.trace.floor(Class::Message));
        let from = lifetime.first_tick();
        if is_lost(self.trace, Class::Message, from, key.tick) {
            return Found::stopped(Stop::Lost(Class::Message));
        }
        if floor != OrderKey::default() && from <= floor.tick {
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
        let mut rows =
            self.trace.process_rows_of_kind(process, kind, OrderKey::default(), until, Direction::Backward);
        rows.next().map(|at| Row::read(self.trace, at))
    }

    /// Whether handlings or states of a process were recorded: then a delivery alone leads to nothing.
    pub(crate) fn is_server(&mut self, process: ProcessKey) -> bool {
        let (trace, all) = (self.trace, Window::all());
        let (first, last) = (all.first_key(), all.last_key());
        *self.is_server.entry(process).or_insert_with(|| {
            let mut handled = trace.process_rows_of_kind(process, Kind::Handled, first, last, Direction::Forward);
            handled.next().is_some() || Last::of(trace, process, last).is_some()
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
        let (born, floor) = (self.lifetime(process).first_tick(), self.trace.floor(Class::Message));
        let is_whole = floor == OrderKey::default() || floor.tick < born;
        if !is_whole || is_lost(self.trace, Class::Message, born, message.tick()) {
            return Certainty::Possible;
        }
        // Of messages that came together nobody knows which one was taken.
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
        let rows = rows.map(|at| Row::read(self.trace, at)).take(REPLIES_WITHIN);
        for row in rows {
            self.n_events += 1;
            if row.key() > since && self.is_taken_out_of_turn(process, &row) {
                self.add_message(found, process, row, key);
                return;
            }
        }
    }

    /// Whether a message of a server is a reply that a call of its own waited for.
    pub(crate) fn is_taken_out_of_turn(&mut self, process: ProcessKey, row: &Row<'a>) -> bool {
        let may_be = || gen_call::reply_tag(row).is_some();
        gen_call::is_reply(row)
            || may_be() && self.arrivals(process, row).is_some_and(|arrivals| arrivals.handled.is_empty())
    }

    fn add_message(&mut self, found: &mut Found<'a>, process: ProcessKey, message: Row<'a>, key: OrderKey) {
        if self.gap(process, Class::Message, message.tick(), key.tick).is_none() {
            let certainty = self.certainty(process, &message);
            found.add(Edge::new(message, ORDER, certainty));
        }
    }
}
