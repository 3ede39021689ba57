//! The pass over lives, messages and states that fills the queues.
//!
//! A server handles its mailbox in order. So what was delivered before a message that is handled, and was not handled itself, the process
//! took by a receive of its own: a reply it waited for. It was never in the way of the others. When a server goes back to waiting, which
//! its state tells, it is done with the message it handled last.
//!
//! Invariant: every row is read once, and of its term the match key only; but an atom that nobody sent is read.
//! Invariant: behind a loss of messages queues are counted anew: what was on its way may have been handled unseen.
//! Invariant: states follow messages a stretch later: what is kept of handled messages for them is short.

use super::flight::{Flights, Sent};
use super::line::{Delivered, Line};
use super::target::{Target, Targets};
use super::{Arrival, Origin, Queue};
use crate::process_number::ProcessNumbers;
use crate::row::{Row, Unread};
use crate::watch::Watch;
use crate::window::Window;
use alloc::vec::Vec;
use core::iter::Peekable;
use scope_core::chunk::StoredTerm;
use scope_core::gather::Gather as _;
use scope_core::term::{Term, read};
use scope_core::trace::Trace;
use scope_core::{Class, Flags, Kind, OrderKey};

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
    /// Up to where states were read.
    states_until: OrderKey,
    pub(super) n_events: u64,
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
            states_until: OrderKey::default(),
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
        let rows = |class: Class| {
            let runs = self.trace.runs(&[class], first, last);
            runs.flat_map(|run| run.rows().map(move |row| Unread { chunk: run.chunk, chunk_idx: run.chunk_idx, row }))
        };
        let mut states = rows(Class::State).peekable();
        for run in self.trace.runs(&[Class::Process, Class::Message], first, last) {
            let mut until = OrderKey::default();
            for row in run.rows() {
                let row = Unread { chunk: run.chunk, chunk_idx: run.chunk_idx, row };
                until = row.key();
                self.forget_lost(until.tick);
                match run.class {
                    Class::Message => self.message(&row),
                    _ => self.life(&row.read()),
                }
            }
            self.states(&mut states, until);
        }
        self.states(&mut states, last);
        self.finish();
    }

    /// Which processes' deliveries and handlings are recorded at all.
    fn find_receivers(&mut self) {
        let (from, to) = (self.trace.floor(Class::Message), self.window.last_key());
        for (chunk_idx, chunk) in (0..).zip(self.trace.chunks(Class::Message)) {
            let is_whole = from <= chunk.first() && chunk.last() <= to;
            for (_, id) in chunk.process_ids() {
                let rows = chunk.rows_with_process(id);
                let Some(process) = self.numbers.of(chunk, chunk_idx, id).filter(|_| !rows.is_empty()) else {
                    continue;
                };
                let Some(queue) = self.queue(process) else { continue };
                for row in rows.iter().map(|row| u32::from(*row)) {
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
            queue.line = Line::default();
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
            self.settle(process, row.tick());
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
        let sent = |receiver: usize| Sent {
            receiver: receiver as u32,
            sender: sender as u32,
            tick: row.tick(),
            id: row.id(),
            exact,
        };
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
        let direct = self.flights.deliver(process, key);
        let reply = if direct.is_none() { self.flights.deliver_reply(key) } else { None };
        let Some(queue) = self.queue(process) else { return };
        queue.last_delivered = Some(tick);
        let arrival = match (direct, reply) {
            (Some((sent, ambiguous)), _) => {
                if in_window && !ambiguous {
                    queue.delivery.add(tick.saturating_sub(sent.tick));
                }
                sent.arrival(ambiguous)
            }
            (None, Some(sent)) => {
                if in_window {
                    queue.delivery.add(tick.saturating_sub(sent.tick));
                    // What was sent last, or a reply before this one, is where the wait began.
                    if let Some(since) = queue.last_sent {
                        queue.waits_for.add(sent.sender, tick.saturating_sub(since));
                    }
                }
                queue.last_sent = queue.last_sent.map(|_| tick);
                sent.arrival(false)
            }
            (None, None) => Arrival { tick, id: row.id(), sender: None, ambiguous: false },
        };
        let origin = match (direct, reply) {
            (_, Some(_)) => Origin::Reply,
            (None, None) if is_timeout(row, term) => Origin::Expired,
            _ => Origin::Message,
        };
        if queue.handles {
            queue.line.push(Delivered { key, tick, origin, arrival });
        } else if in_window && origin != Origin::Expired {
            queue.arrive(tick, arrival.sender);
        }
    }

    fn handled(&mut self, row: &Unread<'a>, process: usize, key: u64) {
        let Some(queue) = self.queues.get_mut(process) else { return };
        let (taken, window) = (&mut queue.taken, self.window);
        let passed = |passed: Delivered| *taken += u64::from(passed.is_taken(window));
        let arrival = queue.line.take(key, passed).map(|delivered| delivered.arrival);
        queue.handle(row.key(), arrival, self.states_until, window);
    }

    /// What is left in a mailbox at the end of it.
    fn settle(&mut self, process: usize, end: u64) {
        let Some(queue) = self.queues.get_mut(process) else { return };
        while let Some(delivered) = queue.line.pop() {
            match delivered.origin {
                Origin::Message => queue.remain(delivered.arrival, end),
                Origin::Reply => queue.taken += u64::from(delivered.is_taken(self.window)),
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
            self.settle(process, end);
        }
        for sent in self.flights.undelivered() {
            let Some(queue) = self.queues.get_mut(sent.receiver as usize).filter(|queue| queue.handles) else {
                continue;
            };
            // Whatever is there when a process looks is delivered at once: an older message was delivered unseen.
            let overtaken = queue.last_delivered.is_some_and(|delivered| sent.tick < delivered);
            let dead = queue.exit.is_some_and(|exit| exit < sent.tick);
            if !overtaken && !dead {
                queue.remain(sent.arrival(false), queue.exit.unwrap_or(end));
            }
        }
        for (process, queue) in self.queues.iter_mut().enumerate() {
            // Where nobody looked any more, nothing is known to be left.
            let looked = queue.remaining.is_empty() || {
                let watch = Watch::of(self.trace, self.numbers.key(process), Class::Message);
                watch.covers(queue.exit.unwrap_or(end)) != Some(false)
            };
            queue.finish(looked, self.window);
        }
    }

    /// Reads states up to a point.
    fn states(&mut self, states: &mut Peekable<impl Iterator<Item = Unread<'a>>>, until: OrderKey) {
        while let Some(row) = states.next_if(|row| row.key() <= until) {
            self.n_events += 1;
            let process = self.numbers.of(row.chunk, row.chunk_idx, row.chunk.process_id(row.row));
            if let Some(queue) = process.and_then(|process| self.queues.get_mut(process)) {
                queue.done(row.key(), self.window);
            }
        }
        self.states_until = until;
    }
}

impl Delivered {
    /// Whether a message that the process took itself counts as taken in a window.
    fn is_taken(&self, window: Window) -> bool {
        self.origin != Origin::Expired && window.contains(self.tick)
    }
}

/// Whether a term is the atom `timeout`.
fn is_timeout(row: &Unread<'_>, term: StoredTerm<'_>) -> bool {
    // An atom is a tag and an id.
    term.bytes.len() <= MAX_ATOM_BYTES
        && matches!(read::read(term.bytes, row.chunk), Ok(Term::Atom(name)) if name == "timeout")
}
