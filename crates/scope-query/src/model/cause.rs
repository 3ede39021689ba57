//! What led to an event: the events right before it in the order of causes, in whichever process they happened.
//!
//! This is the one place where that relation is defined. What followed from an event (`effect`) is the same relation read backward.
//!
//! Invariant: no step walks over the trace: each looks at rows of the processes concerned, and at messages that are equal to one.
//! Invariant: an event with no cause named says why.

pub(crate) mod edge;
pub(crate) mod effect;

pub(crate) mod arrival;
pub(crate) mod birth;
mod ending;
mod moment;
mod occasion;
pub(crate) mod request;

use crate::model::cause::edge::{Edge, EdgeKind, Entry, Stop};
use crate::model::certainty::Certainty;
use crate::model::coverage::trace_intervals::Watch;
use crate::model::message::inbox::Inbox;
use crate::model::process::exit::Exits;
use crate::model::process::lifetime::Lifetime;
use crate::model::process::naming::Naming;
use crate::model::process::restart::Restarts;
use crate::model::row::Row;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use arrival::Arrivals;
use core::cell::OnceCell;
use hashbrown::HashMap;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, Kind, ProcessKey};

pub(crate) use request::REPLY_WITHIN;

/// What is known of the causes of one event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found<'a> {
    pub(crate) edges: Vec<Edge<'a>>,
    /// Why there is no edge.
    pub(crate) stop: Option<Stop>,
}

impl<'a> Found<'a> {
    fn one(cause: Row<'a>, kind: EdgeKind, certainty: Certainty) -> Self {
        Self { edges: vec![Edge::new(cause, kind, certainty)], stop: None }
    }

    fn stopped(stop: Stop) -> Self {
        Self { edges: Vec::new(), stop: Some(stop) }
    }

    /// Whether an event is among the causes.
    pub(crate) fn names(&self, id: EventId) -> bool {
        self.edges.iter().any(|edge| edge.cause.id() == id)
    }

    /// Adds a cause, but for one that is there: the first reason to name it is the best.
    fn add(&mut self, edge: Edge<'a>) {
        if !self.names(edge.cause.id()) {
            self.edges.push(edge);
        }
        self.stop = None;
    }
}

/// Finds causes, and remembers what it looked up for one answer.
#[derive(Debug)]
pub(crate) struct Causes<'a> {
    pub(crate) trace: &'a Trace,
    naming: Naming<'a>,
    known: HashMap<EventId, Rc<Found<'a>>>,
    arrivals: HashMap<(ProcessKey, u64), Rc<Arrivals<'a>>>,
    inboxes: HashMap<ProcessKey, Rc<Inbox<'a>>>,
    pub(crate) exits: Exits<'a>,
    lifetimes: HashMap<ProcessKey, Lifetime>,
    is_server: HashMap<ProcessKey, bool>,
    restarts: HashMap<ProcessKey, Option<Rc<Restarts>>>,
    everyone: OnceCell<Watch>,
    /// Events read.
    pub(crate) n_events: u64,
}

impl<'a> Causes<'a> {
    pub(crate) fn new(trace: &'a Trace) -> Self {
        Self {
            trace,
            naming: Naming::new(trace),
            known: HashMap::new(),
            arrivals: HashMap::new(),
            inboxes: HashMap::new(),
            exits: Exits::new(trace),
            lifetimes: HashMap::new(),
            is_server: HashMap::new(),
            restarts: HashMap::new(),
            everyone: OnceCell::new(),
            n_events: 0,
        }
    }

    /// What led to an event.
    pub(crate) fn of(&mut self, row: &Row<'a>) -> Rc<Found<'a>> {
        if let Some(found) = self.known.get(&row.id()) {
            return Rc::clone(found);
        }
        self.n_events += 1;
        let found = Rc::new(self.find(row));
        self.known.insert(row.id(), Rc::clone(&found));
        found
    }

    fn find(&mut self, row: &Row<'a>) -> Found<'a> {
        let Some(process) = row.process().filter(|_| row.kind().class() != Class::Control) else {
            return Found::stopped(Stop::EntryPoint(Entry::Recorder));
        };
        match row.kind() {
            Kind::Handled => self.handled(process, row),
            Kind::Delivered => self.delivered(process, row),
            Kind::Send => self.send(process, row),
            Kind::State | Kind::Terminate => self.state(process, row),
            Kind::Return | Kind::Exception => self.end_of_call(process, row),
            Kind::Exit => self.exit(process, row),
            Kind::Spawn => self.spawn(process, row),
            Kind::Alive => Found::stopped(Stop::EntryPoint(Entry::Alive)),
            _ => self.act(process, row.key()),
        }
    }

    /// The names of processes.
    pub(crate) const fn naming(&mut self) -> &mut Naming<'a> {
        &mut self.naming
    }

    fn inbox(&mut self, process: ProcessKey) -> Rc<Inbox<'a>> {
        let (trace, naming) = (self.trace, &mut self.naming);
        Rc::clone(self.inboxes.entry(process).or_insert_with(|| Rc::new(Inbox::of(trace, naming, process))))
    }

    fn lifetime(&mut self, process: ProcessKey) -> Lifetime {
        let trace = self.trace;
        *self.lifetimes.entry(process).or_insert_with(|| Lifetime::of(trace, process))
    }

    /// Why something of a process may be missing between two times, or `None` if nothing can be: what is recorded then is all there was.
    fn gap(&mut self, process: ProcessKey, class: Class, from: u64, to: u64) -> Option<Stop> {
        if is_lost(self.trace, class, from, to) {
            return Some(Stop::Lost(class));
        }
        let watched = match class {
            Class::Message => self.inbox(process).watch().covers_between(from, to),
            _ => None,
        };
        (watched == Some(false)).then_some(Stop::NotTraced(class))
    }
}

/// Whether events of a class were lost that can have had a time between these.
fn is_lost(trace: &Trace, class: Class, from: u64, to: u64) -> bool {
    let concerns = |of: Option<Class>| of.is_none_or(|of| of == class);
    trace.losses().iter().any(|loss| concerns(loss.class) && loss.from_tick <= to && from <= loss.to_tick)
}
