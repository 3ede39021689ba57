//! The messages in one process's mailbox, in the order they were delivered.
//!
//! Invariant: to take a message costs the messages it passes, however many stay.

use super::message::{Message, Messages};
use alloc::boxed::Box;
use hashbrown::HashMap;

/// So many messages are looked through; of more it is counted how often each is among them.
const SHORT: u32 = 32;

#[derive(Debug, Default)]
pub(super) struct Line {
    /// The places of the oldest and the newest, of no meaning while it is empty.
    first: u32,
    last: u32,
    len: u32,
    /// How many messages have each key; kept from the moment it is asked of a long line until the line is empty.
    n_equal: Option<Box<HashMap<u64, u32>>>,
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
        self.len = self.len.checked_sub(1)?;
        let message = messages.remove(self.first)?;
        if let Some(next) = message.next {
            self.first = next;
        }
        if self.len == 0 {
            self.n_equal = None;
        } else if let Some(n) = self.n_equal.as_mut().and_then(|n_equal| n_equal.get_mut(&message.key)) {
            *n -= 1;
        }
        Some(message)
    }

    fn oldest<'m>(&self, messages: &'m Messages) -> Option<&'m Message> {
        if self.len == 0 { None } else { messages.get(self.first) }
    }

    /// Takes the oldest message with this key, if there is one, and those before it, which `passed` is told of.
    pub(super) fn take(
        &mut self,
        messages: &mut Messages,
        key: u64,
        mut passed: impl FnMut(Message),
    ) -> Option<Message> {
        if self.oldest(messages)?.key != key && !self.has(messages, key) {
            return None;
        }
        while let Some(message) = self.pop(messages) {
            if message.key == key {
                return Some(message);
            }
            passed(message);
        }
        None
    }

    fn has(&mut self, messages: &Messages, key: u64) -> bool {
        let mut waiting =
            core::iter::successors(self.oldest(messages), |message| message.next.and_then(|next| messages.get(next)));
        if self.len <= SHORT {
            return waiting.any(|message| message.key == key);
        }
        let n_equal = self.n_equal.get_or_insert_with(|| {
            let mut n_equal = HashMap::default();
            waiting.for_each(|message| *n_equal.entry(message.key).or_default() += 1);
            Box::new(n_equal)
        });
        n_equal.get(&key).is_some_and(|n| *n > 0)
    }
}
