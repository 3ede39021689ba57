//! The messages in one process's mailbox, in the order they were delivered.
//!
//! Invariant: to take a message costs the messages it passes, however many stay.

use super::message::{Message, Messages, Way};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use hashbrown::HashMap;

/// So many messages are looked through; of more it is counted how often each is among them.
const SHORT: u32 = 32;
/// Messages that may have been overtaken, at most. Older ones count as taken by a receive.
const MAX_OVERTAKEN: usize = 1 << 12;

/// A mailbox.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// The places of the oldest and the newest, of no meaning while it is empty.
    first: u32,
    last: u32,
    len: u32,
    /// How many messages have each key; kept from the moment it is asked about a long line until the line is empty.
    n_equal: Option<Box<HashMap<u64, u32>>>,
    /// Passed by a message that may have priority: a receive of the process's own took them, or they still wait.
    overtaken: Option<Box<Overtaken>>,
}

#[derive(Debug, Default)]
struct Overtaken {
    /// Oldest first.
    places: VecDeque<u32>,
    /// How many have each key.
    n_equal: HashMap<u64, u32>,
}

impl Line {
    /// Puts a message that has its place behind the others.
    pub(super) fn push(&mut self, messages: &mut Messages, place: u32, key: u64) {
        if self.len == 0 {
            self.first = place;
        } else if let Some(last) = messages.get_mut(self.last) {
            last.next = Some(place);
        }
        self.last = place;
        self.len += 1;
        if let Some(n_equal) = &mut self.n_equal {
            *n_equal.entry(key).or_default() += 1;
        }
    }

    pub(super) fn pop(&mut self, messages: &mut Messages) -> Option<Message> {
        let place = self.unlink(messages)?;
        messages.remove(place)
    }

    /// The place of the oldest, which keeps it.
    fn unlink(&mut self, messages: &mut Messages) -> Option<u32> {
        self.len = self.len.checked_sub(1)?;
        let place = self.first;
        let message = messages.get(place)?;
        if let Some(next) = message.next {
            self.first = next;
        }
        if self.len == 0 {
            self.n_equal = None;
        } else if let Some(n) = self.n_equal.as_mut().and_then(|n_equal| n_equal.get_mut(&message.key)) {
            *n -= 1;
        }
        Some(place)
    }

    fn oldest<'m>(&self, messages: &'m Messages) -> Option<&'m Message> {
        if self.len == 0 { None } else { messages.get(self.first) }
    }

    /// Takes the oldest message with this key, if there is one. `passed` is called with those before it that their process took by a
    /// receive of its own.
    pub(super) fn take(
        &mut self,
        messages: &mut Messages,
        key: u64,
        has_priority: bool,
        mut passed: impl FnMut(Message),
    ) -> Option<Message> {
        let overtakes = |message: &Message| has_priority && message.way != Way::Direct;
        let front = self.oldest(messages).filter(|oldest| oldest.key == key).map(overtakes);
        if self.overtaken.is_none()
            && let Some(_) = front
        {
            return self.pop(messages);
        }
        let Some(overtakes) = front.or_else(|| self.find(messages, key).map(overtakes)) else {
            return self.take_overtaken(messages, key, passed);
        };
        if self.overtaken.as_ref().is_some_and(|overtaken| overtaken.n_equal.get(&key).is_some_and(|n| *n > 0)) {
            // The one that was overtaken, or a later one: the first was taken then.
            let mut message = self.take_overtaken(messages, key, passed)?;
            message.arrival.ambiguous = true;
            return Some(message);
        }
        if !overtakes {
            self.settle(messages, &mut passed);
        }
        while let Some(place) = self.unlink(messages) {
            let message = *messages.get(place)?;
            if message.key == key {
                return messages.remove(place);
            }
            if overtakes {
                self.overtake(messages, place, message.key, &mut passed);
            } else {
                messages.remove(place).into_iter().for_each(&mut passed);
            }
        }
        None
    }

    fn overtake(&mut self, messages: &mut Messages, place: u32, key: u64, passed: &mut impl FnMut(Message)) {
        let overtaken = self.overtaken.get_or_insert_default();
        overtaken.places.push_back(place);
        *overtaken.n_equal.entry(key).or_default() += 1;
        if overtaken.places.len() > MAX_OVERTAKEN
            && let Some(message) = overtaken.places.pop_front().and_then(|oldest| messages.remove(oldest))
        {
            overtaken.n_equal.get_mut(&message.key).into_iter().for_each(|n| *n -= 1);
            passed(message);
        }
    }

    /// Takes the oldest message with this key that was overtaken. Those before it were taken by a receive, if it had no priority itself.
    fn take_overtaken(
        &mut self,
        messages: &mut Messages,
        key: u64,
        mut passed: impl FnMut(Message),
    ) -> Option<Message> {
        let overtaken = self.overtaken.as_mut()?;
        overtaken.n_equal.get(&key).filter(|n| **n > 0)?;
        let is_it = |place: &u32| messages.get(*place).is_some_and(|message| message.key == key);
        let at = overtaken.places.iter().position(is_it)?;
        let message = messages.remove(overtaken.places.remove(at)?)?;
        overtaken.n_equal.get_mut(&key).into_iter().for_each(|n| *n -= 1);
        if message.way == Way::Direct {
            // Those behind it are in front of the others again.
            let mut behind = core::mem::take(&mut overtaken.places);
            behind.drain(..at).filter_map(|place| messages.remove(place)).for_each(&mut passed);
            behind.into_iter().rev().for_each(|place| self.put_back(messages, place));
            self.overtaken = None;
        } else if overtaken.places.is_empty() {
            self.overtaken = None;
        }
        Some(message)
    }

    /// Puts a message that has its place before the others.
    fn put_back(&mut self, messages: &mut Messages, place: u32) {
        let Some(message) = messages.get_mut(place) else { return };
        message.next = (self.len > 0).then_some(self.first);
        if let Some(n_equal) = &mut self.n_equal {
            *n_equal.entry(message.key).or_default() += 1;
        }
        if self.len == 0 {
            self.last = place;
        }
        self.first = place;
        self.len += 1;
    }

    /// What was overtaken and came before a message without priority that is handled was taken by a receive.
    pub(super) fn settle(&mut self, messages: &mut Messages, passed: impl FnMut(Message)) {
        if let Some(overtaken) = self.overtaken.take() {
            overtaken.places.into_iter().filter_map(|place| messages.remove(place)).for_each(passed);
        }
    }

    /// The oldest message with a key.
    fn find<'m>(&mut self, messages: &'m Messages, key: u64) -> Option<&'m Message> {
        let mut waiting =
            core::iter::successors(self.oldest(messages), |message| message.next.and_then(|next| messages.get(next)));
        if self.len > SHORT {
            let n_equal = self.n_equal.get_or_insert_with(|| {
                let mut n_equal = HashMap::default();
                waiting.clone().for_each(|message| *n_equal.entry(message.key).or_default() += 1);
                Box::new(n_equal)
            });
            n_equal.get(&key).filter(|n| **n > 0)?;
        }
        waiting.find(|message| message.key == key)
    }
}
