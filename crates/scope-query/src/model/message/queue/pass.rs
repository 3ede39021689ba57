//! The pass over lives, messages and states that fills the queues.
//!
//! A server handles its mailbox in order. So what was delivered before a message that is handled, and was not handled itself, the process
//! took by a receive of its own: a reply it waited for. It was never in the way of the others. When a server goes back to waiting, which
//! its state tells, it is done with the message it handled last.
//!
//! Invariant: every row is read once, and of its term the match key only; but an atom that no process sent is read.
//! Invariant: behind a loss of messages queues are counted anew: what was on its way may have been handled unseen.
//! Invariant: lengths are counted stretch by stretch, at ends to which all classes have been read.

use super::chunked_vector::ChunkedVec;
use super::doubt::{Doubts, Findings, Sieve};
use super::grouped::Grouped;
use super::mailbox::Mailbox;
use super::read::{MessageRow, read as read_rows};
use super::samples::Kept;
use super::state::States;
use super::target::{Peer, Peers, Targets};
use super::{Counts, Detail, Queue, Queues};
use crate::model::coverage::trace_intervals::Watch;
use crate::model::message::equal::Recorded;
use crate::model::message::inbox::Inbox;
use crate::model::message::matcher::{Arrival, Line, Matcher, Message, Role, UNKNOWN, Way};
use crate::model::process::process_number::ProcessNumbers;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::term::{Term, read};
use scope_core::trace::{Run, Trace};
use scope_core::{Class, Kind, OrderKey};

/// Messages handled in a stretch, at least: more where there are more processes. Tests are to see many stretches.
const STRETCH: usize = if cfg!(debug_assertions) { 4 } else { 1 << 16 };
/// Bytes an atom can take in a chunk, at most.
const MAX_ATOM_BYTES: usize = 6;

/// What a pass knows.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    trace: &'a Trace,
    window: Window,
    numbers: ProcessNumbers,
    /// By the number of the process.
    queues: Vec<Queue>,
    /// The same.
    mailboxes: Vec<Mailbox>,
    matcher: Matcher,
    targets: Targets,
    /// By the index of the chunk of messages.
    peers: Vec<Rc<Peers>>,
    /// When the handled messages of a stretch arrived and were handled.
    stays: Vec<(u32, (u64, u64))>,
    /// The same by process, when the stretch is over.
    stays_of: Grouped<(u64, u64)>,
    /// Messages handled since it was last looked which are open.
    n_stays: usize,
    /// Replies waited for: from whom, and for how long.
    waits: ChunkedVec<(u32, (u32, u64))>,
    /// `None` where no details are asked for.
    kept: Option<Kept>,
    states: States<'a>,
    /// Ends of the losses to come, the next one last.
    losses: Vec<u64>,
    n_events: u64,
    /// Messages read: the number of the one at hand.
    n_messages: u64,
    /// The last one before the last loss.
    lost_at: u64,
    /// What was sent, and what was handled.
    sent: Sieve,
    handled: Sieve,
    findings: Findings,
    /// What an earlier pass found.
    doubts: Option<Doubts>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(trace: &'a Trace, window: Window, detail: Detail, doubts: Option<Doubts>) -> Self {
        let end = window.clipped(trace).to;
        let touching = trace.losses().iter().filter(|loss| loss.class.is_none_or(|class| class == Class::Message));
        let mut losses: Vec<u64> = touching.filter(|loss| loss.from_tick <= end).map(|loss| loss.to_tick).collect();
        losses.sort_unstable();
        losses.reverse();
        let n_messages = trace.chunks(Class::Message).iter().map(|chunk| chunk.len()).sum();
        let states = trace.runs(&[Class::State], Window::all().first_key(), window.last_key());
        Self {
            trace,
            window,
            numbers: ProcessNumbers::default(),
            queues: Vec::new(),
            mailboxes: Vec::new(),
            matcher: Matcher::new(&trace.header().otp),
            targets: Targets::default(),
            peers: Vec::new(),
            stays: Vec::new(),
            stays_of: Grouped::default(),
            n_stays: 0,
            waits: ChunkedVec::default(),
            kept: (detail == Detail::Full).then(Kept::default),
            states: States::new(states),
            losses,
            n_events: 0,
            n_messages: 0,
            lost_at: 0,
            sent: Sieve::new(n_messages),
            handled: Sieve::new(n_messages),
            findings: Findings::default(),
            doubts,
        }
    }

    /// Walks everything.
    pub(super) fn run(mut self) -> (Queues, Findings) {
        self.find_receivers();
        if let Some(baseline) = self.trace.baseline() {
            self.targets.remember(baseline, &mut self.numbers);
        }
        let (first, last) = (Window::all().first_key(), self.window.last_key());
        for run in self.trace.runs(&[Class::Process, Class::Message], first, last) {
            if run.class == Class::Message {
                let Some(peers) = self.peers.get(run.chunk_idx as usize).map(Rc::clone) else { continue };
                read_rows(&run, &peers, |rows, last| {
                    rows.iter().for_each(|row| self.message(&run, row));
                    self.read_up_to(run.chunk.key(last));
                });
            } else {
                for row in run.rows() {
                    let row = Row::of(run.chunk, run.chunk_idx, row);
                    self.forget_lost(row.tick());
                    self.life(&row);
                }
                self.read_up_to(run.last_key());
            }
        }
        self.read_states(last);
        self.finish();
        let Self { numbers, queues, n_events, kept, findings, .. } = self;
        let mut waits = Grouped::default();
        waits.fill(queues.len(), self.waits.iter().copied());
        (Queues { numbers, queues, n_events, waits, kept: kept.unwrap_or_default() }, findings)
    }

    /// Lives and messages were read up to a point.
    fn read_up_to(&mut self, until: OrderKey) {
        self.read_states(until);
        if self.stays.len() >= STRETCH.max(self.mailboxes.len()) {
            self.sum_up(until.tick);
        }
    }

    /// Which processes' deliveries and handlings are recorded at all.
    fn find_receivers(&mut self) {
        let (from, to) = (self.trace.low_watermark(Class::Message), self.window.last_key());
        for chunk in self.trace.chunks(Class::Message) {
            let peers = self.targets.peers(chunk, &self.trace.header().node, &mut self.numbers);
            self.mailboxes.resize_with(self.numbers.len(), Mailbox::default);
            let is_whole = from <= chunk.first() && chunk.last() <= to;
            for (id, process) in peers.processes() {
                let Some(mailbox) = self.mailboxes.get_mut(process as usize).filter(|mailbox| !mailbox.handles) else {
                    continue;
                };
                for row in chunk.rows_with_process(id).iter().map(|row| u32::from(*row)) {
                    let kind = chunk.kind(row);
                    if kind != Kind::Send && (is_whole || (from..=to).contains(&chunk.key(row))) {
                        mailbox.receives = true;
                        mailbox.handles = kind == Kind::Handled;
                        if mailbox.handles {
                            break;
                        }
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
        self.note_stretches(|_, _| false);
        self.handled.clear();
        self.lost_at = self.n_messages;
        self.matcher.clear();
        for mailbox in &mut self.mailboxes {
            mailbox.line = Line::default();
            mailbox.last_sent = None;
        }
    }

    /// Notes the stretches that leave messages on their way, though some were delivered meanwhile and perhaps unseen.
    fn note_stretches(&mut self, is_recorded: impl Fn(u32, u64) -> bool) {
        for message in self.matcher.open().filter(|message| !message.is_delivered) {
            let Some(stretch) = self.matcher.stretch(message).filter(|stretch| stretch.is_delivered) else { continue };
            if !is_recorded(message.receiver, stretch.since_tick) {
                let pair = (message.receiver, message.key);
                self.findings.stretches.push((pair, stretch.since, self.n_messages));
            }
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

    fn message(&mut self, run: &Run<'a>, row: &MessageRow) {
        self.n_events += 1;
        self.forget_lost(row.tick);
        self.n_messages += 1;
        if row.process == UNKNOWN {
            return;
        }
        match row.kind {
            Kind::Send => self.sent(run, row),
            Kind::Delivered => self.delivered(run, row),
            _ => self.handled(run, row),
        }
    }

    fn sent(&mut self, run: &Run<'a>, row: &MessageRow) {
        if let Some(mailbox) = self.mailboxes.get_mut(row.process as usize) {
            mailbox.last_sent = Some(row.tick);
        }
        let receiver = match row.to {
            Peer::Process(process) => Some(process),
            Peer::Name(name) => self.targets.holder(name),
            Peer::Alias => Some(UNKNOWN),
            Peer::Elsewhere => None,
        };
        let receives = |receiver: u32| {
            receiver == UNKNOWN || self.mailboxes.get(receiver as usize).is_some_and(|mailbox| mailbox.receives)
        };
        if let Some(receiver) = receiver.filter(|receiver| receives(*receiver)) {
            let mut arrival = arrival(run, row, row.process);
            let pair = (receiver, row.key);
            match &mut self.doubts {
                Some(doubts) => {
                    let place = (arrival.chunk, arrival.row);
                    arrival.ambiguous = doubts.is_sent_in_doubt(pair, place, self.n_messages);
                }
                None => self.sent.add(pair),
            }
            self.matcher.send(row.key, receiver, arrival, row.exact);
        }
    }

    fn delivered(&mut self, run: &Run<'a>, row: &MessageRow) {
        let (process, tick, in_window) = (row.process, row.tick, self.window.contains(row.tick));
        let place = self.matcher.deliver(process, row.key, || arrival(run, row, UNKNOWN));
        let Some(mailbox) = self.mailboxes.get_mut(process as usize) else { return };
        let Some(message) = self.matcher.message_mut(place) else { return };
        mailbox.last_delivered = Some(tick);
        if message.way == Way::Unsent {
            let pair = (process, row.key);
            if let Some(doubts) = &self.doubts {
                message.arrival.ambiguous = doubts.is_surplus_in_doubt(pair);
            } else if self.sent.may_have(pair) || self.sent.may_have((UNKNOWN, row.key)) {
                self.findings.surplus.push((pair, self.n_messages));
            }
        }
        message.in_window = in_window;
        let was_seen = message.way != Way::Unsent && !message.arrival.ambiguous;
        if was_seen
            && in_window
            && let Some(kept) = &mut self.kept
        {
            kept.delivery.push(process, tick.saturating_sub(message.arrival.tick));
        }
        if message.way == Way::Alias {
            message.role = Role::Reply;
            // What was sent last, or a reply before this one, is where the wait began.
            let since = mailbox.last_sent;
            mailbox.last_sent = since.map(|_| tick);
            if let Some(since) = since.filter(|_| in_window) {
                self.waits.push((process, (message.arrival.sender, tick.saturating_sub(since))));
            }
        } else if message.way == Way::Unsent && is_timeout(run.chunk, row.row) {
            message.role = Role::Expired;
        }
        if mailbox.handles {
            self.matcher.queue(&mut mailbox.line, place, row.key);
        } else if let Some(message) = self.matcher.remove(place)
            && in_window
            && message.role != Role::Expired
        {
            arrive(&mut mailbox.counts, &mut self.kept, process, tick, message.arrival.sender);
        }
    }

    fn handled(&mut self, run: &Run<'a>, row: &MessageRow) {
        let (process, key) = (row.process as usize, run.chunk.key(row.row));
        if self.mailboxes.get(process).is_some_and(Mailbox::is_busy) {
            self.read_states(key);
        }
        let Some(mailbox) = self.mailboxes.get_mut(process) else { return };
        mailbox.begin(key);
        let (tick, in_window, counts) = (row.tick, self.window.contains(row.tick), &mut mailbox.counts);
        let mut message = self.matcher.handle(&mut mailbox.line, row.key, |passed| counts.pass(&passed));
        let pair = (row.process, row.key);
        match (&mut message, &self.doubts) {
            (Some(message), Some(doubts)) => {
                message.arrival.ambiguous |= doubts.is_handled_in_doubt(pair, self.n_messages);
            }
            (Some(_), None) => self.handled.add(pair),
            (None, None) if self.handled.may_have(pair) => {
                self.findings.unmatched.push((pair, self.lost_at, self.n_messages));
            }
            (None, _) => {}
        }
        if in_window {
            counts.handle(tick, message.as_ref());
        }
        let Some(Message { arrival, .. }) = message else { return };
        self.stays.push((row.process, (arrival.tick, tick)));
        if self.window.contains(arrival.tick) {
            arrive(counts, &mut self.kept, row.process, arrival.tick, arrival.sender);
        }
        if arrival.ambiguous || !in_window {
            return;
        }
        let waited = tick.saturating_sub(arrival.tick);
        if let Some(kept) = &mut self.kept {
            kept.waiting.push(row.process, waited);
        }
        if waited >= mailbox.longest {
            mailbox.longest = waited;
            if let Some(queue) = self.queue(process) {
                queue.wait(arrival, tick);
            }
        }
    }

    /// What is left in a mailbox at the end of it.
    fn settle(&mut self, process: usize, end: u64) {
        let Some(mailbox) = self.mailboxes.get_mut(process) else { return };
        let counts = &mut mailbox.counts;
        while let Some(message) = self.matcher.drain(&mut mailbox.line, |passed| counts.pass(&passed)) {
            if message.role != Role::Message {
                counts.pass(&message);
            } else if let Some(queue) = self.queues.get_mut(process) {
                queue.remaining.push((message.arrival, end));
            }
        }
    }

    /// Counts the lengths of a stretch that ends at a time.
    fn sum_up(&mut self, tick: u64) {
        let n_processes = self.mailboxes.len().max(self.queues.len());
        self.queues.resize_with(n_processes, Queue::default);
        self.n_stays += self.stays.len();
        let low_watermarks = self.low_watermarks(tick);
        self.stays_of.fill(n_processes, self.stays.iter().copied());
        self.stays.clear();
        for (process, (queue, mailbox)) in self.queues.iter_mut().zip(&self.mailboxes).enumerate() {
            let stays = self.stays_of.of(process);
            if stays.is_empty() {
                continue;
            }
            queue.lengths.extend(stays);
            if queue.lengths.is_due()
                && let Some(low_watermark) = low_watermarks.get(process)
            {
                queue.count_length(mailbox.counts.first, *low_watermark, self.window);
            }
        }
    }

    /// By process, the time before which no message arrived that is still open. Empty where to look would cost more than was handled.
    fn low_watermarks(&mut self, tick: u64) -> Vec<u64> {
        if self.n_stays < self.matcher.n_places() {
            return Vec::new();
        }
        self.n_stays = 0;
        let mut low_watermarks = vec![tick; self.queues.len()];
        let mut low_watermark = tick;
        for message in self.matcher.open() {
            match low_watermarks.get_mut(message.receiver as usize) {
                Some(low_watermark) => *low_watermark = message.arrival.tick.min(*low_watermark),
                // To an alias, whoever owns it.
                None => low_watermark = message.arrival.tick.min(low_watermark),
            }
        }
        low_watermarks.iter_mut().for_each(|own| *own = low_watermark.min(*own));
        low_watermarks
    }

    /// What is on its way at the end.
    fn finish(&mut self) {
        if self.losses.is_empty() {
            let (trace, keys) = (self.trace, self.numbers.keys().to_vec());
            self.note_stretches(|receiver, tick| {
                let receiver = keys.get(receiver as usize);
                receiver.is_none_or(|receiver| Inbox::unnamed(trace, *receiver).deliveries_since(tick))
            });
        } else {
            self.forget();
        }
        let end = self.window.clipped(self.trace).to;
        self.sum_up(end);
        for process in 0..self.queues.len() {
            self.settle(process, end);
        }
        for message in self.matcher.open() {
            let receiver = message.receiver as usize;
            let (Some(queue), Some(mailbox)) = (self.queues.get_mut(receiver), self.mailboxes.get(receiver)) else {
                continue;
            };
            // Whatever is there when a process looks is delivered at once: an older message was delivered unseen.
            let overtaken = mailbox.last_delivered.is_some_and(|delivered| message.arrival.tick < delivered);
            let dead = queue.exit.is_some_and(|exit| exit < message.arrival.tick);
            if mailbox.handles && !overtaken && !dead {
                queue.remaining.push((message.arrival, queue.exit.unwrap_or(end)));
            }
        }
        for (process, queue) in self.queues.iter_mut().enumerate() {
            if let Some(mailbox) = self.mailboxes.get(process) {
                (queue.handles, queue.counts) = (mailbox.handles, mailbox.counts);
            }
            // Where no process looked any more, nothing is known to be left.
            let looked = queue.remaining.is_empty() || {
                let watch = Watch::of(self.trace, self.numbers.key(process), Class::Message);
                watch.covers(queue.exit.unwrap_or(end)) != Some(false)
            };
            for (arrival, end) in core::mem::take(&mut queue.remaining).into_iter().filter(|_| looked) {
                queue.lengths.extend(&[(arrival.tick, end)]);
                if self.window.contains(arrival.tick) {
                    arrive(&mut queue.counts, &mut self.kept, process as u32, arrival.tick, arrival.sender);
                }
                if self.window.contains(end) {
                    queue.left += 1;
                    queue.wait(arrival, end);
                }
            }
            queue.count_length(queue.counts.first, u64::MAX, self.window);
        }
    }

    /// Reads states up to a point: with one a process is done with what it handled last before.
    fn read_states(&mut self, until: OrderKey) {
        let Self { states, numbers, mailboxes, kept, window, n_events, .. } = self;
        states.read(until, numbers, |state| {
            *n_events += 1;
            let Some(process) = state.process else { return };
            let Some(mailbox) = mailboxes.get_mut(process) else { return };
            let handled = mailbox.done(state.tick, || state.key());
            if let Some(handled) = handled.filter(|handled| window.contains(*handled)) {
                let ns = state.tick.saturating_sub(handled);
                mailbox.counts.finish(ns);
                kept.iter_mut().for_each(|kept| kept.handling.push(process as u32, ns));
            }
        });
    }
}

/// A message arrives in the window.
fn arrive(counts: &mut Counts, kept: &mut Option<Kept>, receiver: u32, tick: u64, sender: u32) {
    counts.arrive(tick, sender);
    if let Some(kept) = kept.as_mut().filter(|_| sender != UNKNOWN) {
        kept.senders.push((receiver, sender));
    }
}

/// How a message comes that a row tells of.
const fn arrival(run: &Run<'_>, row: &MessageRow, sender: u32) -> Arrival {
    Arrival { tick: row.tick, chunk: run.chunk.seq(), row: row.row, sender, ambiguous: false }
}

/// Whether the term of a row is the atom `timeout`.
fn is_timeout(chunk: &Chunk, row: u32) -> bool {
    let Some(term) = chunk.term(chunk.term_id(row)) else { return false };
    // An atom is a tag and an id.
    term.bytes.len() <= MAX_ATOM_BYTES
        && matches!(read::read(term.bytes, chunk), Ok(Term::Atom(name)) if name == "timeout")
}
