//! What is asked of few queues at the end, and of which is not known before: kept as it comes, and summed up for those few.
//!
//! To add each duration to a list of its process would take longer than all the rest: thousands of lists grow side by side, and none is in
//! a cache when it is its turn.

use super::pile::Pile;
use super::tally::{Sum, tally};
use crate::duration::Durations;
use alloc::vec;
use alloc::vec::Vec;

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
    pub(super) senders: Pile<(u32, u32)>,
}

/// Durations with the number of their process.
#[derive(Debug, Default)]
pub(super) struct Spans {
    /// Those below 4.3 s, in half the memory, and the others.
    short: Pile<(u32, u32)>,
    long: Pile<(u32, u64)>,
}

/// What was kept of one queue.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) waiting: Durations,
    pub(crate) handling: Durations,
    pub(crate) delivery: Durations,
    /// The number of whom each is from.
    senders: Vec<u32>,
}

impl Spans {
    #[inline]
    pub(super) fn push(&mut self, process: u32, ns: u64) {
        match u32::try_from(ns) {
            Ok(ns) => self.short.push((process, ns)),
            Err(_) => self.long.push((process, ns)),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        self.short.iter().map(|(process, ns)| (*process, u64::from(*ns))).chain(self.long.iter().copied())
    }
}

impl Kept {
    /// What was kept of some processes, by their numbers, each named once.
    pub(super) fn of(&self, processes: &[usize]) -> Vec<Details> {
        let mut all: Vec<Details> = Vec::new();
        all.resize_with(processes.len(), Details::default);
        let mut places = vec![usize::MAX; processes.iter().max().map_or(0, |most| most + 1)];
        for (place, process) in processes.iter().enumerate() {
            places.get_mut(*process).into_iter().for_each(|slot| *slot = place);
        }
        for (process, ns) in self.waiting.iter() {
            details(&mut all, &places, process).into_iter().for_each(|of| of.waiting.add(ns));
        }
        for (process, ns) in self.handling.iter() {
            details(&mut all, &places, process).into_iter().for_each(|of| of.handling.add(ns));
        }
        for (process, ns) in self.delivery.iter() {
            details(&mut all, &places, process).into_iter().for_each(|of| of.delivery.add(ns));
        }
        for (process, sender) in self.senders.iter() {
            details(&mut all, &places, *process).into_iter().for_each(|of| of.senders.push(*sender));
        }
        all
    }
}

/// The details of a process, if they are asked for.
fn details<'d>(all: &'d mut [Details], places: &[usize], process: u32) -> Option<&'d mut Details> {
    all.get_mut(*places.get(process as usize)?)
}

impl Details {
    /// How many messages are from each sender.
    pub(crate) fn senders(&self) -> Vec<Sum> {
        tally(self.senders.iter().map(|sender| (*sender, 0)))
    }
}
