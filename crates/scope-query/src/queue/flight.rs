//! The messages on their way: sent and not delivered, or delivered and neither handled nor taken.
//!
//! Equal messages to one receiver come out in the order they went in. Where two senders have equal ones on the way at once, or messages
//! that may only look equal, which is which is not known; how many there are is.

use alloc::vec::Vec;
use scope_core::EventId;
use scope_core::hashed::HashMap;

/// A message that was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// Numbers of the answer's processes.
    pub(super) receiver: usize,
    pub(super) sender: usize,
    pub(super) tick: u64,
    pub(super) id: EventId,
    /// Equal match keys mean equal messages: nothing was cut.
    pub(super) exact: bool,
}

/// Messages on their way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    by_key: HashMap<(usize, u64), Flight>,
    /// Sent and not delivered; the places of delivered ones are used again.
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Sent to an alias, whose owner nobody recorded: by match key, which holds the alias.
    replies: HashMap<u64, Sent>,
}

#[derive(Debug)]
struct Slot {
    sent: Sent,
    next: Option<u32>,
    used: bool,
}

/// Equal messages to one receiver.
#[derive(Debug, Default)]
struct Flight {
    /// The oldest and the newest sent and not delivered.
    ends: Option<(u32, u32)>,
    /// They cannot be told apart, until none is left.
    mixed: bool,
    n_delivered: u32,
}

impl Flights {
    /// A message leaves for its receiver.
    pub(super) fn send(&mut self, key: u64, sent: Sent) {
        let slot = Slot { sent, next: None, used: true };
        let idx = match self.free.pop() {
            Some(idx) => {
                if let Some(place) = self.slots.get_mut(idx as usize) {
                    *place = slot;
                }
                idx
            }
            None => {
                self.slots.push(slot);
                self.slots.len() as u32 - 1
            }
        };
        let flight = self.by_key.entry((sent.receiver, key)).or_default();
        let Some((first, last)) = flight.ends else {
            flight.ends = Some((idx, idx));
            return;
        };
        if let Some(before) = self.slots.get_mut(last as usize) {
            before.next = Some(idx);
            flight.mixed |= before.sent.sender != sent.sender || !before.sent.exact || !sent.exact;
        }
        flight.ends = Some((first, idx));
    }

    /// A message leaves for whoever owns an alias.
    pub(super) fn send_reply(&mut self, key: u64, sent: Sent) {
        self.replies.insert(key, sent);
    }

    /// A message is delivered; it stays in the mailbox if that is looked at. Answers what was sent, and whether it is one of several.
    pub(super) fn deliver(&mut self, receiver: usize, key: u64, stays: bool) -> Option<(Sent, bool)> {
        let Some(flight) = self.by_key.get_mut(&(receiver, key)) else {
            if stays {
                self.by_key.insert((receiver, key), Flight { n_delivered: 1, ..Flight::default() });
            }
            return None;
        };
        flight.n_delivered += u32::from(stays);
        let (first, last) = flight.ends?;
        let slot = self.slots.get_mut(first as usize)?;
        let arrived = (slot.sent, flight.mixed);
        slot.used = false;
        self.free.push(first);
        flight.ends = slot.next.map(|next| (next, last));
        flight.mixed &= flight.ends.is_some();
        if flight.ends.is_none() && flight.n_delivered == 0 {
            self.by_key.remove(&(receiver, key));
        }
        Some(arrived)
    }

    /// The reply that was sent to an alias, now that it is delivered.
    pub(super) fn deliver_reply(&mut self, key: u64) -> Option<Sent> {
        self.replies.remove(&key)
    }

    /// Whether such a message is in the mailbox.
    pub(super) fn is_delivered(&self, receiver: usize, key: u64) -> bool {
        self.by_key.get(&(receiver, key)).is_some_and(|flight| flight.n_delivered > 0)
    }

    /// A message leaves the mailbox.
    pub(super) fn leave(&mut self, receiver: usize, key: u64) {
        let Some(flight) = self.by_key.get_mut(&(receiver, key)) else { return };
        flight.n_delivered = flight.n_delivered.saturating_sub(1);
        if flight.ends.is_none() && flight.n_delivered == 0 {
            self.by_key.remove(&(receiver, key));
        }
    }

    /// What was sent and not delivered.
    pub(super) fn undelivered(&self) -> impl Iterator<Item = &Sent> {
        self.slots.iter().filter(|slot| slot.used).map(|slot| &slot.sent)
    }
}
