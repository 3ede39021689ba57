//! The message queue of every process: what arrived, waited, was handled, and is left.
//!
//! Invariant: a length counts messages that were handled by the process's callback or are left, never those it took by a receive of its own.

mod flight;
mod pass;
mod target;

use crate::duration::Durations;
use crate::process_number::ProcessNumbers;
use crate::window::Window;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use pass::{Delivered, Pass};
use scope_core::ordered::Map;
use scope_core::trace::Trace;
use scope_core::{EventId, OrderKey};

/// Every queue of a trace, up to the end of a window.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) numbers: ProcessNumbers,
    /// By the number of the process.
    pub(crate) queues: Vec<Queue>,
    pub(crate) n_events: u64,
}

/// What came to one process.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Its handlings are recorded: it is a server.
    pub(crate) handles: bool,
    /// Its deliveries are recorded.
    receives: bool,
    mailbox: VecDeque<Delivered>,
    /// In order.
    pub(crate) handled: Vec<Handled>,
    pub(crate) left: Vec<Stay>,
    /// Delivered in the window and taken by a receive.
    pub(crate) taken: u64,
    /// Of a process whose handlings are not recorded: what arrived in the window, by sender, and when the first of it did.
    pub(crate) arrived: Vec<Option<u32>>,
    pub(crate) first_arrived: Option<u64>,
    pub(crate) delivery: Durations,
    /// Whose replies it waited for.
    pub(crate) waits_for: Map<usize, Waits>,
    pub(crate) exit: Option<u64>,
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
    pub(crate) id: EventId,
    /// Its number.
    pub(crate) sender: Option<u32>,
    /// It cannot be told from an equal one.
    pub(crate) ambiguous: bool,
}

/// Replies that were waited for, and for how long in sum.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waits {
    pub(crate) n: u64,
    pub(crate) sum_ns: u64,
}

/// A message handled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handled {
    pub(crate) key: OrderKey,
    /// `None` when its delivery was not recorded.
    pub(crate) arrival: Option<Arrival>,
    /// Until the next state.
    pub(crate) handling_ns: Option<u64>,
}

/// A message that was never handled, and when the waiting ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stay {
    pub(crate) arrival: Arrival,
    pub(crate) end: u64,
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
    fn arrive(&mut self, arrival: &Arrival, tick: u64) {
        self.first_arrived = self.first_arrived.or(Some(tick));
        self.arrived.push(arrival.sender);
    }

    fn wait_for(&mut self, callee: usize, waited_ns: u64) {
        let waits = self.waits_for.entry(callee).or_default();
        waits.n += 1;
        waits.sum_ns = waits.sum_ns.saturating_add(waited_ns);
    }

    /// Every stay in the queue: from the arrival to the handling or the end.
    pub(crate) fn stays(&self) -> impl Iterator<Item = (Arrival, u64)> {
        let handled = self.handled.iter().filter_map(|handled| Some((handled.arrival?, handled.key.tick)));
        handled.chain(self.left.iter().map(|stay| (stay.arrival, stay.end)))
    }

    /// The length over a window. A message that is handled when another one arrives has left before it.
    pub(crate) fn length(&self, window: Window) -> Length {
        let (mut came, mut gone) = (Vec::new(), Vec::new());
        let mut length = Length::default();
        for (arrival, end) in self.stays() {
            let (from, to) = (arrival.tick.max(window.from), end.min(window.to));
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
