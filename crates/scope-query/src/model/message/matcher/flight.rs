//! The messages on their way: sent and not delivered.
//!
//! Equal messages to one receiver are delivered in the order they were sent. Which is which is not known where two senders have equal ones
//! on the way at once, or messages that may only look equal; how many there are is.

use super::UNKNOWN;
use super::message::{Message, Messages};
use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// Slots of the sieve of messages to aliases.
const N_SLOTS: usize = 1 << 10;

/// Messages on their way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    /// By receiver and match key; to aliases under [`UNKNOWN`].
    by_key: HashMap<(u32, u64), Flight>,
    /// How many to aliases, by a part of their match keys: most deliveries need not be looked up among them.
    to_aliases: Vec<u32>,
}

/// Equal messages to one receiver: one at least.
#[derive(Debug)]
struct Flight {
    /// The places of the oldest and the newest.
    first: u32,
    last: u32,
    stretch: Stretch,
}

/// A stretch of time in which something equal was always on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The chunk and row of the send that began it.
    pub(crate) since: (u32, u32),
    pub(crate) since_tick: u64,
    /// Something was delivered in it.
    pub(crate) is_delivered: bool,
    /// They cannot be told apart, until none is left.
    pub(crate) is_mixed: bool,
}

impl Flights {
    /// A message leaves.
    pub(super) fn send(&mut self, messages: &mut Messages, sent: Message) {
        let to_alias = sent.receiver == UNKNOWN;
        if to_alias {
            if self.to_aliases.is_empty() {
                self.to_aliases = vec![0; N_SLOTS];
            }
            self.to_aliases.get_mut(slot(sent.key)).into_iter().for_each(|n| *n += 1);
        }
        let place = messages.add(sent);
        match self.by_key.entry((sent.receiver, sent.key)) {
            Entry::Vacant(entry) => {
                let arrival = &sent.arrival;
                let since = (arrival.chunk, arrival.row);
                let stretch = Stretch { since, since_tick: arrival.tick, is_delivered: false, is_mixed: false };
                entry.insert(Flight { first: place, last: place, stretch });
            }
            Entry::Occupied(mut entry) => {
                let flight = entry.get_mut();
                if let Some(before) = messages.get_mut(flight.last) {
                    before.next = Some(place);
                    // Each alias may have another owner.
                    let is_distinct = to_alias || before.arrival.sender != sent.arrival.sender;
                    flight.stretch.is_mixed |= is_distinct || !before.exact || !sent.exact;
                }
                flight.last = place;
            }
        }
    }

    /// A message is delivered. Answers the place of what was sent, marked where it is one of several.
    #[inline]
    pub(super) fn deliver(&mut self, messages: &mut Messages, receiver: u32, key: u64) -> Option<u32> {
        if self.to_aliases.get(slot(key)).is_some_and(|n| *n > 0)
            && let Some(place) = self.deliver_by_alias(messages, receiver, key)
        {
            return Some(place);
        }
        self.take(messages, receiver, key)
    }

    /// What was sent to an alias is delivered, unless something sent to the receiver itself is older.
    fn deliver_by_alias(&mut self, messages: &mut Messages, receiver: u32, key: u64) -> Option<u32> {
        let (first, direct) = (self.by_key.get(&(UNKNOWN, key))?.first, self.by_key.get(&(receiver, key)));
        let mut to = UNKNOWN;
        if let Some(direct) = direct {
            let tick = |place: u32| messages.get(place).map(|message| message.arrival.tick);
            if tick(direct.first) < tick(first) {
                to = receiver;
            }
            for to in [UNKNOWN, receiver] {
                self.by_key.get_mut(&(to, key)).into_iter().for_each(|flight| flight.stretch.is_mixed = true);
            }
        }
        let place = self.take(messages, to, key);
        if to == UNKNOWN {
            self.to_aliases.get_mut(slot(key)).into_iter().for_each(|n| *n -= 1);
        }
        place
    }

    #[inline]
    fn take(&mut self, messages: &mut Messages, to: u32, key: u64) -> Option<u32> {
        let Entry::Occupied(mut entry) = self.by_key.entry((to, key)) else { return None };
        let flight = entry.get_mut();
        let place = flight.first;
        let sent = messages.get_mut(place)?;
        sent.arrival.ambiguous |= flight.stretch.is_mixed;
        flight.stretch.is_delivered = true;
        match sent.next.take() {
            Some(next) => flight.first = next,
            None => {
                entry.remove();
            }
        }
        Some(place)
    }

    /// The stretch that a message on its way belongs to.
    pub(super) fn stretch(&self, message: &Message) -> Option<Stretch> {
        self.by_key.get(&(message.receiver, message.key)).map(|flight| flight.stretch)
    }
}

const fn slot(key: u64) -> usize {
    key as usize % N_SLOTS
}
