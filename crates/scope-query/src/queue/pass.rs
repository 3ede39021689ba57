//! The pass over lives and messages that fills the queues, and the one over states that tells when a message was done with.
//!
//! A server handles its mailbox in order. So what was delivered before a message that is handled, and was not handled itself, the process
//! took by a receive of its own: a reply it waited for. It was never in the way of the others.
//!
//! Invariant: every row is read once, and of its term the match key only; but an atom that nobody sent is read.
//! Invariant: behind a loss of messages queues are counted anew: what was on its way may have been handled unseen.

use super::flight::{Flights, Sent};
use super::target::{Target, Targets};
use super::{Arrival, Handled, Queue, Stay};
use crate::process_number::ProcessNumbers;
use crate::row::{Row, Unread};
use crate::watch::Watch;
use crate::window::Window;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use scope_core::chunk::StoredTerm;
use scope_core::gather::Gather as _;
use scope_core::term::{Term, read};
use scope_core::trace::Trace;
use scope_core::{Class, Flags, Kind};

/// Bytes an atom can take in a chunk, at most.
const MAX_ATOM_BYTES: usize = 6;

/// What a pass knows.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    trace: &'a Trace,
    window: Window,
    pub(super) numbers: ProcessNumbers,
    /// By the number of the process.
    pub(super) queues: Vec<Queue>,
    flights: Flights,
    targets: Targets,
    /// Ends of the losses to come, the next one last.
    losses: Vec<u64>,
    pub(super) n_events: u64,
}

/// A message in a mailbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    key: u64,
    tick: u64,
    origin: Origin,
    arrival: Arrival,
}

/// What a delivery without handling means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A message.
    Message,
    /// It was sent to an alias: the process waits for it.
    Reply,
    /// Perhaps no message at all: the VM traces a `receive` whose time is over as the delivery of `timeout`.
    Expired,
}

impl<'a> Pass<'a> {
    pub(super) fn new(trace: &'a Trace, window: Window) -> Self {
        let end = window.clipped(trace).to;
        let touching = trace.losses().iter().filter(|loss| loss.class.is_none_or(|class| class == Class::Message));
        let mut losses: Vec<u64> = touching.filter(|loss| loss.from_tick <= end).map(|loss| loss.to_tick).gathered();
        losses.sort_unstable();
        losses.reverse();
        Self {
            trace,
            window,
            numbers: ProcessNumbers::default(),
            queues: Vec::new(),
            flights: Flights::default(),
            targets: Targets::default(),
            losses,
            n_events: 0,
        }
    }

    /// Walks everything.
    pub(super) fn run(&mut self) {
        self.find_receivers();
        if let Some(baseline) = self.trace.baseline() {
            self.targets.remember(baseline, &mut self.numbers);
        }
        let (first, last) = (Window::all().first_key(), self.window.last_key());
        for run in self.trace.runs(&[Class::Process, Class::Message], first, last) {
            for row in run.rows() {
                let row = Unread { chunk: run.chunk, chunk_idx: run.chunk_idx, row };
                self.forget_lost(row.tick());
                match run.class {
                    Class::Message => self.message(&row),
                    _ => self.life(&row.read()),
                }
            }
        }
        self.finish();
        self.states();
    }

    /// Which processes' deliveries and handlings are recorded at all.
    fn find_receivers(&mut self) {
        let (from, to) = (self.trace.floor(Class::Message), self.window.last_key());
        for chunk in self.trace.chunks(Class::Message) {
            let is_whole = from <= chunk.first() && chunk.last() <= to;
            for (process, id) in chunk.process_ids() {
                let process = self.numbers.number(process);
                let Some(queue) = self.queue(process) else { continue };
                for row in chunk.rows_with_process(id).iter().map(|row| u32::from(*row)) {
                    if queue.handles {
                        break;
                    }
                    let kind = chunk.kind(row);
                    if kind != Kind::Send && (is_whole || (from..=to).contains(&chunk.key(row))) {
                        queue.receives = true;
                        queue.handles |= kind == Kind::Handled;
                    }
                }
            }
        }
    }

    fn queue(&mut self, process: usize) -> Option<&mut Queue> {
        if self.queues.len() <= process {
            self.queues.resize_with(process + 1, Queue::default);
        }
        self.queues.get_mut(process)
    }

    /// Counts anew once a loss of messages is over.
    fn forget_lost(&mut self, tick: u64) {
        while self.losses.last().is_some_and(|end| *end < tick) {
            self.losses.pop();
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.flights = Flights::default();
        for queue in &mut self.queues {
            queue.mailbox.clear();
            queue.last_sent = None;
        }
    }

    fn life(&mut self, row: &Row<'a>) {
        self.n_events += 1;
        let Some(key) = row.process() else { return };
        let process = self.numbers.number(key);
        self.targets.life(row, process);
        if row.kind() == Kind::Exit
            && let Some(queue) = self.queue(process)
        {
            queue.exit = Some(row.tick());
            let mailbox = core::mem::take(&mut queue.mailbox);
            self.settle(process, mailbox, row.tick());
        }
    }

    fn message(&mut self, row: &Unread<'a>) {
        self.n_events += 1;
        let Some(process) = self.numbers.of(row.chunk, row.chunk_idx, row.chunk.process_id(row.row)) else { return };
        let Some(term) = row.term() else { return };
        match row.kind() {
            Kind::Send => self.sent(row, process, term.key, term.complete),
            Kind::Delivered => self.delivered(row, process, term),
            _ => self.handled(row, process, term.key),
        }
    }

    fn sent(&mut self, row: &Unread<'a>, sender: usize, key: u64, exact: bool) {
        if let Some(queue) = self.queue(sender) {
            queue.last_sent = Some(row.tick());
        }
        if row.chunk.flags(row.row).contains(Flags::TO_DEAD) {
            return;
        }
        let sent = |receiver| Sent { receiver, sender, tick: row.tick(), id: row.id(), exact };
        let receives = |receiver: usize| self.queues.get(receiver).is_some_and(|queue| queue.receives);
        match self.targets.of(row, &self.trace.header().node, &mut self.numbers) {
            Target::Process(receiver) if receives(receiver) => self.flights.send(key, sent(receiver)),
            Target::Alias => self.flights.send_reply(key, sent(sender)),
            Target::Process(_) | Target::Elsewhere => {}
        }
    }

    fn delivered(&mut self, row: &Unread<'a>, process: usize, term: StoredTerm<'a>) {
        let key = term.key;
        let (tick, in_window) = (row.tick(), self.window.contains(row.tick()));
        let handles = self.queues.get(process).is_some_and(|queue| queue.handles);
        let direct = self.flights.deliver(process, key, handles);
        let reply = if direct.is_none() { self.flights.deliver_reply(key) } else { None };
        let Some(queue) = self.queue(process) else { return };
        queue.last_delivered = Some(tick);
        let arrival = match (direct, reply) {
            (Some((sent, ambiguous)), _) => {
                if in_window && !ambiguous {
                    queue.delivery.add(tick.saturating_sub(sent.tick));
                }
                Arrival { tick: sent.tick, id: sent.id, sender: Some(sent.sender as u32), ambiguous }
            }
            (None, Some(sent)) => {
                if in_window {
                    queue.delivery.add(tick.saturating_sub(sent.tick));
                    // What was sent last, or a reply before this one, is where the wait began.
                    if let Some(since) = queue.last_sent {
                        queue.wait_for(sent.sender, tick.saturating_sub(since));
                    }
                }
                queue.last_sent = queue.last_sent.map(|_| tick);
                Arrival { tick: sent.tick, id: sent.id, sender: Some(sent.sender as u32), ambiguous: false }
            }
            (None, None) => Arrival { tick, id: row.id(), sender: None, ambiguous: false },
        };
        let origin = match (direct, reply) {
            (_, Some(_)) => Origin::Reply,
            (None, None) if is_timeout(row, term) => Origin::Expired,
            _ => Origin::Message,
        };
        if queue.handles {
            queue.mailbox.push_back(Delivered { key, tick, origin, arrival });
        } else if in_window && origin != Origin::Expired {
            queue.arrive(&arrival, tick);
        }
    }

    fn handled(&mut self, row: &Unread<'a>, process: usize, key: u64) {
        let in_mailbox = self.flights.is_delivered(process, key);
        let Some(queue) = self.queues.get_mut(process) else { return };
        let mut arrival = None;
        while in_mailbox && let Some(next) = queue.mailbox.pop_front() {
            self.flights.leave(process, next.key);
            if next.key == key {
                arrival = Some(next.arrival);
                break;
            }
            queue.taken += u64::from(next.origin != Origin::Expired && self.window.contains(next.tick));
        }
        queue.handled.push(Handled { key: row.key(), arrival, handling_ns: None });
    }

    /// What is left in a mailbox at the end of it.
    fn settle(&mut self, process: usize, mailbox: VecDeque<Delivered>, end: u64) {
        for delivered in mailbox {
            self.flights.leave(process, delivered.key);
            let Some(queue) = self.queues.get_mut(process) else { return };
            match delivered.origin {
                Origin::Message => queue.left.push(Stay { arrival: delivered.arrival, end }),
                Origin::Reply => queue.taken += u64::from(self.window.contains(delivered.tick)),
                Origin::Expired => {}
            }
        }
    }

    /// What is on its way at the end.
    fn finish(&mut self) {
        if !self.losses.is_empty() {
            self.forget();
        }
        let end = self.window.clipped(self.trace).to;
        for process in 0..self.queues.len() {
            let mailbox = self.queue(process).map(|queue| core::mem::take(&mut queue.mailbox)).unwrap_or_default();
            self.settle(process, mailbox, end);
        }
        for sent in self.flights.undelivered() {
            let Some(queue) = self.queues.get_mut(sent.receiver).filter(|queue| queue.handles) else { continue };
            // Whatever is there when a process looks is delivered at once: an older message was delivered unseen.
            let overtaken = queue.last_delivered.is_some_and(|delivered| sent.tick < delivered);
            let dead = queue.exit.is_some_and(|exit| exit < sent.tick);
            if !overtaken && !dead {
                let arrival =
                    Arrival { tick: sent.tick, id: sent.id, sender: Some(sent.sender as u32), ambiguous: false };
                queue.left.push(Stay { arrival, end: queue.exit.unwrap_or(end) });
            }
        }
        // Where nobody looked any more, nothing is known to be left.
        for (process, queue) in self.queues.iter_mut().enumerate().filter(|(_, queue)| !queue.left.is_empty()) {
            let watch = Watch::of(self.trace, self.numbers.key(process), Class::Message);
            if watch.covers(queue.exit.unwrap_or(end)) == Some(false) {
                queue.left.clear();
            }
        }
    }

    /// When a server went back to waiting it was done with the message it handled last.
    fn states(&mut self) {
        let mut numbers = ProcessNumbers::default();
        // By the number among processes with states: their number here, and the first handling not yet done with.
        let mut next: Vec<(usize, usize)> = Vec::new();
        let (first, last) = (Window::all().first_key(), self.window.last_key());
        for run in self.trace.runs(&[Class::State], first, last) {
            for row in run.rows() {
                self.n_events += 1;
                let Some(number) = numbers.of(run.chunk, run.chunk_idx, run.chunk.process_id(row)) else { continue };
                while next.len() <= number {
                    next.push((self.numbers.number(numbers.key(next.len())), 0));
                }
                let Some((process, at)) = next.get_mut(number) else { continue };
                let Some(queue) = self.queues.get_mut(*process) else { continue };
                let key = run.chunk.key(row);
                // Most often one, where it is one by one that states follow messages.
                let rest = queue.handled.get(*at..).unwrap_or_default();
                let begun = rest.iter().take_while(|handled| handled.key < key).count();
                *at += begun;
                if let Some(handled) = at.checked_sub(1).filter(|_| begun > 0).and_then(|at| queue.handled.get_mut(at))
                {
                    handled.handling_ns = Some(key.tick.saturating_sub(handled.key.tick));
                }
            }
        }
    }
}

/// Whether a term is the atom `timeout`.
fn is_timeout(row: &Unread<'_>, term: StoredTerm<'_>) -> bool {
    // An atom is a tag and an id.
    term.bytes.len() <= MAX_ATOM_BYTES
        && matches!(read::read(term.bytes, row.chunk), Ok(Term::Atom(name)) if name == "timeout")
}
