//! The chunks of one class in sequence, with what is needed to find the few that matter to a time or a process.
//!
//! Chunks of a class may overlap in time, so the search uses two monotone bounds instead of the chunks' own keys.
//!
//! Invariant: sequence numbers ascend; gaps are possible in a damaged file and where a chunk was evicted.

use crate::ProcessKey;
use crate::chunk::{Chunk, TermId};
use crate::event::{Class, Kinds, OrderKey};
use crate::trace::Direction;
use crate::trace::key_filter::{KeyFilters, name_key};
use crate::trace::presence::{Listed, Presence};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

/// The chunks of a class.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkList {
    chunks: Vec<Arc<Chunk>>,
    /// Per chunk, the largest key in it or any chunk before it.
    reach: Vec<OrderKey>,
    /// Per chunk, the smallest key in it or any chunk behind it.
    ahead: Vec<OrderKey>,
    presence: Presence,
    /// Of messages, the only class whose terms are searched for.
    keys: KeyFilters,
    n_bytes: u64,
}

impl ChunkList {
    pub(crate) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    /// Adds the processes from `from` to `to` that a chunk held here names to those found, which ascend.
    pub(crate) fn add_processes(&self, from: ProcessKey, to: ProcessKey, found: &mut Vec<ProcessKey>) {
        self.presence.add_between(from, to, |seq| self.position(seq).is_some(), found);
    }

    /// Bytes of all chunks, index included.
    pub(crate) const fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Adds the chunk with the next sequence number; a chunk that is out of sequence is refused.
    pub(crate) fn push(&mut self, chunk: Arc<Chunk>) -> bool {
        if chunk.is_empty() || self.chunks.last().is_some_and(|last| last.seq() >= chunk.seq()) {
            return false;
        }
        self.n_bytes += n_bytes(&chunk);
        self.presence.add(&chunk);
        self.bound(&chunk);
        let (class, seq) = (chunk.class(), chunk.seq());
        self.chunks.push(chunk);
        if class == Class::Message {
            self.keys.add(seq, &self.chunks);
        }
        true
    }

    fn bound(&mut self, chunk: &Chunk) {
        self.reach.push(self.reach.last().map_or(chunk.last(), |reach| chunk.last().max(*reach)));
        for ahead in self.ahead.iter_mut().rev().take_while(|ahead| **ahead > chunk.first()) {
            *ahead = chunk.first();
        }
        self.ahead.push(chunk.first());
    }

    /// Removes the chunks that lie wholly below `low_watermark`.
    pub(crate) fn evict(&mut self, low_watermark: OrderKey) {
        if !self.chunks.iter().any(|chunk| chunk.last() < low_watermark) {
            return;
        }
        self.chunks.retain(|chunk| chunk.last() >= low_watermark);
        self.n_bytes = self.chunks.iter().map(|chunk| n_bytes(chunk)).sum();
        self.reach.clear();
        self.ahead.clear();
        for chunk in core::mem::take(&mut self.chunks) {
            self.bound(&chunk);
            self.chunks.push(chunk);
        }
        let first = self.chunks.first().map_or(u32::MAX, |chunk| chunk.seq());
        self.presence.forget_before(first);
        self.keys.forget_before(first);
    }

    /// The chunks among `within` that may have a message sent to a name of the recorded node, ascending; `None` when the index cannot say.
    pub(crate) fn with_name(&self, name: &str, within: Range<usize>) -> Option<Vec<usize>> {
        let is_message = self.chunks.first().is_some_and(|chunk| chunk.class() == Class::Message);
        is_message.then(|| {
            let found = self.keys.chunks_with(name_key(name)).into_iter().filter_map(|seq| self.position(seq));
            found.filter(|idx| within.contains(idx)).collect()
        })
    }

    /// The chunks that have a term with this match key, by their indexes, with the term.
    pub(crate) fn with_term(&self, key: u64) -> impl Iterator<Item = (usize, TermId)> {
        let chunk = move |seq| {
            let idx = self.position(seq)?;
            Some((idx, self.chunks.get(idx)?.find_term(key)?))
        };
        self.keys.chunks_with(key).into_iter().filter_map(chunk)
    }

    /// The chunks that may hold keys of `from..=to`, as a range of indexes.
    pub(crate) fn between(&self, from: OrderKey, to: OrderKey) -> Range<usize> {
        let start = self.reach.partition_point(|reach| *reach < from);
        let end = self.ahead.partition_point(|ahead| *ahead <= to);
        start..end.max(start)
    }

    /// The index of the chunk with this sequence number.
    pub(crate) fn position(&self, seq: u32) -> Option<usize> {
        // Where no chunk is missing it is as far from the first as its number is; else it is before that place.
        let distance = seq.checked_sub(self.chunks.first()?.seq())? as usize;
        if self.chunks.get(distance).is_some_and(|chunk| chunk.seq() == seq) {
            return Some(distance);
        }
        let before = self.chunks.get(..distance).unwrap_or(&self.chunks);
        before.binary_search_by_key(&seq, |chunk| chunk.seq()).ok()
    }

    /// The chunks among `within` that name a process and, with `kinds`, have rows of it of one of these; some may be gone.
    pub(crate) fn naming(&self, process: ProcessKey, within: Range<usize>, kinds: Option<Kinds>) -> Listed<'_> {
        let seqs = match self.chunks.get(within) {
            Some([first, .., last]) => (first.seq(), last.seq()),
            Some([only]) => (only.seq(), only.seq()),
            // No chunk has a number of these.
            _ => (u32::MAX, 0),
        };
        self.presence.listed(process, seqs, kinds)
    }

    /// No key of this chunk or of one behind it is smaller.
    pub(crate) fn ahead(&self, idx: usize) -> OrderKey {
        self.ahead.get(idx).copied().unwrap_or_default()
    }

    /// No key of this chunk or of one before it is larger.
    pub(crate) fn reach(&self, idx: usize) -> OrderKey {
        self.reach.get(idx).copied().unwrap_or_default()
    }

    /// How many rows of a process have keys from `low_watermark` on. Chunks are opened only near the low watermark, or all that name the process when
    /// some are missing among those behind it.
    pub(crate) fn n_rows_of(&self, process: ProcessKey, low_watermark: OrderKey) -> u64 {
        let n_chunks = self.chunks.len();
        let whole = self.ahead.partition_point(|ahead| *ahead < low_watermark);
        let seqs = self.chunks.get(whole).zip(self.chunks.last()).map(|(first, last)| (first.seq(), last.seq()));
        let (near, behind) = match seqs {
            Some((first, last)) if (last - first) as usize == n_chunks - whole - 1 => {
                (whole, self.presence.n_rows(process, first, last))
            }
            _ => (n_chunks, 0),
        };
        let above = |idx: usize| {
            let Some(chunk) = self.chunks.get(idx) else { return 0 };
            let rows = chunk.rows_of(process);
            rows.len() - rows.partition_point(|row| chunk.key(u32::from(*row)) < low_watermark)
        };
        let start = self.reach.partition_point(|reach| *reach < low_watermark);
        let mut near = self.naming(process, start..near, Some(Kinds::ANY));
        let near = core::iter::from_fn(|| near.take(Direction::Forward));
        behind + near.filter_map(|(seq, _)| self.position(seq)).map(|idx| above(idx) as u64).sum::<u64>()
    }

    /// How many rows have keys in `from..below`.
    pub(crate) fn count(&self, from: OrderKey, below: OrderKey) -> u64 {
        let chunks = self.chunks.get(self.between(from, below)).unwrap_or_default();
        chunks.iter().map(|chunk| u64::from(chunk.rank_of(below).saturating_sub(chunk.rank_of(from)))).sum()
    }
}

fn n_bytes(chunk: &Chunk) -> u64 {
    (chunk.data_bytes() + chunk.index_bytes()) as u64
}
