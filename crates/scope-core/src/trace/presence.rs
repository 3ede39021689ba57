//! Which chunks of a class name a process, so that one process among many is found without opening every chunk.
//!
//! Segments of sorted pairs are merged like the digits of a number: adding a chunk costs little, a search looks at a few segments,
//! and because segments are immutable and shared a snapshot costs nothing.
//!
//! Invariant: a chunk is listed for exactly the processes of its dictionary; a listed chunk may be gone.

use crate::ProcessKey;
use crate::chunk::Chunk;
use crate::ordered;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::{Range, RangeInclusive};

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
    n_rows: Box<[u32]>,
}

impl Presence {
    /// Adds the chunk with the next sequence number.
    pub(crate) fn add(&mut self, chunk: &Chunk) {
        let counted = chunk.processes_with_rows().map(|(process, rows)| ((process, chunk.seq()), rows.len() as u32));
        self.segments.push(Arc::new(Segment::new(1, chunk.seq(), counted.collect())));
        while let Some(at) = self.segments.len().checked_sub(MERGE) {
            let Some((_, tail @ [first, ..])) = self.segments.split_at_checked(at) else { return };
            if tail.iter().any(|segment| segment.n_chunks != first.n_chunks) {
                return;
            }
            let mut counted: Vec<_> = tail.iter().flat_map(|segment| segment.counted()).collect();
            ordered::sort(&mut counted);
            let merged = Segment::new(first.n_chunks * MERGE, chunk.seq(), counted);
            self.segments.truncate(at);
            self.segments.push(Arc::new(merged));
        }
    }

    /// Forgets segments whose chunks all come before `seq`.
    pub(crate) fn forget_before(&mut self, seq: u32) {
        self.segments.retain(|segment| segment.last_seq >= seq);
    }

    /// How many rows of a process the chunks from `first` to `last` have, gone ones included: a sum over segments, not over chunks.
    pub(crate) fn n_rows(&self, process: ProcessKey, first: u32, last: u32) -> u64 {
        self.segments.iter().map(|segment| segment.n_rows(process, first, last)).sum()
    }

    /// The chunks that name a process and have numbers of `seqs`: slices of ascending pairs, in order of their chunks, none empty.
    pub(crate) fn listed(&self, process: ProcessKey, seqs: RangeInclusive<u32>) -> VecDeque<&[(ProcessKey, u32)]> {
        let slice = |segment: &'_ Arc<Segment>| -> Range<usize> {
            let start = segment.pairs.partition_point(|pair| *pair < (process, *seqs.start()));
            let end = segment.pairs.partition_point(|pair| *pair <= (process, *seqs.end()));
            start..end.max(start)
        };
        let slices = self.segments.iter().filter_map(|segment| segment.pairs.get(slice(segment)));
        slices.filter(|pairs| !pairs.is_empty()).collect()
    }

    /// The processes from `from` to `to` that a chunk names for which `is_held` holds; a process may come more than once.
    pub(crate) fn between(&self, from: ProcessKey, to: ProcessKey, is_held: impl Fn(u32) -> bool) -> Vec<ProcessKey> {
        let mut found = Vec::new();
        for segment in &self.segments {
            let start = segment.pairs.partition_point(|(key, _)| *key < from);
            let end = segment.pairs.partition_point(|(key, _)| *key <= to);
            let mut pairs = segment.pairs.get(start..end).unwrap_or_default();
            // From one process to the next, not from chunk to chunk.
            while let Some((process, _)) = pairs.first().copied() {
                let (own, rest) = pairs.split_at(n_first(pairs, process));
                if own.iter().rev().any(|(_, seq)| is_held(*seq)) {
                    found.push(process);
                }
                pairs = rest;
            }
        }
        found
    }
}

/// How many of the first pairs are of this process: by doubling steps, as they are few among many.
fn n_first(pairs: &[(ProcessKey, u32)], process: ProcessKey) -> usize {
    let is_own = |place: usize| pairs.get(place).is_some_and(|(key, _)| *key <= process);
    let mut reach = 1;
    while is_own(reach) {
        reach *= 2;
    }
    let start = reach / 2;
    let within = pairs.get(start..reach.min(pairs.len())).unwrap_or_default();
    start + within.partition_point(|(key, _)| *key <= process)
}

impl Segment {
    fn new(n_chunks: usize, last_seq: u32, counted: Vec<((ProcessKey, u32), u32)>) -> Self {
        // A lane of 2^32 rows would not fit into memory.
        let mut sum = 0u32;
        let mut up_to = |n: u32| {
            sum = sum.wrapping_add(n);
            sum
        };
        let n_rows = counted.iter().map(|(_, n)| up_to(*n)).collect();
        Self { n_chunks, last_seq, pairs: counted.into_iter().map(|(pair, _)| pair).collect(), n_rows }
    }

    /// Each pair with its rows.
    fn counted(&self) -> impl Iterator<Item = ((ProcessKey, u32), u32)> {
        let before = core::iter::once(&0).chain(&self.n_rows);
        self.pairs
            .iter()
            .zip(self.n_rows.iter().zip(before))
            .map(|(pair, (sum, before))| (*pair, sum.wrapping_sub(*before)))
    }

    fn n_rows(&self, process: ProcessKey, first: u32, last: u32) -> u64 {
        let before = |place: usize| place.checked_sub(1).and_then(|last| self.n_rows.get(last)).copied().unwrap_or(0);
        let start = self.pairs.partition_point(|pair| *pair < (process, first));
        let end = self.pairs.partition_point(|pair| *pair <= (process, last));
        u64::from(before(end).wrapping_sub(before(start)))
    }
}
