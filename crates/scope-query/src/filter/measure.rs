//! How long the message of a send waited and travelled, and how long a call lasted: what a filter asks last.
//!
//! Rows come in blocks, so that the messages to a receiver are matched together, and the calls of a process are paired once.
//!
//! Invariant: a length is never guessed: it is possible where equal messages cannot be distinguished, unrecorded where it was not traced.

use super::expression::{Bound, Measure};
use super::tri_state::Truth;
use crate::model::call::function::Functions;
use crate::model::call::pairing::Stack;
use crate::model::message::addressee;
use crate::model::message::delivery::{Delivery, Handling, Outcome};
use crate::model::process::naming::Naming;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, EventId, Flags, Kind, ProcessKey};

/// A length of time, as far as it is known.
#[derive(Clone, Copy, Debug)]
enum Length {
    Known(u64),
    /// Equal messages cannot be distinguished.
    Ambiguous,
    /// What would show it was not recorded.
    Unrecorded,
    /// There is none: it never arrived.
    Absent,
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
struct Travel {
    to: Option<ProcessKey>,
    delivery: Length,
    waiting: Length,
}

impl Travel {
    fn of(journey: &Delivery<'_>) -> Self {
        let since = |at: Option<Row<'_>>| {
            let sent = journey.send.map(|send| send.tick());
            sent.zip(at).map_or(Length::Unrecorded, |(sent, at)| Length::Known(at.tick().saturating_sub(sent)))
        };
        let (delivery, waiting) = match (journey.outcome, journey.handling) {
            (Outcome::Matched, Some(Handling::Ambiguous)) => (since(journey.delivered), Length::Ambiguous),
            (Outcome::Matched, _) => (since(journey.delivered), since(journey.handled)),
            (Outcome::Ambiguous, _) => (Length::Ambiguous, Length::Ambiguous),
            (Outcome::Undelivered | Outcome::ToDead, _) => (Length::Absent, Length::Absent),
            (Outcome::NotTraced | Outcome::External, _) => (Length::Unrecorded, Length::Unrecorded),
        };
        Self { to: journey.to, delivery, waiting }
    }
}

/// Duration and own duration of a process's calls, by id.
type Lengths = Vec<(EventId, Option<(u64, Option<u64>)>)>;

/// What a filter measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) messages: bool,
    pub(super) calls: bool,
}

/// The lengths of the rows measured.
#[derive(Debug)]
pub(super) struct Measures<'a> {
    trace: &'a Trace,
    naming: Naming<'a>,
    asked: Asked,
    travels: HashMap<EventId, Travel>,
    calls: HashMap<ProcessKey, Lengths>,
}

impl<'a> Measures<'a> {
    pub(super) fn new(trace: &'a Trace, asked: Asked) -> Self {
        Self { trace, naming: Naming::new(trace), asked, travels: HashMap::new(), calls: HashMap::new() }
    }

    /// Finds out all there is to know of these rows; what was known of others is forgotten, but for calls.
    pub(super) fn prepare(&mut self, rows: &[Row<'a>]) {
        let mut sends = Vec::new();
        for row in rows {
            match (row.kind(), row.process()) {
                (Kind::Send, _) if self.asked.messages => sends.push(*row),
                (Kind::Call, Some(process)) if self.asked.calls && !self.calls.contains_key(&process) => {
                    self.calls.insert(process, lengths(self.trace, process));
                }
                _ => {}
            }
        }
        let (journeys, _) = addressee::deliveries(self.trace, &mut self.naming, &sends);
        self.travels = journeys.into_iter().map(|(id, journey)| (id, Travel::of(&journey))).collect();
    }

    /// Whether a measure of a row is as asked.
    pub(super) fn truth(&self, id: EventId, row: &Row<'_>, measure: Measure, bound: Bound) -> Truth {
        let length = match measure {
            Measure::Waiting => self.travels.get(&id).map_or(Length::Unrecorded, |travel| travel.waiting),
            Measure::Delivery => self.travels.get(&id).map_or(Length::Unrecorded, |travel| travel.delivery),
            Measure::Duration => self.call(id, row).map_or(Length::Unrecorded, |(duration, _)| Length::Known(duration)),
            Measure::Own => self.call(id, row).and_then(|(_, own)| own).map_or(Length::Unrecorded, Length::Known),
        };
        match (length, bound) {
            (Length::Known(ns), Bound::Compared(order, than)) => Truth::of(order.holds(ns, than)),
            (Length::Ambiguous, Bound::Compared(..)) => Truth::Possible,
            (Length::Unrecorded, Bound::Compared(..)) => Truth::Unrecorded,
            (Length::Absent, Bound::Compared(..)) => Truth::No,
            (length, Bound::Unknown) => Truth::of(matches!(length, Length::Ambiguous | Length::Unrecorded)),
        }
    }

    fn call(&self, id: EventId, row: &Row<'_>) -> Option<(u64, Option<u64>)> {
        let lengths = self.calls.get(&row.process()?)?;
        let at = lengths.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        lengths.get(at)?.1
    }

    /// The process whose messages or calls would have shown it.
    pub(super) fn untold(&self, id: EventId, row: &Row<'_>) -> Option<(ProcessKey, Class)> {
        let to = self.travels.get(&id).and_then(|travel| travel.to);
        to.or_else(|| row.process()).map(|process| (process, row.chunk.class()))
    }
}

/// How long each call of a process lasted; calls whose return is not traced are not listed.
fn lengths(trace: &Trace, process: ProcessKey) -> Lengths {
    let mut lengths: Lengths = Vec::new();
    let mut stack = Stack::default();
    let mut functions = Functions::default();
    let all = Window::all();
    for at in trace.process_rows(process, &[Class::Call], all.first_key(), all.last_key(), Direction::Forward) {
        let row = Row::read(trace, at);
        let Some(function) = functions.of(&row.unread()) else { continue };
        if row.kind() == Kind::Call {
            if !row.event.flags.contains(Flags::NO_RETURN) {
                stack.begin(function, row.tick(), lengths.len());
                lengths.push((row.id(), None));
            }
        } else if let Some(ended) = stack.end(function, row.tick(), |_lost| {})
            && let Some((_, length)) = lengths.get_mut(ended.note)
        {
            *length = Some((ended.duration_ns, ended.own_ns));
        }
    }
    lengths.sort_by_key(|(id, _)| *id);
    lengths
}
