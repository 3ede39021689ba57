//! The message queue of every process: what arrived, waited, was handled, and is left.
//!
//! Invariant: a length counts messages that were handled by the process's callback or are left, never those it took by a receive of its own.
//! Invariant: of a message that is done with its durations are kept, and no more once no older one is open.

mod flight;
mod length;
mod line;
mod log;
mod mailbox;
mod message;
mod pass;
mod read;
mod tally;
mod target;

use crate::duration::Durations;
use crate::process_number::ProcessNumbers;
use crate::window::Window;
use alloc::vec::Vec;
use core::cmp::Reverse;
pub(crate) use length::Length;
use length::Lengths;
use log::{Handled, Known, Note, Share};
use pass::Pass;
use scope_core::trace::Trace;
use scope_core::{Class, EventId};
use tally::{Places, Tally};

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
    /// Left at the end of the process or of the window, and when that was.
    remaining: Vec<(Arrival, u64)>,
    lengths: Lengths,
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
    pub(crate) senders: Tally<()>,
    /// Whose replies it waited for, and for how long.
    pub(crate) waits_for: Tally<u64>,
}

/// How a message came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// When it was sent or, where nobody saw that, delivered.
    pub(crate) tick: u64,
    /// That event: its chunk and row among messages.
    chunk: u32,
    row: u32,
    /// The number of who sent it; [`NOBODY`] where that was not seen.
    sender: u32,
    /// It cannot be told from an equal one.
    ambiguous: bool,
}

impl Arrival {
    const fn id(&self) -> EventId {
        EventId { class: Class::Message, chunk: self.chunk, row: self.row }
    }
}

/// No process: the receiver of a message to an alias, the sender of one from outside.
const NOBODY: u32 = u32::MAX;

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

/// How much is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Everything.
    Full,
    /// Neither the durations of waiting and delivery nor the senders.
    Brief,
}

impl Queues {
    /// The queues of a trace.
    pub(crate) fn of(trace: &Trace, window: Window, detail: Detail) -> Self {
        let mut pass = Pass::new(trace, window, detail);
        pass.run();
        Self { numbers: pass.numbers, queues: pass.queues, n_events: pass.n_events }
    }
}

impl Queue {
    /// Sums up what happened in a stretch of the recording.
    fn sum_up(&mut self, share: Share<'_>, window: Window, detail: Detail, places: &mut Places) {
        self.handling.extend(share.handling.iter().copied());
        if detail == Detail::Full {
            self.delivery.extend(share.delivery.iter().copied());
            let waited = |handled: &Handled| handled.known == Known::Arrival && window.contains(handled.tick);
            let waiting = share.handled.iter().filter(|handled| waited(handled));
            self.waiting.extend(waiting.map(|handled| handled.tick.saturating_sub(handled.arrived)));
            self.count_senders(share, window, places);
        }
        for handled in share.handled {
            self.handle(handled, window);
        }
        for waited in share.waited {
            self.waits_for.add(waited.by, waited.ns, places);
        }
        for note in share.notes {
            match *note {
                Note::Arrived(tick, sender) => self.arrive(tick, sender),
                Note::Taken => self.taken += 1,
            }
        }
    }

    /// Counts whom messages are from.
    fn count_senders(&mut self, share: Share<'_>, window: Window, places: &mut Places) {
        let known = |handled: &&Handled| handled.known != Known::Nothing && window.contains(handled.arrived);
        let handled = share.handled.iter().filter(known).map(|handled| handled.sender);
        let arrived = share.notes.iter().filter_map(|note| match note {
            Note::Arrived(_, sender) => Some(*sender),
            Note::Taken => None,
        });
        for sender in handled.chain(arrived).filter(|sender| *sender != NOBODY) {
            self.senders.add(sender, (), places);
        }
    }

    /// A message is handled.
    fn handle(&mut self, handled: &Handled, window: Window) {
        let in_window = u64::from(window.contains(handled.tick));
        if in_window > 0 {
            self.begin(handled.tick);
        }
        self.handled += in_window;
        match handled.known {
            Known::Nothing => self.unmatched += in_window,
            Known::Ambiguous => self.ambiguous += in_window,
            Known::Arrival => {}
        }
        if handled.known != Known::Nothing {
            self.stay(handled.arrived, handled.tick, handled.sender, window);
        }
    }

    /// A message arrives.
    fn arrive(&mut self, tick: u64, sender: u32) {
        self.begin(tick);
        self.arrived += 1;
        self.external += u64::from(sender == NOBODY);
    }

    /// A message is left at an end.
    fn remain(&mut self, arrival: Arrival, end: u64) {
        self.remaining.push((arrival, end));
    }

    /// Counts what is left, if that is known, and ends all sums.
    fn finish(&mut self, looked: bool, window: Window, detail: Detail, places: &mut Places) {
        for (arrival, end) in core::mem::take(&mut self.remaining).into_iter().filter(|_| looked) {
            self.stay(arrival.tick, end, arrival.sender, window);
            if detail == Detail::Full && arrival.sender != NOBODY && window.contains(arrival.tick) {
                self.senders.add(arrival.sender, (), places);
            }
            if window.contains(end) {
                self.left += 1;
                self.wait(arrival, end);
            }
        }
        self.count_length(u64::MAX, window);
        self.senders.sum_up(places);
        self.waits_for.sum_up(places);
    }

    fn begin(&mut self, tick: u64) {
        self.first = Some(self.first.map_or(tick, |first| first.min(tick)));
    }

    fn stay(&mut self, arrived: u64, end: u64, sender: u32, window: Window) {
        self.lengths.stay(arrived, end);
        if window.contains(arrived) {
            self.arrive(arrived, sender);
        }
    }

    /// A message waited until an end.
    fn wait(&mut self, arrival: Arrival, end: u64) {
        let wait = Wait { ns: end.saturating_sub(arrival.tick), since: arrival.tick, id: arrival.id() };
        let rank = |wait: &Wait| (wait.ns, Reverse(wait.since), Reverse(wait.id));
        if self.longest.is_none_or(|longest| rank(&longest) < rank(&wait)) {
            self.longest = Some(wait);
        }
    }

    /// How many messages waited, once all is counted.
    pub(crate) const fn length(&self) -> Length {
        self.lengths.length()
    }

    /// Counts the length up to a time before which no other message can have arrived.
    fn count_length(&mut self, floor: u64, window: Window) {
        let floor = self.remaining.iter().fold(floor, |floor, (arrival, _)| floor.min(arrival.tick));
        // Counted from the first event on, which is known once it is below the floor.
        if let Some(first) = self.first.filter(|first| *first < floor) {
            let last = self.exit.map_or(window.to, |exit| exit.min(window.to));
            self.lengths.count(floor, first, last);
        }
    }
}
