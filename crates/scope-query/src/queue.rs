//! The message queue of every process: what arrived, waited, was handled, and is left.
//!
//! Invariant: a length counts messages that were handled by the process's callback or are left, never those it took by a receive of its own.
//! Invariant: of a message that is done with, the time it came and the time it went are kept, 16 bytes.

mod flight;
mod line;
mod pass;
mod tally;
mod target;

use crate::duration::Durations;
use crate::process_number::ProcessNumbers;
use crate::window::Window;
use alloc::vec::Vec;
use core::cmp::Reverse;
use line::Line;
use pass::Pass;
use scope_core::trace::Trace;
use scope_core::{EventId, OrderKey};
use tally::Tally;

/// Every queue of a trace, up to the end of a window.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) numbers: ProcessNumbers,
    /// By the number of the process.
    pub(crate) queues: Vec<Queue>,
    pub(crate) n_events: u64,
}

/// What came to one process. Counts and durations are of the window.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Its handlings are recorded: it is a server.
    pub(crate) handles: bool,
    /// Its deliveries are recorded.
    receives: bool,
    line: Line,
    /// Handled, and no state since; of those before the states already read only the last.
    undone: Vec<OrderKey>,
    /// Left at the end of the process or of the window, and when that was.
    remaining: Vec<(Arrival, u64)>,
    /// Of every message that was handled or is left: when it came and when the waiting ended.
    stays: Vec<(u64, u64)>,
    /// The first arrival or handling.
    pub(crate) first: Option<u64>,
    pub(crate) exit: Option<u64>,
    pub(crate) arrived: u64,
    /// Of the arrived those nobody was seen to send.
    pub(crate) external: u64,
    pub(crate) handled: u64,
    /// Handled, and their delivery was not recorded.
    pub(crate) unmatched: u64,
    /// Handled, and not to be told from equal ones.
    pub(crate) ambiguous: u64,
    /// Never handled, and the waiting ended in the window.
    pub(crate) left: u64,
    /// Taken by a receive.
    pub(crate) taken: u64,
    /// Of the handled, from arrival to handling.
    pub(crate) waiting: Durations,
    /// From handling to the next state.
    pub(crate) handling: Durations,
    /// From sending to delivery.
    pub(crate) delivery: Durations,
    /// The message that waited longest, the first of several.
    pub(crate) longest: Option<Wait>,
    /// Whom the arrived are from.
    pub(crate) senders: Tally,
    /// Whose replies it waited for, and for how long.
    pub(crate) waits_for: Tally,
    /// The last send, or the last reply if that came later.
    last_sent: Option<u64>,
    last_delivered: Option<u64>,
}

/// How a message came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// When it was sent or, where nobody saw that, delivered.
    pub(crate) tick: u64,
    /// That event.
    id: EventId,
    /// Its number.
    sender: Option<u32>,
    /// It cannot be told from an equal one.
    ambiguous: bool,
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

/// How long a message waited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    ns: u64,
    since: u64,
    /// Its arrival.
    pub(crate) id: EventId,
}

impl Queues {
    /// The queues of a trace.
    pub(crate) fn of(trace: &Trace, window: Window) -> Self {
        let mut pass = Pass::new(trace, window);
        pass.run();
        Self { numbers: pass.numbers, queues: pass.queues, n_events: pass.n_events }
    }
}

/// How many messages waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) peak: u64,
    pub(crate) peak_at: Option<u64>,
    /// The sum of all waiting within the window: the length over time.
    pub(crate) area_ns: u128,
}

impl Queue {
    /// A message arrives.
    fn arrive(&mut self, tick: u64, sender: Option<u32>) {
        self.first = Some(self.first.map_or(tick, |first| first.min(tick)));
        self.arrived += 1;
        match sender {
            Some(sender) => self.senders.add(sender, 0),
            None => self.external += 1,
        }
    }

    /// A message is handled.
    fn handle(&mut self, key: OrderKey, arrival: Option<Arrival>, states_until: OrderKey, window: Window) {
        if self.undone.last().is_some_and(|last| *last < states_until) {
            self.undone.drain(..self.undone.len() - 1);
        }
        self.undone.push(key);
        let in_window = window.contains(key.tick);
        if in_window {
            self.first = Some(self.first.map_or(key.tick, |first| first.min(key.tick)));
            self.handled += 1;
        }
        let Some(arrival) = arrival else {
            self.unmatched += u64::from(in_window);
            return;
        };
        self.stay(arrival, key.tick, window);
        if !in_window {
            return;
        }
        if arrival.ambiguous {
            self.ambiguous += 1;
            return;
        }
        self.waiting.add(key.tick.saturating_sub(arrival.tick));
        self.wait(arrival, key.tick);
    }

    /// A message is left at an end.
    fn remain(&mut self, arrival: Arrival, end: u64) {
        self.remaining.push((arrival, end));
    }

    /// Counts what is left, if that is known, and sums up.
    fn finish(&mut self, looked: bool, window: Window) {
        for (arrival, end) in core::mem::take(&mut self.remaining).into_iter().filter(|_| looked) {
            self.stay(arrival, end, window);
            if window.contains(end) {
                self.left += 1;
                self.wait(arrival, end);
            }
        }
        self.senders.sum_up();
        self.waits_for.sum_up();
    }

    fn stay(&mut self, arrival: Arrival, end: u64, window: Window) {
        self.stays.push((arrival.tick, end));
        if window.contains(arrival.tick) {
            self.arrive(arrival.tick, arrival.sender);
        }
    }

    fn wait(&mut self, arrival: Arrival, end: u64) {
        let wait = Wait { ns: end.saturating_sub(arrival.tick), since: arrival.tick, id: arrival.id };
        let rank = |wait: &Wait| (wait.ns, Reverse(wait.since), Reverse(wait.id));
        if self.longest.is_none_or(|longest| rank(&longest) < rank(&wait)) {
            self.longest = Some(wait);
        }
    }

    /// A state: the process is done with what it handled last before.
    fn done(&mut self, state: OrderKey, window: Window) {
        // Most often one, where it is one by one that states follow messages.
        let begun = self.undone.iter().take_while(|handled| **handled < state).count();
        let last = self.undone.drain(..begun).next_back();
        if let Some(handled) = last.filter(|handled| window.contains(handled.tick)) {
            self.handling.add(state.tick.saturating_sub(handled.tick));
        }
    }

    /// The length over a window. A message that is handled when another one arrives has left before it.
    pub(crate) fn length(&self, window: Window) -> Length {
        let (mut came, mut gone) = (Vec::with_capacity(self.stays.len()), Vec::with_capacity(self.stays.len()));
        let mut length = Length::default();
        for (arrived, end) in &self.stays {
            let (from, to) = ((*arrived).max(window.from), (*end).min(window.to));
            if from < to {
                came.push(from);
                gone.push(to);
                length.area_ns += u128::from(to - from);
            }
        }
        came.sort_unstable();
        gone.sort_unstable();
        let mut n_gone = 0;
        for (n_came, tick) in (1..).zip(came) {
            n_gone += gone.get(n_gone..).unwrap_or_default().iter().take_while(|gone| **gone <= tick).count();
            let now = (n_came - n_gone) as u64;
            if now > length.peak {
                length.peak = now;
                length.peak_at = Some(tick);
            }
        }
        length
    }
}
