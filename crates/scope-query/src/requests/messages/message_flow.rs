//! `message_flow`: the messages between two processes, or from or to one, with their three instants.

use crate::answer::{Answer, Message};
use crate::argument::cursor::{self, Cursor};
use crate::argument::process_ref;
use crate::error::{Error, Result};
use crate::model::message::addressee;
use crate::model::message::delivery::{Delivery, Outcome};
use crate::model::message::inbox::{Destination, Inbox};
use crate::model::message::turn::Turns;
use crate::model::row::Row;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced};
use crate::requests::messages::message;
use crate::requests::page::Page;
use crate::requests::render::view::View;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, EventId, Kind, OrderKey, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "message_flow";

/// The arguments of `message_flow`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct MessageFlowRequest {
    /// One process.
    pub a: String,
    /// The other process; `null` means every other.
    pub b: Option<String>,
    /// `both` (the default), `from_a` or `to_a`.
    pub direction: Option<String>,
    /// First time of sending, inclusive.
    pub from: Option<u64>,
    /// Last time of sending, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &MessageFlowRequest) -> Result<Answer<Vec<Message>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let (from_a, to_a) = ways(request.direction.as_deref())?;
    let a = process_ref::resolve(trace, "a", &request.a, window)?;
    let b = request.b.as_deref().map(|b| process_ref::resolve(trace, "b", b, window)).transpose()?;

    let mut view = View::new(trace);
    let mut flow = Flow {
        trace,
        from: after.map_or(window.first_key(), |cursor| window.first_key().max(cursor.key)),
        window,
        a,
        b,
        n_events: 0,
        listed: Vec::new(),
    };
    if from_a {
        flow.list_from_a(&mut view);
    }
    if to_a {
        flow.list_to_a(&mut view);
    }
    let mut passes = cursor::resume(after);
    flow.listed.retain(|((key, id), _)| passes(*key, *id));
    let deliveries = flow.settle(&mut view, limit.saturating_add(1));
    let page = Page::take(trace, deliveries, limit, |(place, _)| *place);

    let mut coverage = coverage(trace, window, &[Class::Message], flow.n_events);
    let parties = [Some(a), b.filter(|b| *b != a)];
    let silent = parties.into_iter().flatten();
    coverage.not_traced =
        silent.flat_map(|party| not_traced(trace, party, Class::Message, window.clipped(trace))).collect();
    coverage.truncated = page.truncated();
    let next = page.next(KIND);
    let deliveries: Vec<Delivery<'_>> = page.rows.into_iter().map(|(_, delivery)| delivery).collect();
    let turns = Turns::of(trace, &deliveries);
    let messages = deliveries.iter().filter_map(|delivery| message::shown(&mut view, delivery, &turns)).collect();
    Ok(Answer { data: messages, coverage, next })
}

/// Whether messages from `a`, and messages to `a`, are asked for.
fn ways(direction: Option<&str>) -> Result<(bool, bool)> {
    match direction.unwrap_or("both") {
        "both" => Ok((true, true)),
        "from_a" => Ok((true, false)),
        "to_a" => Ok((false, true)),
        other => Err(Error::BadArgument(format!("direction: {other:?} is none of both, from_a, to_a"))),
    }
}

/// Where a message comes in the list: by its first event that is known.
type Place = (OrderKey, EventId);

/// The messages of a window in the making.
struct Flow<'a> {
    trace: &'a Trace,
    window: Window,
    /// Where the page begins.
    from: OrderKey,
    a: ProcessKey,
    b: Option<ProcessKey>,
    n_events: u64,
    /// What may be a row: a send whose outcome is yet to be found, or a message that is settled, or both of one.
    listed: Vec<(Place, Listed<'a>)>,
}

enum Listed<'a> {
    Send(Row<'a>),
    Settled(Delivery<'a>),
}

impl<'a> Flow<'a> {
    fn list_from_a(&mut self, view: &mut View<'a>) {
        match self.b {
            Some(b) => self.list_between(view, self.a, b),
            None => {
                let rows = self.rows_of(self.a, self.window.last_key());
                self.list(rows.into_iter().filter(|row| row.kind() == Kind::Send));
            }
        }
    }

    fn list_to_a(&mut self, view: &mut View<'a>) {
        match self.b {
            Some(b) => self.list_between(view, b, self.a),
            None => self.list_all_to_a(view),
        }
    }

    /// What one process sent that may have gone to the other.
    fn list_between(&mut self, view: &mut View<'a>, sender: ProcessKey, receiver: ProcessKey) {
        let inbox = Inbox::of(self.trace, &mut view.naming, receiver);
        let rows = self.rows_of(sender, self.window.last_key());
        let by_alias = |row: &Row<'a>| matches!(inbox.destination(row), Destination::Alias);
        let mut came = BTreeSet::new();
        if rows.iter().any(|row| row.kind() == Kind::Send && by_alias(row)) {
            // By an alias only what came to it can have been meant for it.
            let (from, last) = (self.from, Window::all().last_key());
            let rows = self.trace.process_rows_of_kind(receiver, Kind::Delivered, from, last, Direction::Forward);
            let rows = rows.map(|at| Row::read(self.trace, at)).inspect(|_| self.n_events += 1);
            came.extend(rows.filter_map(|row| row.term()).map(|term| term.key));
        }
        let may_be_meant = |row: &Row<'a>| match inbox.destination(row) {
            Destination::Receiver => true,
            Destination::Alias => row.term().is_some_and(|term| came.contains(&term.key)),
            Destination::Elsewhere => false,
        };
        self.list(rows.into_iter().filter(|row| row.kind() == Kind::Send && may_be_meant(row)));
    }

    /// What was sent to the process, and what came to it by an alias or from elsewhere.
    fn list_all_to_a(&mut self, view: &mut View<'a>) {
        let inbox = Inbox::of(self.trace, &mut view.naming, self.a);
        let sent: Vec<Row<'a>> = inbox.addressed(self.from, self.window.last_key(), Direction::Forward).collect();
        self.n_events += sent.len() as u64;
        self.list(sent.into_iter());
        let delivered =
            self.rows_of(self.a, Window::all().last_key()).into_iter().filter(|row| row.kind() == Kind::Delivered);
        let keys: BTreeSet<u64> = delivered.filter_map(|row| row.term()).map(|term| term.key).collect();
        let (deliveries, n_events) = inbox.deliveries(&keys);
        self.n_events += n_events;
        for delivery in deliveries {
            let Some((key, id)) = delivery.place() else { continue };
            // A send whose outcome is open is read when its turn comes; one by alias that is not this process's is none of these.
            let came = delivery.delivered.is_some() && delivery.outcome != Outcome::NotTraced;
            if came && key >= self.from && key <= self.window.last_key() {
                self.listed.push(((key, id), Listed::Settled(delivery)));
            }
        }
    }

    fn list(&mut self, rows: impl Iterator<Item = Row<'a>>) {
        self.listed.extend(rows.map(|row| ((row.key(), row.id()), Listed::Send(row))));
    }

    fn rows_of(&mut self, process: ProcessKey, to: OrderKey) -> Vec<Row<'a>> {
        let rows = self.trace.process_rows(process, &[Class::Message], self.from, to, Direction::Forward);
        let rows: Vec<Row<'a>> = rows.map(|at| Row::read(self.trace, at)).collect();
        self.n_events += rows.len() as u64;
        rows
    }

    /// The first `limit` messages, each with its place in the order.
    fn settle(&mut self, view: &mut View<'a>, limit: usize) -> Vec<(Place, Delivery<'a>)> {
        self.listed.sort_by_key(|(place, listed)| (*place, matches!(listed, Listed::Settled(_))));
        self.listed.dedup_by_key(|(place, _)| *place);
        let mut listed = core::mem::take(&mut self.listed).into_iter();
        let mut settled = Vec::new();
        while settled.len() < limit && !listed.as_slice().is_empty() {
            let batch: Vec<(Place, Listed<'a>)> = listed.by_ref().take(limit).collect();
            let sends: Vec<Row<'a>> = batch
                .iter()
                .filter_map(|(_, listed)| if let Listed::Send(row) = listed { Some(*row) } else { None })
                .collect();
            let (mut recorded, n_events) = addressee::deliveries(self.trace, &mut view.naming, &sends);
            self.n_events += n_events;
            let deliveries = batch.into_iter().filter_map(|(place, listed)| match listed {
                Listed::Send(row) => recorded.remove(&row.id()).map(|delivery| (place, delivery)),
                Listed::Settled(delivery) => Some((place, delivery)),
            });
            settled.extend(deliveries.filter(|(_, delivery)| self.is_between(delivery)));
        }
        settled
    }

    /// Whether a message is between the two, or may be.
    fn is_between(&self, delivery: &Delivery<'a>) -> bool {
        let from = delivery.send.and_then(|send| send.process());
        match (self.b, delivery.to) {
            (None, _) => true,
            (Some(_), None) => delivery.outcome == Outcome::Ambiguous,
            (Some(b), Some(to)) => to == if from == Some(self.a) { b } else { self.a },
        }
    }
}
