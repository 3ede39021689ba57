//! Matches the sends of messages with their deliveries, and deliveries with their handlings, event by event.
//!
//! Equal messages from one sender to one receiver are delivered in the order they were sent. Where two senders have equal ones on the way at
//! once, or messages that may only look equal, which is which is not known. A server handles its mailbox in order; what was delivered before
//! a message that it handles, and is not handled, it took by a receive of its own. Only a priority message is fetched before older ones, and
//! that one was sent to an alias, or by the VM.
//!
//! Events come in the order of their keys, but for a send at the tick of a delivery on another thread, which comes first: [`settle_ties`].
//!
//! Invariant: what is not decided is said to be so, never guessed.
//! Invariant: it knows neither traces nor indexes; whoever has the events drives it.

mod flight;
mod line;
mod message;

use flight::Flights;
pub(crate) use flight::Stretch;
pub(crate) use line::Line;
use message::Messages;
pub(crate) use message::{Arrival, Message, Role, Way};

/// No process: the receiver of a message to an alias, whose owner is not recorded; the sender of one that was not seen being sent.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// Whether a VM of this OTP release may have priority messages, as 28 and later do, and perhaps an unknown one.
pub(crate) fn has_priority(otp: &str) -> bool {
    let release = otp.split('.').next().and_then(|release| release.parse::<u32>().ok());
    release.is_none_or(|release| release >= 28)
}

/// What is on its way and in the mailboxes.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    messages: Messages,
    flights: Flights,
    /// The VM may have priority messages.
    has_priority: bool,
}

impl Matcher {
    /// For a recording of a VM of this OTP release.
    pub(crate) fn new(otp: &str) -> Self {
        Self { has_priority: has_priority(otp), ..Self::default() }
    }

    /// A message leaves, to a process or to [`UNKNOWN`], whoever owns an alias.
    pub(crate) fn send(&mut self, key: u64, receiver: u32, arrival: Arrival, exact: bool) {
        self.flights.send(&mut self.messages, Message::new(key, receiver, arrival, exact));
    }

    /// A message is delivered: the place of it, which is of what was sent if anything equal was on the way, else of an arrival of its own.
    #[inline]
    pub(crate) fn deliver(&mut self, receiver: u32, key: u64, unsent: impl FnOnce() -> Arrival) -> u32 {
        let sent = self.flights.deliver(&mut self.messages, receiver, key);
        let place = sent.unwrap_or_else(|| self.messages.add(Message::new(key, receiver, unsent(), true)));
        if let Some(message) = self.messages.get_mut(place) {
            message.receiver = receiver;
            message.is_delivered = true;
        }
        place
    }

    /// The message at a place.
    pub(crate) fn message_mut(&mut self, place: u32) -> Option<&mut Message> {
        self.messages.get_mut(place)
    }

    /// Takes out a message that goes into no mailbox.
    pub(crate) fn remove(&mut self, place: u32) -> Option<Message> {
        self.messages.remove(place)
    }

    /// Puts a delivered message into the mailbox of its receiver.
    pub(crate) fn queue(&mut self, line: &mut Line, place: u32, key: u64) {
        line.push(&mut self.messages, place, key);
    }

    /// A message is handled: the delivered one it is, if any. `passed` is called with each that its process took by a receive of its own.
    pub(crate) fn handle(&mut self, line: &mut Line, key: u64, passed: impl FnMut(Message)) -> Option<Message> {
        line.take(&mut self.messages, key, self.has_priority, passed)
    }

    /// Takes the oldest message out of a mailbox that has ended. One that a priority message overtook counts as taken.
    pub(crate) fn drain(&mut self, line: &mut Line, passed: impl FnMut(Message)) -> Option<Message> {
        line.settle(&mut self.messages, passed);
        line.pop(&mut self.messages)
    }

    /// Forgets everything: behind a loss of messages nothing is known to be on its way or waiting. Whoever owns the lines empties them.
    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.flights = Flights::default();
    }

    /// The messages on their way and in mailboxes, in no order that means anything.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }

    /// How many places are taken by messages, or were at one time.
    pub(crate) const fn n_places(&self) -> usize {
        self.messages.n_places()
    }

    /// The stretch of time that a message on its way belongs to.
    pub(crate) fn stretch(&self, message: &Message) -> Option<Stretch> {
        self.flights.stretch(message)
    }
}

/// An event of a list in order, as far as it decides about the order of its matching.
pub(crate) trait Tied {
    fn tick(&self) -> u64;
    fn key(&self) -> u64;
    fn is_send(&self) -> bool;
}

/// Puts each send before the deliveries and handlings of its tick that another thread recorded: threads are not ordered at one tick, and a
/// message is sent before it is delivered. `is_same_thread` compares two events.
pub(crate) fn settle_ties<T: Tied>(events: &mut [T], is_same_thread: impl Fn(&T, &T) -> bool) {
    for at in 1..events.len() {
        let mut place = at;
        while let Some([before, send]) = place.checked_sub(1).and_then(|first| events.get_mut(first..=place)) {
            if !send.is_send() || before.tick() != send.tick() {
                break;
            }
            let is_equal = before.key() == send.key();
            if is_equal && (before.is_send() || is_same_thread(before, send)) {
                break;
            }
            core::mem::swap(before, send);
            place -= 1;
        }
    }
}
