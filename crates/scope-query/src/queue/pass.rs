//! The pass over lives, messages and states that fills the queues.
//!
//! A server handles its mailbox in order. So what was delivered before a message that is handled, and was not handled itself, the process
//! took by a receive of its own: a reply it waited for. It was never in the way of the others. When a server goes back to waiting, which
//! its state tells, it is done with the message it handled last.
//!
//! Invariant: every row is read once, and of its term the match key only; but an atom that nobody sent is read.
//! Invariant: behind a loss of messages queues are counted anew: what was on its way may have been handled unseen.
//! Invariant: what happened is noted here and summed up stretch by stretch, at ends to which all classes have been read.

use super::flight::Flights;
use super::line::Line;
use super::log::{Grouped, Handled, Known, Log, Note, Waited};
use super::mailbox::Mailbox;
use super::message::{Message, Messages};
use super::read::{Told, read as read_rows};
use super::tally::Places;
use super::target::{Peer, Peers, Targets};
use super::{Arrival, Detail, NOBODY, Origin, Queue};
use crate::process_number::ProcessNumbers;
use crate::row::Row;
use crate::watch::Watch;
use crate::window::Window;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use scope_core::chunk::Chunk;
use scope_core::gather::Gather as _;
use scope_core::term::{Term, read};
use scope_core::trace::{Run, RunIter, Trace};
use scope_core::{Class, Kind, OrderKey};

/// Bytes an atom can take in a chunk, at most.
const MAX_ATOM_BYTES: usize = 6;

/// What a pass knows.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    trace: &'a Trace,
    window: Window,
    detail: Detail,
    pub(super) numbers: ProcessNumbers,
    /// By the number of the process.
    pub(super) queues: Vec<Queue>,
    /// The same.
    mailboxes: Vec<Mailbox>,
    messages: Messages,
    flights: Flights,
    targets: Targets,
    /// By the index of the chunk of messages.
    peers: Vec<Rc<Peers>>,
    log: Log,
    places: Places,
    /// Notes since it was last looked which messages are open.
    n_notes: usize,
    /// Up to where states were read.
    states_until: OrderKey,
    /// Ends of the losses to come, the next one last.
    losses: Vec<u64>,
    pub(super) n_events: u64,
}

impl<'a> Pass<'a> {
    pub(super) fn new(trace: &'a Trace, window: Window, detail: Detail) -> Self {
        let end = window.clipped(trace).to;
        let touching = trace.losses().iter().filter(|loss| loss.class.is_none_or(|class| class == Class::Message));
        let mut losses: Vec<u64> = touching.filter(|loss| loss.from_tick <= end).map(|loss| loss.to_tick).gathered();
        losses.sort_unstable();
        losses.reverse();
        Self {
            trace,
            window,
            detail,
            numbers: ProcessNumbers::default(),
            queues: Vec::new(),
            mailboxes: Vec::new(),
            messages: Messages::default(),
            flights: Flights::default(),
            targets: Targets::default(),
            peers: Vec::new(),
            log: Log::default(),
            places: Places::default(),
            n_notes: 0,
            states_until: OrderKey::default(),
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
        let mut states = States { runs: self.trace.runs(&[Class::State], first, last), left: None };
        for run in self.trace.runs(&[Class::Process, Class::Message], first, last) {
            if run.class == Class::Message {
                let Some(peers) = self.peers.get(run.chunk_idx as usize).map(Rc::clone) else { continue };
                read_rows(&run, &peers, |told| {
                    told.iter().for_each(|told| self.message(&run, told));
                    if let Some(last) = told.last() {
                        self.read_up_to(run.chunk.key(last.row), &mut states);
                    }
                });
            } else {
                for row in run.rows() {
                    let row = Row::of(run.chunk, run.chunk_idx, row);
                    self.forget_lost(row.tick());
                    self.life(&row);
                }
                self.read_up_to(run.last_key(), &mut states);
            }
        }
        self.states(&mut states, last);
        self.finish();
    }

    /// Lives and messages were read up to a point.
    fn read_up_to(&mut self, until: OrderKey, states: &mut States<'a>) {
        self.states(states, until);
        if self.log.is_full(self.mailboxes.len()) {
            self.sum_up(until.tick);
        }
    }

    /// Which processes' deliveries and handlings are recorded at all.
    fn find_receivers(&mut self) {
        let (from, to) = (self.trace.floor(Class::Message), self.window.last_key());
        for chunk in self.trace.chunks(Class::Message) {
            let peers = self.targets.peers(chunk, &self.trace.header().node, &mut self.numbers);
            self.mailboxes.resize_with(self.numbers.len(), Mailbox::default);
            let is_whole = from <= chunk.first() && chunk.last() <= to;
            for (_, id) in chunk.process_ids() {
                let Peer::Process(process) = peers.get(id) else { continue };
                let Some(mailbox) = self.mailboxes.get_mut(process as usize) else { continue };
                for row in chunk.rows_with_process(id).iter().map(|row| u32::from(*row)) {
                    if mailbox.handles {
                        break;
                    }
                    let kind = chunk.kind(row);
                    if kind != Kind::Send && (is_whole || (from..=to).contains(&chunk.key(row))) {
                        mailbox.receives = true;
                        mailbox.handles |= kind == Kind::Handled;
                    }
                }
            }
            self.peers.push(Rc::new(peers));
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
        self.messages.clear();
        self.flights = Flights::default();
        for mailbox in &mut self.mailboxes {
            mailbox.line = Line::default();
            mailbox.last_sent = None;
        }
    }

    fn life(&mut self, row: &Row<'a>) {
        self.n_events += 1;
        let Some(key) = row.process() else { return };
        let process = self.numbers.number(key);
        self.targets.life(row, process as u32);
        if row.kind() == Kind::Exit
            && let Some(queue) = self.queue(process)
        {
            queue.exit = Some(row.tick());
            self.settle(process, row.tick());
        }
    }

    fn message(&mut self, run: &Run<'a>, told: &Told) {
        self.n_events += 1;
        self.forget_lost(told.tick);
        if told.process == NOBODY {
            return;
        }
        match told.kind {
            Kind::Send => self.sent(run, told),
            Kind::Delivered => self.delivered(run, told),
            _ => self.handled(run, told),
        }
    }

    fn sent(&mut self, run: &Run<'a>, told: &Told) {
        if let Some(mailbox) = self.mailboxes.get_mut(told.process as usize) {
            mailbox.last_sent = Some(told.tick);
        }
        let receiver = match told.to {
            Peer::Process(process) => Some(process),
            Peer::Name(name) => self.targets.holder(name),
            Peer::Alias => Some(NOBODY),
            Peer::Elsewhere => None,
        };
        let receives = |receiver: u32| {
            receiver == NOBODY || self.mailboxes.get(receiver as usize).is_some_and(|mailbox| mailbox.receives)
        };
        if let Some(receiver) = receiver.filter(|receiver| receives(*receiver)) {
            let arrival = arrival(run, told, told.process);
            self.flights.send(&mut self.messages, Message::new(told.key, receiver, arrival, told.exact));
        }
    }

    fn delivered(&mut self, run: &Run<'a>, told: &Told) {
        let (tick, in_window) = (told.tick, self.window.contains(told.tick));
        let direct = self.flights.deliver(&mut self.messages, told.process, told.key);
        let reply = if direct.is_none() { self.flights.deliver_reply(told.key) } else { None };
        let place = direct.or(reply).unwrap_or_else(|| {
            self.messages.add(Message::new(told.key, told.process, arrival(run, told, NOBODY), true))
        });
        let Some(mailbox) = self.mailboxes.get_mut(told.process as usize) else { return };
        let Some(message) = self.messages.get_mut(place) else { return };
        mailbox.last_delivered = Some(tick);
        message.receiver = told.process;
        message.in_window = in_window;
        let transit = tick.saturating_sub(message.arrival.tick);
        let was_seen = direct.is_some() && !message.arrival.ambiguous || reply.is_some();
        if was_seen && in_window && self.detail == Detail::Full {
            self.log.delivery.push(told.process, transit);
        }
        if reply.is_some() {
            message.origin = Origin::Reply;
            // What was sent last, or a reply before this one, is where the wait began.
            let since = mailbox.last_sent;
            mailbox.last_sent = since.map(|_| tick);
            if let Some(since) = since.filter(|_| in_window) {
                let waited = Waited { ns: tick.saturating_sub(since), by: message.arrival.sender };
                self.log.waited.push(told.process, waited);
            }
        } else if direct.is_none() && is_timeout(run.chunk, told.row) {
            message.origin = Origin::Expired;
        }
        if mailbox.handles {
            mailbox.line.push(&mut self.messages, place, told.key);
        } else if let Some(message) = self.messages.remove(place)
            && in_window
            && message.origin != Origin::Expired
        {
            self.log.notes.push(told.process, Note::Arrived(tick, message.arrival.sender));
        }
    }

    fn handled(&mut self, run: &Run<'a>, told: &Told) {
        let Some(mailbox) = self.mailboxes.get_mut(told.process as usize) else { return };
        mailbox.begin(run.chunk.key(told.row), self.states_until);
        let (tick, notes) = (told.tick, &mut self.log.notes);
        let message = mailbox.line.take(&mut self.messages, told.key, |passed| taken(notes, &passed));
        let mut handled = Handled { tick, arrived: tick, sender: NOBODY, known: Known::Nothing };
        if let Some(Message { arrival, .. }) = message {
            let known = if arrival.ambiguous { Known::Ambiguous } else { Known::Arrival };
            handled = Handled { tick, arrived: arrival.tick, sender: arrival.sender, known };
            let waited = tick.saturating_sub(arrival.tick);
            if !arrival.ambiguous && waited >= mailbox.longest && self.window.contains(tick) {
                mailbox.longest = waited;
                if let Some(queue) = self.queue(told.process as usize) {
                    queue.wait(arrival, tick);
                }
            }
        }
        self.log.handled.push(told.process, handled);
    }

    /// What is left in a mailbox at the end of it.
    fn settle(&mut self, process: usize, end: u64) {
        let Some(mailbox) = self.mailboxes.get_mut(process) else { return };
        while let Some(message) = mailbox.line.pop(&mut self.messages) {
            if message.origin != Origin::Message {
                taken(&mut self.log.notes, &message);
            } else if let Some(queue) = self.queues.get_mut(process) {
                queue.remain(message.arrival, end);
            }
        }
    }

    /// Sums up a stretch that ends at a time.
    fn sum_up(&mut self, tick: u64) {
        let n_processes = self.mailboxes.len().max(self.queues.len());
        self.queues.resize_with(n_processes, Queue::default);
        self.n_notes += self.log.len();
        let floors = self.floors(tick);
        self.log.group(n_processes);
        for (process, queue) in self.queues.iter_mut().enumerate() {
            queue.sum_up(self.log.of(process), self.window, self.detail, &mut self.places);
            if queue.lengths.is_due()
                && let Some(floor) = floors.get(process)
            {
                queue.count_length(*floor, self.window);
            }
        }
    }

    /// By process, the time before which no message arrived that is still open. Empty where to look would cost more than was noted.
    fn floors(&mut self, tick: u64) -> Vec<u64> {
        if self.n_notes < self.messages.n_places() {
            return Vec::new();
        }
        self.n_notes = 0;
        let mut floors = vec![tick; self.queues.len()];
        let mut floor = tick;
        for message in self.messages.iter() {
            match floors.get_mut(message.receiver as usize) {
                Some(floor) => *floor = message.arrival.tick.min(*floor),
                // To an alias, whoever owns it.
                None => floor = message.arrival.tick.min(floor),
            }
        }
        floors.iter_mut().for_each(|own| *own = floor.min(*own));
        floors
    }

    /// What is on its way at the end.
    fn finish(&mut self) {
        if !self.losses.is_empty() {
            self.forget();
        }
        let end = self.window.clipped(self.trace).to;
        self.sum_up(end);
        for process in 0..self.queues.len() {
            self.settle(process, end);
        }
        self.sum_up(end);
        for message in self.messages.iter() {
            let receiver = message.receiver as usize;
            let (Some(queue), Some(mailbox)) = (self.queues.get_mut(receiver), self.mailboxes.get(receiver)) else {
                continue;
            };
            // Whatever is there when a process looks is delivered at once: an older message was delivered unseen.
            let overtaken = mailbox.last_delivered.is_some_and(|delivered| message.arrival.tick < delivered);
            let dead = queue.exit.is_some_and(|exit| exit < message.arrival.tick);
            if mailbox.handles && !overtaken && !dead {
                queue.remain(message.arrival, queue.exit.unwrap_or(end));
            }
        }
        for (process, queue) in self.queues.iter_mut().enumerate() {
            queue.handles = self.mailboxes.get(process).is_some_and(|mailbox| mailbox.handles);
            // Where nobody looked any more, nothing is known to be left.
            let looked = queue.remaining.is_empty() || {
                let watch = Watch::of(self.trace, self.numbers.key(process), Class::Message);
                watch.covers(queue.exit.unwrap_or(end)) != Some(false)
            };
            queue.finish(looked, self.window, self.detail, &mut self.places);
        }
    }

    /// Reads states up to a point.
    fn states(&mut self, states: &mut States<'a>, until: OrderKey) {
        self.states_until = until;
        while let Some((run, mut ranks)) = states.next() {
            let chunk = run.chunk;
            self.numbers.fill(chunk, run.chunk_idx);
            for rank in ranks.by_ref() {
                let row = chunk.row_at_rank(rank);
                let tick = chunk.tick(row);
                if tick >= until.tick && chunk.key(row) > until {
                    states.left = Some((run, rank..ranks.end));
                    return;
                }
                self.n_events += 1;
                if let Some(process) = self.numbers.of(chunk, run.chunk_idx, chunk.process_id(row)) {
                    self.state(chunk, row, process, tick);
                }
            }
        }
    }

    /// With a state a process is done with what it handled last before.
    fn state(&mut self, chunk: &Chunk, row: u32, process: usize, tick: u64) {
        let Some(mailbox) = self.mailboxes.get_mut(process) else { return };
        let last = mailbox.done(|handled| handled.tick < tick || handled.tick == tick && *handled < chunk.key(row));
        if let Some(handled) = last.filter(|handled| self.window.contains(handled.tick)) {
            self.log.handling.push(process as u32, tick.saturating_sub(handled.tick));
        }
    }
}

/// States still to be read, and what is left of the run read last.
#[derive(Debug)]
struct States<'a> {
    runs: RunIter<'a>,
    left: Option<(Run<'a>, Range<u32>)>,
}

impl<'a> States<'a> {
    fn next(&mut self) -> Option<(Run<'a>, Range<u32>)> {
        self.left.take().or_else(|| self.runs.next().map(|run| (run.clone(), run.ranks())))
    }
}

/// The process took a message itself, if it was one.
fn taken(notes: &mut Grouped<Note>, message: &Message) {
    if message.origin != Origin::Expired && message.in_window {
        notes.push(message.receiver, Note::Taken);
    }
}

/// How a message comes that a row tells of.
const fn arrival(run: &Run<'_>, told: &Told, sender: u32) -> Arrival {
    Arrival { tick: told.tick, chunk: run.chunk.seq(), row: told.row, sender, ambiguous: false }
}

/// Whether the term of a row is the atom `timeout`.
fn is_timeout(chunk: &Chunk, row: u32) -> bool {
    let Some(term) = chunk.term(chunk.term_id(row)) else { return false };
    // An atom is a tag and an id.
    term.bytes.len() <= MAX_ATOM_BYTES
        && matches!(read::read(term.bytes, chunk), Ok(Term::Atom(name)) if name == "timeout")
}
