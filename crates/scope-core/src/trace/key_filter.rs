//! Which chunks of messages may have a term with a match key, or a message sent to a name, so that a search need not visit every chunk.
//!
//! Chunks form a log-structured tree: eight groups of one size become one group. Each group has a blocked Bloom filter (Putze, Sanders and
//! Singler, 2007) of its match keys and hashed names. A search reads one word of the filter, so a group without the key costs one read.
//! Groups are immutable and shared.
//!
//! Invariant: no chunk that has the key is left out; a chunk that is named may be gone, or not have it.
//! Invariant: each level of groups costs 1.2 bytes per term or name.

use crate::chunk::Chunk;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use xxhash_rust::xxh3::xxh3_64;

/// The number of groups of one size that become one group.
const MERGE: usize = 8;
/// The number of keys per word of a filter: with three bits each, one search in twenty is a false positive.
const KEYS_PER_WORD: usize = 7;

#[derive(Clone, Debug, Default)]
pub(crate) struct KeyFilters {
    /// In order of their chunks.
    groups: Vec<Arc<Group>>,
}

#[derive(Debug)]
struct Group {
    /// How many chunks went in.
    n_chunks: usize,
    last_seq: u32,
    /// Empty for a single chunk, which has an index of its own.
    filter: Filter,
    parts: Box<[Arc<Group>]>,
}

#[derive(Debug, Default)]
struct Filter {
    words: Box<[u64]>,
}

impl KeyFilters {
    /// Adds the chunk with the next sequence number; `chunks` are those held, that one included.
    pub(crate) fn add(&mut self, seq: u32, chunks: &[Arc<Chunk>]) {
        self.groups.push(Arc::new(Group {
            n_chunks: 1,
            last_seq: seq,
            filter: Filter::default(),
            parts: Box::default(),
        }));
        while let Some(at) = self.groups.len().checked_sub(MERGE) {
            let Some((before, tail @ [first, ..])) = self.groups.split_at_checked(at) else { return };
            if tail.iter().any(|part| part.n_chunks != first.n_chunks) {
                return;
            }
            let start =
                before.last().map_or(0, |before| chunks.partition_point(|chunk| chunk.seq() <= before.last_seq));
            let filter = Filter::new(chunks.get(start..).unwrap_or_default());
            let merged = Group {
                n_chunks: first.n_chunks * MERGE,
                last_seq: seq,
                filter,
                parts: tail.iter().cloned().collect(),
            };
            self.groups.truncate(at);
            self.groups.push(Arc::new(merged));
        }
    }

    /// Forgets groups whose chunks all come before `seq`.
    pub(crate) fn forget_before(&mut self, seq: u32) {
        self.groups.retain(|group| group.last_seq >= seq);
    }

    /// The numbers of the chunks that may have this match key, or hashed name, ascending.
    pub(crate) fn chunks_with(&self, key: u64) -> Vec<u32> {
        let mut found = Vec::new();
        self.groups.iter().for_each(|group| group.search(key, &mut found));
        found
    }
}

impl Group {
    fn search(&self, key: u64, found: &mut Vec<u32>) {
        if self.parts.is_empty() {
            found.push(self.last_seq);
        } else if self.filter.may_have(key) {
            self.parts.iter().for_each(|part| part.search(key, found));
        }
    }
}

impl Filter {
    fn new(chunks: &[Arc<Chunk>]) -> Self {
        let names = || chunks.iter().flat_map(|chunk| chunk.peer_names()).map(name_key);
        let n_keys = names().count() + chunks.iter().map(|chunk| chunk.n_terms()).sum::<usize>();
        let mut filter = Self { words: alloc::vec![0; n_keys / KEYS_PER_WORD + 1].into() };
        chunks.iter().flat_map(|chunk| chunk.match_keys()).for_each(|key| filter.insert(*key));
        names().for_each(|key| filter.insert(key));
        filter
    }

    fn insert(&mut self, key: u64) {
        let at = self.place(key);
        if let Some(word) = self.words.get_mut(at) {
            *word |= bits(key);
        }
    }

    fn may_have(&self, key: u64) -> bool {
        self.words.get(self.place(key)).is_some_and(|word| word & bits(key) == bits(key))
    }

    /// Match keys are hashes: their top half, scaled, spreads them evenly (Lemire's reduction).
    fn place(&self, key: u64) -> usize {
        (((key >> 32) * self.words.len() as u64) >> 32) as usize
    }
}

/// What stands for a name among match keys.
pub(crate) fn name_key(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// Three bits of a word, by the low bits of a key.
const fn bits(key: u64) -> u64 {
    1 << (key & 63) | 1 << (key >> 6 & 63) | 1 << (key >> 12 & 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_has_its_keys_and_few_others() {
        let key = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mut filter = Filter { words: alloc::vec![0; 10_000 / KEYS_PER_WORD + 1].into() };
        for n in 0..10_000 {
            filter.insert(key(n));
        }
        assert!((0..10_000).all(|n| filter.may_have(key(n))));
        let n_in_vain = (10_000..110_000).filter(|n| filter.may_have(key(*n))).count();
        assert!(n_in_vain < 100_000 / 15, "{n_in_vain} of 100,000");
    }
}
