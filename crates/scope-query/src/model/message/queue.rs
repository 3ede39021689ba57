//! The message queue of every process: what arrived, waited, was handled, and is left.
//!
//! Invariant: a length counts messages that were handled by the process's callback or are left, never those it took by a receive of its own.
//! Invariant: of a message that is done with nothing is kept once no older one is open; but where details are asked for its durations and its
//! sender, at 8 bytes each, until the queues to show are known.

mod chunked_vector;
mod counts;
mod doubt;
mod grouped;
mod length;
mod mailbox;
mod pass;
mod read;
mod samples;
mod state;
mod target;
mod totals;

use crate::model::message::matcher::Arrival;
use crate::model::process::process_number::ProcessNumbers;
use crate::model::window::Window;
use alloc::vec::Vec;
use core::cmp::Reverse;
pub(crate) use counts::Counts;
use grouped::Grouped;
pub(crate) use length::Length;
use length::Lengths;
use pass::Pass;
pub(crate) use samples::Details;
use samples::Kept;
use scope_core::trace::Trace;
use scope_core::{Class, EventId};
pub(crate) use totals::{Places, Sum, totals};

/// Every queue of a trace, up to the end of a window.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) numbers: ProcessNumbers,
    /// By the number of the process.
    pub(crate) queues: Vec<Queue>,
    pub(crate) n_events: u64,
    /// Whose replies each process waited for, and for how long.
    waits: Grouped<(u32, u64)>,
    kept: Kept,
}

/// What came to one process.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Its handlings are recorded: it is a server.
    pub(crate) handles: bool,
    pub(crate) counts: Counts,
    /// Left at the end of the process or of the window, and when that was.
    remaining: Vec<(Arrival, u64)>,
    lengths: Lengths,
    pub(crate) exit: Option<u64>,
    /// Never handled, and the waiting ended in the window.
    pub(crate) left: u64,
    /// The message that waited longest, the first of several.
    pub(crate) longest: Option<Wait>,
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
    /// No details: neither durations nor senders.
    Brief,
}

impl Queues {
    /// The queues of a trace.
    pub(crate) fn of(trace: &Trace, window: Window, detail: Detail) -> Self {
        let (queues, findings) = Pass::new(trace, window, detail, None).run();
        let chunks = trace.chunks(Class::Message).iter().map(|chunk| &**chunk);
        match findings.doubts(chunks) {
            Some(doubts) => Pass::new(trace, window, detail, Some(doubts)).run().0,
            None => queues,
        }
    }

    /// The number of whose reply a process waited for, and for how long, of each reply.
    pub(crate) fn waits(&self, process: usize) -> &[(u32, u64)] {
        self.waits.of(process)
    }

    /// The details of some processes, by their numbers, each named once.
    pub(crate) fn details(&self, processes: &[usize]) -> Details {
        self.kept.of(processes)
    }
}

impl Queue {
    /// A message waited until an end.
    fn wait(&mut self, arrival: Arrival, end: u64) {
        let id = EventId { class: Class::Message, chunk: arrival.chunk, row: arrival.row };
        let wait = Wait { ns: end.saturating_sub(arrival.tick), since: arrival.tick, id };
        let rank = |wait: &Wait| (wait.ns, Reverse(wait.since), Reverse(wait.id));
        if self.longest.is_none_or(|longest| rank(&longest) < rank(&wait)) {
            self.longest = Some(wait);
        }
    }

    /// How many messages waited, once all is counted.
    pub(crate) const fn length(&self) -> Length {
        self.lengths.length()
    }

    /// Counts the length up to a time before which no other message can have arrived. Counted from the first event on.
    fn count_length(&mut self, first: Option<u64>, low_watermark: u64, window: Window) {
        let low_watermark =
            self.remaining.iter().fold(low_watermark, |low_watermark, (arrival, _)| low_watermark.min(arrival.tick));
        // The first event is known once it is below the low_watermark.
        if let Some(first) = first.filter(|first| *first < low_watermark) {
            let last = self.exit.map_or(window.to, |exit| exit.min(window.to));
            self.lengths.count(low_watermark, first, last);
        }
    }
}
