//! The messages on their way: sent and not delivered.
//!
//! Equal messages to one receiver come out in the order they went in. Where two senders have equal ones on the way at once, or messages
//! that may only look equal, which is which is not known; how many there are is.

use super::Arrival;
use alloc::vec::Vec;
use hashbrown::hash_map::Entry;
use scope_core::EventId;
use scope_core::hashed::HashMap;

/// A message that was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// Numbers of the answer's processes.
    pub(super) receiver: u32,
    pub(super) sender: u32,
    pub(super) tick: u64,
    pub(super) id: EventId,
    /// Equal match keys mean equal messages: nothing was cut.
    pub(super) exact: bool,
}

/// Messages on their way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    by_key: HashMap<(u32, u64), Flight>,
    /// The places of delivered messages are used again.
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

/// Equal messages to one receiver: one at least.
#[derive(Debug)]
struct Flight {
    /// The oldest and the newest.
    first: u32,
    last: u32,
    /// They cannot be told apart, until none is left.
    mixed: bool,
}

impl Sent {
    /// Its arrival, wherever it went.
    pub(super) const fn arrival(&self, ambiguous: bool) -> Arrival {
        Arrival { tick: self.tick, id: self.id, sender: Some(self.sender), ambiguous }
    }
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
        match self.by_key.entry((sent.receiver, key)) {
            Entry::Vacant(entry) => {
                entry.insert(Flight { first: idx, last: idx, mixed: false });
            }
            Entry::Occupied(mut entry) => {
                let flight = entry.get_mut();
                if let Some(before) = self.slots.get_mut(flight.last as usize) {
                    before.next = Some(idx);
                    flight.mixed |= before.sent.sender != sent.sender || !before.sent.exact || !sent.exact;
                }
                flight.last = idx;
            }
        }
    }

    /// A message leaves for whoever owns an alias.
    pub(super) fn send_reply(&mut self, key: u64, sent: Sent) {
        self.replies.insert(key, sent);
    }

    /// A message is delivered. Answers what was sent, and whether it is one of several.
    pub(super) fn deliver(&mut self, receiver: usize, key: u64) -> Option<(Sent, bool)> {
        let Entry::Occupied(mut entry) = self.by_key.entry((receiver as u32, key)) else { return None };
        let flight = entry.get_mut();
        let slot = self.slots.get_mut(flight.first as usize)?;
        let arrived = (slot.sent, flight.mixed);
        slot.used = false;
        self.free.push(flight.first);
        match slot.next {
            Some(next) => flight.first = next,
            None => {
                entry.remove();
            }
        }
        Some(arrived)
    }

    /// The reply that was sent to an alias, now that it is delivered.
    pub(super) fn deliver_reply(&mut self, key: u64) -> Option<Sent> {
        self.replies.remove(&key)
    }

    /// What was sent and not delivered.
    pub(super) fn undelivered(&self) -> impl Iterator<Item = &Sent> {
        self.slots.iter().filter(|slot| slot.used).map(|slot| &slot.sent)
    }
}
