//! What is counted of one queue while the recording is walked.
//!
//! Invariant: it is a part of what every row looks up anyway, so that to count costs no look into other memory.

use crate::model::message::matcher::{Message, Role, UNKNOWN};

/// Counts and sums of the window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// The first arrival or handling.
    pub(crate) first: Option<u64>,
    pub(crate) arrived: u64,
    /// Of the arrived those that were not seen being sent.
    pub(crate) external: u64,
    pub(crate) handled: u64,
    /// Handled, and their delivery was not recorded.
    pub(crate) unmatched: u64,
    /// Handled, and not to be recorded from equal ones.
    pub(crate) ambiguous: u64,
    /// Taken by a receive.
    pub(crate) taken: u64,
    /// Handled, and a state followed; and how long that took.
    pub(crate) done: u64,
    pub(crate) handling_ns: u64,
}

impl Counts {
    /// A message arrives.
    pub(super) fn arrive(&mut self, tick: u64, sender: u32) {
        self.begin(tick);
        self.arrived += 1;
        self.external += u64::from(sender == UNKNOWN);
    }

    /// A message is handled, which is known where it was delivered.
    pub(super) fn handle(&mut self, tick: u64, message: Option<&Message>) {
        self.begin(tick);
        self.handled += 1;
        match message {
            None => self.unmatched += 1,
            Some(message) => self.ambiguous += u64::from(message.arrival.ambiguous),
        }
    }

    /// A message that was not handled is out of the mailbox: the process took it itself, if it was one.
    pub(super) fn pass(&mut self, message: &Message) {
        self.taken += u64::from(message.role != Role::Expired && message.in_window);
    }

    /// A state follows a message.
    pub(super) const fn finish(&mut self, ns: u64) {
        self.done += 1;
        self.handling_ns = self.handling_ns.saturating_add(ns);
    }

    fn begin(&mut self, tick: u64) {
        self.first = Some(self.first.map_or(tick, |first| first.min(tick)));
    }
}
