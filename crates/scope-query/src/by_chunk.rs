//! What one answer looked up once for each id of a chunk's dictionary.

use alloc::vec;
use alloc::vec::Vec;

/// Values by chunk (its index among those of one class) and id.
#[derive(Debug)]
pub(crate) struct ByChunk<T> {
    chunks: Vec<Vec<Option<T>>>,
}

impl<T> Default for ByChunk<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Copy> ByChunk<T> {
    /// The value of an id, if it was looked up.
    #[inline]
    pub(crate) fn get(&self, chunk_idx: u32, id: u32) -> Option<T> {
        self.chunks.get(chunk_idx as usize)?.get(id as usize).copied().flatten()
    }

    /// Keeps a value; ids of the chunk run from 0 to `max_id`.
    pub(crate) fn set(&mut self, chunk_idx: u32, id: u32, max_id: usize, value: T) {
        let chunk_idx = chunk_idx as usize;
        if self.chunks.len() <= chunk_idx {
            self.chunks.resize_with(chunk_idx + 1, Vec::new);
        }
        let Some(values) = self.chunks.get_mut(chunk_idx) else { return };
        if values.is_empty() {
            *values = vec![None; max_id + 1];
        }
        if let Some(slot) = values.get_mut(id as usize) {
            *slot = Some(value);
        }
    }
}
