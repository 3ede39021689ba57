//! How long the message of a send waited and travelled, and how long a call lasted: what a filter asks last.
//!
//! Rows come in blocks, so that the messages to a receiver are matched together, and the calls of a process are paired once.
//!
//! Invariant: a length is never guessed: where nothing decides between equal messages it is possible, where nobody looked unrecorded.

use super::expression::{Bound, Measure};
use super::truth::Truth;
use crate::calls::Stack;
use crate::function::Functions;
use crate::inbox::{self, Fate};
use crate::naming::Naming;
use crate::row::Row;
use crate::who;
use crate::window::Window;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Entity, EventId, Flags, Kind, ProcessKey};

/// A length of time, as far as it is known.
#[derive(Clone, Copy, Debug)]
enum Length {
    Known(u64),
    /// Equal messages cannot be told apart.
    Ambiguous,
    /// What would tell was not recorded.
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

/// Duration and own duration of a process's calls, by id.
type Lengths = Vec<(EventId, Option<(u64, Option<u64>)>)>;

/// The lengths of the rows looked at.
#[derive(Debug)]
pub(super) struct Measures<'a> {
    trace: &'a Trace,
    naming: Naming<'a>,
    /// Who held a name, by name.
    holders: BTreeMap<String, Vec<ProcessKey>>,
    travels: BTreeMap<EventId, Travel>,
    calls: BTreeMap<ProcessKey, Lengths>,
}

impl<'a> Measures<'a> {
    pub(super) const fn new(trace: &'a Trace) -> Self {
        Self {
            trace,
            naming: Naming::new(trace),
            holders: BTreeMap::new(),
            travels: BTreeMap::new(),
            calls: BTreeMap::new(),
        }
    }

    /// Finds out all there is to know of these rows; what was known of others is forgotten, but for calls.
    pub(super) fn prepare(&mut self, rows: &[Row<'a>]) {
        self.travels.clear();
        let mut pairs: BTreeMap<(ProcessKey, ProcessKey), BTreeSet<EventId>> = BTreeMap::new();
        for row in rows {
            match (row.kind(), row.process()) {
                (Kind::Send, Some(from)) => match self.receiver(row) {
                    Some(to) => {
                        pairs.entry((from, to)).or_default().insert(row.id());
                    }
                    None => {
                        let unknown = Travel { to: None, delivery: Length::Unrecorded, waiting: Length::Unrecorded };
                        self.travels.insert(row.id(), unknown);
                    }
                },
                (Kind::Call, Some(process)) if !self.calls.contains_key(&process) => {
                    self.calls.insert(process, lengths(self.trace, process));
                }
                _ => {}
            }
        }
        for ((from, to), sends) in pairs {
            let (passages, _) = inbox::passages(self.trace, &mut self.naming, from, to, Window::all());
            for passage in passages.into_iter().filter(|passage| sends.contains(&passage.send.id())) {
                let sent = passage.send.tick();
                let since = |at: u64| Length::Known(at.saturating_sub(sent));
                let (delivery, waiting) = match passage.fate {
                    Fate::Matched { delivered, handled } => {
                        (since(delivered), handled.map_or(Length::Unrecorded, since))
                    }
                    Fate::Ambiguous => (Length::Ambiguous, Length::Ambiguous),
                    Fate::Undelivered | Fate::ToDead => (Length::Absent, Length::Absent),
                    Fate::NotTraced => (Length::Unrecorded, Length::Unrecorded),
                };
                self.travels.insert(passage.send.id(), Travel { to: Some(to), delivery, waiting });
            }
        }
    }

    /// Who a send was meant for, where the send tells.
    fn receiver(&mut self, row: &Row<'a>) -> Option<ProcessKey> {
        let name = match row.peer()? {
            Entity::Process(process) => return Some(*process),
            Entity::Name(name) => row.chunk.atom(*name),
            Entity::RemoteName { name, node } if row.chunk.atom(*node) == self.trace.header().node => {
                row.chunk.atom(*name)
            }
            _ => return None,
        };
        if !self.holders.contains_key(name) {
            let held = who::held(self.trace, name).into_iter().map(|(_, process)| process).collect();
            self.holders.insert(name.into(), held);
        }
        let (holders, naming) = (self.holders.get(name)?, &mut self.naming);
        let holds = |process: &&ProcessKey| {
            naming.holdings(**process).iter().any(|holding| holding.name == name && holding.holds_at(row.key()))
        };
        holders.iter().find(holds).copied()
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

    /// The process whose messages or calls would have told.
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
        let Some(function) = functions.of(&row) else { continue };
        if row.kind() == Kind::Call {
            if !row.event.flags.contains(Flags::NO_RETURN) {
                stack.begin(function, row.tick(), Some(lengths.len()));
                lengths.push((row.id(), None));
            }
        } else if let Some(ended) = stack.end(function, row.tick(), |_lost| {})
            && let Some((_, length)) = ended.slot.and_then(|slot| lengths.get_mut(slot))
        {
            *length = Some((ended.duration_ns, ended.own_ns));
        }
    }
    lengths.sort_unstable_by_key(|(id, _)| *id);
    lengths
}
