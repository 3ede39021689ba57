//! Which chunks of a class name a process, so that one process among many is found without opening every chunk.
//!
//! Segments of sorted entries are merged like the digits of a number: adding a chunk costs little, a search looks at a few segments,
//! and because segments are immutable and shared a snapshot costs nothing.
//!
//! Invariant: a chunk is listed for exactly the processes of its dictionary; a listed chunk may be gone.

use crate::ProcessKey;
use crate::chunk::Chunk;
use crate::event::Kinds;
use crate::trace::Direction;
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

/// A process in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    process: ProcessKey,
    seq: u32,
    /// In a segment: the rows of the processes in all entries up to this one, this one included.
    n_rows: u32,
    /// Of its rows there.
    kinds: Kinds,
}

#[derive(Debug)]
struct Segment {
    /// How many chunks went in.
    n_chunks: usize,
    last_seq: u32,
    /// By process and chunk, ascending.
    entries: Box<[Entry]>,
}

/// The chunks that name a process, still to be taken from either end.
#[derive(Clone, Debug)]
pub(crate) struct Listed<'a> {
    process: ProcessKey,
    /// Numbers of chunks, both included.
    seqs: (u32, u32),
    /// Chunks without a row of these kinds are left out; `None` leaves out none.
    kinds: Option<Kinds>,
    /// Not yet searched, as a walk rarely comes to all of them.
    segments: &'a [Arc<Segment>],
    /// What is left of the last one searched.
    entries: &'a [Entry],
}

impl Presence {
    /// Adds the chunk with the next sequence number.
    pub(crate) fn add(&mut self, chunk: &Chunk) {
        let entry = |(process, rows): (ProcessKey, &[u16])| Entry {
            process,
            seq: chunk.seq(),
            n_rows: rows.len() as u32,
            kinds: chunk.kinds_of(rows),
        };
        self.segments.push(Arc::new(Segment::new(1, chunk.seq(), chunk.processes_with_rows().map(entry).collect())));
        while let Some(at) = self.segments.len().checked_sub(MERGE) {
            let Some((_, tail @ [first, ..])) = self.segments.split_at_checked(at) else { return };
            if tail.iter().any(|segment| segment.n_chunks != first.n_chunks) {
                return;
            }
            let mut entries: Vec<_> = tail.iter().flat_map(|segment| segment.counted()).collect();
            entries.sort_unstable();
            let merged = Segment::new(first.n_chunks * MERGE, chunk.seq(), entries);
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

    /// The chunks that name a process, have numbers of `seqs` and rows of the process of these kinds.
    pub(crate) fn listed(&self, process: ProcessKey, seqs: (u32, u32), kinds: Option<Kinds>) -> Listed<'_> {
        // Segments are in order of their chunks, so those before and behind are left out at once.
        let start = self.segments.partition_point(|segment| segment.last_seq < seqs.0);
        let end = self.segments.partition_point(|segment| segment.last_seq < seqs.1) + 1;
        let segments = self.segments.get(start..end.min(self.segments.len())).unwrap_or_default();
        Listed { process, seqs, kinds, segments, entries: &[] }
    }

    /// The processes from `from` to `to` that a chunk names for which `is_held` holds; a process may come more than once.
    pub(crate) fn between(&self, from: ProcessKey, to: ProcessKey, is_held: impl Fn(u32) -> bool) -> Vec<ProcessKey> {
        let mut found = Vec::new();
        for segment in &self.segments {
            let start = segment.entries.partition_point(|entry| entry.process < from);
            let end = segment.entries.partition_point(|entry| entry.process <= to);
            let mut entries = segment.entries.get(start..end).unwrap_or_default();
            // From one process to the next, not from chunk to chunk.
            while let Some(Entry { process, .. }) = entries.first().copied() {
                let (own, rest) = entries.split_at(n_first(entries, process));
                if own.iter().rev().any(|entry| is_held(entry.seq)) {
                    found.push(process);
                }
                entries = rest;
            }
        }
        found
    }
}

impl Listed<'_> {
    /// Takes the number of the next chunk.
    pub(crate) fn take(&mut self, direction: Direction) -> Option<u32> {
        loop {
            let taken = match direction {
                Direction::Forward => self.entries.split_off_first(),
                Direction::Backward => self.entries.split_off_last(),
            };
            let Some(entry) = taken else {
                let segment = match direction {
                    Direction::Forward => self.segments.split_off_first(),
                    Direction::Backward => self.segments.split_off_last(),
                };
                self.entries = segment?.of(self.process, self.seqs);
                continue;
            };
            if self.kinds.is_none_or(|kinds| kinds.meet(entry.kinds)) {
                return Some(entry.seq);
            }
        }
    }
}

/// How many of the first entries are of this process: by doubling steps, as they are few among many.
fn n_first(entries: &[Entry], process: ProcessKey) -> usize {
    let is_own = |place: usize| entries.get(place).is_some_and(|entry| entry.process <= process);
    let mut reach = 1;
    while is_own(reach) {
        reach *= 2;
    }
    let start = reach / 2;
    let within = entries.get(start..reach.min(entries.len())).unwrap_or_default();
    start + within.partition_point(|entry| entry.process <= process)
}

impl Segment {
    fn new(n_chunks: usize, last_seq: u32, mut entries: Vec<Entry>) -> Self {
        // A lane of 2^32 rows would not fit into memory.
        let mut sum = 0u32;
        for entry in &mut entries {
            sum = sum.wrapping_add(entry.n_rows);
            entry.n_rows = sum;
        }
        Self { n_chunks, last_seq, entries: entries.into() }
    }

    /// Each entry with its own rows only.
    fn counted(&self) -> impl Iterator<Item = Entry> {
        let before = core::iter::once(0).chain(self.entries.iter().map(|entry| entry.n_rows));
        self.entries
            .iter()
            .zip(before)
            .map(|(entry, before)| Entry { n_rows: entry.n_rows.wrapping_sub(before), ..*entry })
    }

    /// Where the entries of a process begin that are not before a chunk.
    fn place(&self, process: ProcessKey, seq: u32) -> usize {
        self.entries.partition_point(|entry| (entry.process, entry.seq) < (process, seq))
    }

    /// The entries of a process in chunks with these numbers.
    fn of(&self, process: ProcessKey, seqs: (u32, u32)) -> &[Entry] {
        let rest = self.entries.get(self.place(process, seqs.0)..).unwrap_or_default();
        let (own, _) = rest.split_at(n_first(rest, process));
        own.get(..own.partition_point(|entry| entry.seq <= seqs.1)).unwrap_or_default()
    }

    fn n_rows(&self, process: ProcessKey, first: u32, last: u32) -> u64 {
        let before =
            |place: usize| place.checked_sub(1).and_then(|last| self.entries.get(last)).map_or(0, |entry| entry.n_rows);
        let start = self.place(process, first);
        let end = self.entries.partition_point(|entry| (entry.process, entry.seq) <= (process, last));
        u64::from(before(end).wrapping_sub(before(start)))
    }
}
