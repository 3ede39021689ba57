//! The messages on their way: sent and not delivered.
//!
//! Equal messages to one receiver come out in the order they went in. Where two senders have equal ones on the way at once, or messages
//! that may only look equal, which is which is not known; how many there are is.

use super::NOBODY;
use super::message::{Message, Messages};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// Messages on their way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    by_key: HashMap<(u32, u64), Flight>,
    /// Sent to an alias, whose owner nobody recorded: by match key, which holds the alias.
    replies: HashMap<u64, u32>,
}

/// Equal messages to one receiver: one at least.
#[derive(Debug)]
struct Flight {
    /// The places of the oldest and the newest.
    first: u32,
    last: u32,
    /// They cannot be told apart, until none is left.
    mixed: bool,
}

impl Flights {
    /// A message leaves.
    pub(super) fn send(&mut self, messages: &mut Messages, sent: Message) {
        let place = messages.add(sent);
        if sent.receiver == NOBODY {
            if let Some(before) = self.replies.insert(sent.key, place) {
                messages.remove(before);
            }
            return;
        }
        match self.by_key.entry((sent.receiver, sent.key)) {
            Entry::Vacant(entry) => {
                entry.insert(Flight { first: place, last: place, mixed: false });
            }
            Entry::Occupied(mut entry) => {
                let flight = entry.get_mut();
                if let Some(before) = messages.get_mut(flight.last) {
                    before.next = Some(place);
                    flight.mixed |= before.arrival.sender != sent.arrival.sender || !before.exact || !sent.exact;
                }
                flight.last = place;
            }
        }
    }

    /// A message is delivered. Answers the place of what was sent, marked where it is one of several.
    pub(super) fn deliver(&mut self, messages: &mut Messages, receiver: u32, key: u64) -> Option<u32> {
        let Entry::Occupied(mut entry) = self.by_key.entry((receiver, key)) else { return None };
        let flight = entry.get_mut();
        let place = flight.first;
        let sent = messages.get_mut(place)?;
        sent.arrival.ambiguous = flight.mixed;
        match sent.next.take() {
            Some(next) => flight.first = next,
            None => {
                entry.remove();
            }
        }
        Some(place)
    }

    /// The place of the reply that was sent to an alias, now that it is delivered.
    pub(super) fn deliver_reply(&mut self, key: u64) -> Option<u32> {
        self.replies.remove(&key)
    }
}
