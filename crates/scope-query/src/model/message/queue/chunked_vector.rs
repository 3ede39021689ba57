//! A long list that is only added to: it grows without being moved.

use alloc::vec::Vec;
use core::mem::replace;

/// Items of the first part, and of all later ones at most.
const FEW: usize = if cfg!(debug_assertions) { 1 } else { 64 };
const MANY: usize = if cfg!(debug_assertions) { 4 } else { 1 << 16 };

/// Items in parts, each twice as long as the one before.
#[derive(Debug)]
pub(super) struct ChunkedVec<T> {
    full: Vec<Vec<T>>,
    last: Vec<T>,
}

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        Self { full: Vec::new(), last: Vec::new() }
    }
}

impl<T> ChunkedVec<T> {
    #[inline]
    pub(super) fn push(&mut self, item: T) {
        if self.last.len() == self.last.capacity() {
            self.begin();
        }
        self.last.push(item);
    }

    #[cold]
    fn begin(&mut self) {
        let n = (2 * self.last.len()).clamp(FEW, MANY);
        self.full.push(replace(&mut self.last, Vec::with_capacity(n)));
    }

    /// The items in the order they were added.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.full.iter().flatten().chain(&self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn a_chunked_vector_is_what_was_added(items: Vec<u16>) -> bool {
            let mut pile = ChunkedVec::default();
            items.iter().for_each(|item| pile.push(*item));
            pile.iter().eq(&items)
        }
    }
}
