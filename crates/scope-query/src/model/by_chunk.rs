//! What one answer looked up once for each id of a chunk's dictionary.

use alloc::vec;
use alloc::vec::Vec;

/// Not looked up yet.
const UNKNOWN: u32 = u32::MAX;

/// Numbers by chunk (its index among those of one class) and id.
#[derive(Debug, Default)]
pub(crate) struct ByChunk {
    chunks: Vec<Vec<u32>>,
}

impl ByChunk {
    /// The number of an id, if it was looked up.
    #[inline]
    pub(crate) fn get(&self, chunk_idx: u32, id: u32) -> Option<u32> {
        self.chunks.get(chunk_idx as usize)?.get(id as usize).copied().filter(|number| *number != UNKNOWN)
    }

    /// Whether any id of a chunk was looked up.
    pub(crate) fn has(&self, chunk_idx: u32) -> bool {
        self.chunks.get(chunk_idx as usize).is_some_and(|numbers| !numbers.is_empty())
    }

    /// Keeps a number; ids of the chunk run from 0 to `max_id`.
    pub(crate) fn set(&mut self, chunk_idx: u32, id: u32, max_id: usize, number: u32) {
        let chunk_idx = chunk_idx as usize;
        if self.chunks.len() <= chunk_idx {
            self.chunks.resize_with(chunk_idx + 1, Vec::new);
        }
        let Some(numbers) = self.chunks.get_mut(chunk_idx) else { return };
        if numbers.is_empty() {
            *numbers = vec![UNKNOWN; max_id + 1];
        }
        if let Some(slot) = numbers.get_mut(id as usize) {
            *slot = number;
        }
    }
}
