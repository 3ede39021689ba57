//! The messages in one process's mailbox, in the order they were delivered.
//!
//! Invariant: to take a message costs the messages it passes, however many stay.

use super::{Arrival, Origin};
use alloc::collections::VecDeque;
use scope_core::hashed::HashMap;

/// So many messages are looked through; of more it is counted how often each is among them.
const SHORT: usize = 32;

/// A message in a mailbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivered {
    pub(super) key: u64,
    pub(super) tick: u64,
    pub(super) arrival: Arrival,
    pub(super) origin: Origin,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    messages: VecDeque<Delivered>,
    /// How many messages have each key; kept from the moment it is asked of a long line until the line is empty.
    n_equal: Option<HashMap<u64, u32>>,
}

impl Line {
    pub(super) fn push(&mut self, delivered: Delivered) {
        self.messages.push_back(delivered);
        if let Some(n_equal) = &mut self.n_equal {
            *n_equal.entry(delivered.key).or_default() += 1;
        }
    }

    pub(super) fn pop(&mut self) -> Option<Delivered> {
        let delivered = self.messages.pop_front()?;
        if self.messages.is_empty() {
            self.n_equal = None;
        } else if let Some(n) = self.n_equal.as_mut().and_then(|n_equal| n_equal.get_mut(&delivered.key)) {
            *n -= 1;
        }
        Some(delivered)
    }

    /// Takes the oldest message with this key, if there is one, and those before it, which `passed` is told of.
    pub(super) fn take(&mut self, key: u64, mut passed: impl FnMut(Delivered)) -> Option<Delivered> {
        if self.messages.front()?.key != key && !self.has(key) {
            return None;
        }
        while let Some(delivered) = self.pop() {
            if delivered.key == key {
                return Some(delivered);
            }
            passed(delivered);
        }
        None
    }

    fn has(&mut self, key: u64) -> bool {
        if self.messages.len() <= SHORT {
            return self.messages.iter().any(|delivered| delivered.key == key);
        }
        let n_equal = self.n_equal.get_or_insert_with(|| {
            let mut n_equal = HashMap::default();
            self.messages.iter().for_each(|delivered| *n_equal.entry(delivered.key).or_default() += 1);
            n_equal
        });
        n_equal.get(&key).is_some_and(|n| *n > 0)
    }
}
