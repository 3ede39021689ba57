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
    /// The rows of the processes in all pairs up to this one, this one included.
    n_rows: Box<[u64]>,
}

impl Presence {
    /// Adds the chunk with the next sequence number.
    pub(crate) fn add(&mut self, chunk: &Chunk) {
        let counted = chunk.processes().map(|process| ((process, chunk.seq()), chunk.rows_of(process).len() as u64));
        self.segments.push(Arc::new(Segment::new(1, chunk.seq(), counted.collect())));
        while let Some(at) = self.segments.len().checked_sub(MERGE) {
            let Some((_, tail @ [first, ..])) = self.segments.split_at_checked(at) else { return };
            if tail.iter().any(|segment| segment.n_chunks != first.n_chunks) {
                return;
            }
            let mut counted: Vec<_> = tail.iter().flat_map(|segment| segment.counted()).collect();
            counted.sort_unstable();
            let merged = Segment::new(first.n_chunks * MERGE, chunk.seq(), counted);
            self.segments.truncate(at);
            self.segments.push(Arc::new(merged));
        }
    }

    /// Forgets segments whose chunks all come before `seq`.
    pub(crate) fn forget_before(&mut self, seq: u32) {
        self.segments.retain(|segment| segment.last_seq >= seq);
    }

    /// The sequence numbers from `first` to `last` of the chunks that name a process, ascending.
    pub(crate) fn chunks_of(&self, process: ProcessKey, first: u32, last: u32) -> impl Iterator<Item = u32> {
        self.segments.iter().flat_map(move |segment| {
            let start = segment.pairs.partition_point(|pair| *pair < (process, first));
            let pairs = segment.pairs.get(start..).unwrap_or_default();
            pairs.iter().take_while(move |pair| **pair <= (process, last)).map(|(_, seq)| *seq)
        })
    }

    /// How many rows of a process the chunks from `first` to `last` have, gone ones included: a sum over segments, not over chunks.
    pub(crate) fn n_rows(&self, process: ProcessKey, first: u32, last: u32) -> u64 {
        self.segments.iter().map(|segment| segment.n_rows(process, first, last)).sum()
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

impl Segment {
    fn new(n_chunks: usize, last_seq: u32, counted: Vec<((ProcessKey, u32), u64)>) -> Self {
        let mut sum = 0;
        let mut up_to = |n: u64| {
            sum += n;
            sum
        };
        let n_rows = counted.iter().map(|(_, n)| up_to(*n)).collect();
        Self { n_chunks, last_seq, pairs: counted.into_iter().map(|(pair, _)| pair).collect(), n_rows }
    }

    /// Each pair with its rows.
    fn counted(&self) -> impl Iterator<Item = ((ProcessKey, u32), u64)> {
        let before = core::iter::once(&0).chain(&self.n_rows);
        self.pairs.iter().zip(self.n_rows.iter().zip(before)).map(|(pair, (sum, before))| (*pair, sum - before))
    }

    fn n_rows(&self, process: ProcessKey, first: u32, last: u32) -> u64 {
        let before = |place: usize| place.checked_sub(1).and_then(|last| self.n_rows.get(last)).copied().unwrap_or(0);
        let start = self.pairs.partition_point(|pair| *pair < (process, first));
        let end = self.pairs.partition_point(|pair| *pair <= (process, last));
        before(end) - before(start)
    }
}
