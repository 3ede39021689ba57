//! Which chunks of a class name a process, so that one process among many is found without opening every chunk.
//!
//! Segments of sorted pairs are merged like the digits of a number: adding a chunk costs little, a search looks at a few segments,
//! and because segments are immutable and shared a snapshot costs nothing.
//!
//! Invariant: a chunk is listed for exactly the processes of its dictionary; a listed chunk may be gone.

use crate::ProcessKey;
use crate::chunk::Chunk;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// So many segments of one size become one. More would make searches slower, fewer would merge more often.
const MERGE: usize = 8;

#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    /// In order of their chunks.
    segments: Vec<Arc<Segment>>,
}

#[derive(Debug)]
struct Segment {
    /// How many chunks went in.
    n_chunks: usize,
    last_seq: u32,
    /// Process and chunk, ascending.
    pairs: Box<[(ProcessKey, u32)]>,
}

impl Presence {
    /// Adds the chunk with the next sequence number.
    pub(crate) fn add(&mut self, chunk: &Chunk) {
        let pairs = chunk.processes().map(|process| (process, chunk.seq())).collect();
        self.segments.push(Arc::new(Segment { n_chunks: 1, last_seq: chunk.seq(), pairs }));
        while let Some(at) = self.segments.len().checked_sub(MERGE) {
            let Some((_, tail @ [first, ..])) = self.segments.split_at_checked(at) else { return };
            if tail.iter().any(|segment| segment.n_chunks != first.n_chunks) {
                return;
            }
            let mut pairs: Vec<_> = tail.iter().flat_map(|segment| segment.pairs.iter().copied()).collect();
            pairs.sort_unstable();
            let merged = Segment { n_chunks: first.n_chunks * MERGE, last_seq: chunk.seq(), pairs: pairs.into() };
            self.segments.truncate(at);
            self.segments.push(Arc::new(merged));
        }
    }

    /// Forgets segments whose chunks all come before `seq`.
    pub(crate) fn forget_before(&mut self, seq: u32) {
        self.segments.retain(|segment| segment.last_seq >= seq);
    }

    /// The sequence numbers of the chunks that name a process, ascending.
    pub(crate) fn chunks_of(&self, process: ProcessKey) -> impl Iterator<Item = u32> {
        self.segments.iter().flat_map(move |segment| {
            let start = segment.pairs.partition_point(|(key, _)| *key < process);
            let pairs = segment.pairs.get(start..).unwrap_or_default();
            pairs.iter().take_while(move |(key, _)| *key == process).map(|(_, seq)| *seq)
        })
    }

    /// The processes from `from` to `to`, each with the sequence number of a chunk that names it.
    pub(crate) fn between(&self, from: ProcessKey, to: ProcessKey) -> impl Iterator<Item = (ProcessKey, u32)> {
        self.segments.iter().flat_map(move |segment| {
            let start = segment.pairs.partition_point(|(key, _)| *key < from);
            let pairs = segment.pairs.get(start..).unwrap_or_default();
            pairs.iter().copied().take_while(move |(key, _)| *key <= to)
        })
    }
}
