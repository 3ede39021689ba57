//! The order of slots: their numbers in blocks, each block and all of them ascending by what the slots hold.
//!
//! Invariant: no block is empty or longer than [`MAX_BLOCK`], so a step costs two searches and a move within a block.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// A longer block would make inserting slower, a shorter one the list of blocks longer.
const MAX_BLOCK: usize = 512;

/// How the key of a slot compares with the one that is looked for.
pub(super) type Compare<'c> = &'c dyn Fn(u32) -> Ordering;

#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    blocks: Vec<Vec<u32>>,
    len: usize,
}

/// A block and a place in it.
pub(super) type Place = (usize, usize);

impl Order {
    pub(super) const fn new() -> Self {
        Self { blocks: Vec::new(), len: 0 }
    }

    /// Where the key is, or where it would have to be.
    pub(super) fn find(&self, compare: Compare<'_>) -> Result<Place, Place> {
        let starts_behind = |block: &Vec<u32>| block.first().is_none_or(|slot| compare(*slot).is_gt());
        let behind = self.blocks.partition_point(|block| !starts_behind(block));
        let block = behind.saturating_sub(1);
        let slots = self.blocks.get(block).map(Vec::as_slice).unwrap_or_default();
        slots.binary_search_by(|slot| compare(*slot)).map(|at| (block, at)).map_err(|at| (block, at))
    }

    /// The slot at a place that was found.
    pub(super) fn get(&self, (block, at): Place) -> Option<u32> {
        self.blocks.get(block)?.get(at).copied()
    }

    /// Puts a slot where `find` said that it has to be.
    pub(super) fn insert(&mut self, (block, at): Place, slot: u32) {
        self.len += 1;
        let Some(slots) = self.blocks.get_mut(block) else {
            self.blocks.push(alloc::vec![slot]);
            return;
        };
        slots.insert(at.min(slots.len()), slot);
        if slots.len() > MAX_BLOCK {
            // Keys mostly come ascending: a block that grows at its end is left full.
            let upper = slots.split_off(if at == MAX_BLOCK { MAX_BLOCK } else { MAX_BLOCK / 2 });
            self.blocks.insert(block + 1, upper);
        }
    }

    /// Changes the slot at a place that was found.
    pub(super) fn set(&mut self, (block, at): Place, slot: u32) {
        let held = self.blocks.get_mut(block).and_then(|slots| slots.get_mut(at));
        held.into_iter().for_each(|held| *held = slot);
    }

    /// Takes the slot out of a place that was found.
    pub(super) fn remove(&mut self, (block, at): Place) {
        let Some(slots) = self.blocks.get_mut(block).filter(|slots| at < slots.len()) else { return };
        slots.remove(at);
        self.len -= 1;
        if slots.is_empty() {
            self.blocks.remove(block);
        }
    }

    /// Gives all slots, ascending, and calls them by their places among these from now on.
    pub(super) fn renumber(&mut self) -> Vec<u32> {
        let mut slots = Vec::new();
        for block in &mut self.blocks {
            for slot in block {
                let number = slots.len() as u32;
                slots.push(core::mem::replace(slot, number));
            }
        }
        slots
    }

    /// All slots, ascending.
    pub(super) fn slots(&self) -> Slots<'_> {
        Slots { blocks: &self.blocks, front: (0, 0), back: (self.blocks.len(), 0), left: self.len }
    }
}

/// A walk over slots: a type of its own, as standard iterators are compiled anew for whatever is done at each step.
#[derive(Clone, Debug)]
pub(super) struct Slots<'o> {
    blocks: &'o [Vec<u32>],
    /// The next from the front.
    front: Place,
    /// Behind the next from the back, in a block that may be used up.
    back: Place,
    left: usize,
}

impl Iterator for Slots<'_> {
    type Item = u32;

    #[inline(never)]
    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        let (block, at) = self.front;
        let slots = self.blocks.get(block)?;
        self.front = if at + 1 < slots.len() { (block, at + 1) } else { (block + 1, 0) };
        slots.get(at).copied()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Slots<'_> {
    #[inline(never)]
    fn next_back(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        if self.back.1 == 0 {
            self.back.0 = self.back.0.checked_sub(1)?;
            self.back.1 = self.blocks.get(self.back.0)?.len();
        }
        self.back.1 -= 1;
        self.blocks.get(self.back.0)?.get(self.back.1).copied()
    }
}
