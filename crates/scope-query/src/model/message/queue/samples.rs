//! What is asked about few queues at the end, and of which is not known before: kept as it comes, and summed up for those few.
//!
//! To add each duration to a list of its process would take longer than all the rest: thousands of lists grow side by side, and none is in
//! a cache when it is its turn.

use super::chunked_vector::ChunkedVec;
use super::grouped::Grouped;
use crate::model::call::duration::Durations;
use alloc::vec;

/// Durations and senders of all queues, in the order of the pass.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Of the handled, from arrival to handling.
    pub(super) waiting: Spans,
    /// From handling to the next state.
    pub(super) handling: Spans,
    /// From sending to delivery.
    pub(super) delivery: Spans,
    /// Whom the arrived are from: receiver and sender.
    pub(super) senders: ChunkedVec<(u32, u32)>,
}

/// Durations with the number of their process.
#[derive(Debug, Default)]
pub(super) struct Spans {
    /// Those below 4.3 s, in half the memory, and the others.
    short: ChunkedVec<(u32, u32)>,
    long: ChunkedVec<(u32, u64)>,
}

/// What was kept of the queues asked for, by their places among them.
#[derive(Debug)]
pub(crate) struct Details {
    waiting: GroupedSpans,
    handling: GroupedSpans,
    delivery: GroupedSpans,
    senders: Grouped<u32>,
}

#[derive(Debug, Default)]
struct GroupedSpans {
    short: Grouped<u32>,
    long: Grouped<u64>,
}

impl Spans {
    #[inline]
    pub(super) fn push(&mut self, process: u32, ns: u64) {
        match u32::try_from(ns) {
            Ok(ns) => self.short.push((process, ns)),
            Err(_) => self.long.push((process, ns)),
        }
    }

    fn grouped(&self, n: usize, place: impl Fn(u32) -> u32 + Copy) -> GroupedSpans {
        let mut grouped = GroupedSpans::default();
        grouped.short.fill(n, self.short.iter().map(|(process, ns)| (place(*process), *ns)));
        grouped.long.fill(n, self.long.iter().map(|(process, ns)| (place(*process), *ns)));
        grouped
    }
}

impl GroupedSpans {
    fn of(&self, place: usize) -> Durations {
        Durations::of(self.short.of(place), self.long.of(place))
    }
}

impl Kept {
    /// What was kept of some processes, by their numbers, each named once.
    pub(super) fn of(&self, processes: &[usize]) -> Details {
        let mut places = vec![u32::MAX; processes.iter().max().map_or(0, |most| most + 1)];
        for (place, process) in (0..).zip(processes) {
            places.get_mut(*process).into_iter().for_each(|slot| *slot = place);
        }
        let place = |process: u32| places.get(process as usize).copied().unwrap_or(u32::MAX);
        let mut senders = Grouped::default();
        senders.fill(processes.len(), self.senders.iter().map(|(process, sender)| (place(*process), *sender)));
        Details {
            waiting: self.waiting.grouped(processes.len(), place),
            handling: self.handling.grouped(processes.len(), place),
            delivery: self.delivery.grouped(processes.len(), place),
            senders,
        }
    }
}

impl Details {
    /// Of the handled, from arrival to handling.
    pub(crate) fn waiting(&self, place: usize) -> Durations {
        self.waiting.of(place)
    }

    /// From handling to the next state.
    pub(crate) fn handling(&self, place: usize) -> Durations {
        self.handling.of(place)
    }

    /// From sending to delivery.
    pub(crate) fn delivery(&self, place: usize) -> Durations {
        self.delivery.of(place)
    }

    /// The number of the process each message is from, where that was seen.
    pub(crate) fn senders(&self, place: usize) -> &[u32] {
        self.senders.of(place)
    }
}
