//! Which chunks of a class name a process, so that one process among many is found without opening every chunk.
//!
//! Segments of sorted entries are merged like the digits of a number: adding a chunk costs little, a search reads a few segments,
//! and because segments are immutable and shared a snapshot costs nothing.
//!
//! Invariant: a chunk is listed for exactly the processes of its dictionary; a listed chunk may be gone.

use crate::chunk::Chunk;
use crate::event::Kinds;
use crate::trace::Direction;
use crate::{EntityId, ProcessKey};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

/// So many segments of one size become one. More would make searches slower, fewer would merge more often.
const MERGE: usize = 8;

#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    /// In order of their chunks.
    segments: Vec<Arc<Segment>>,
}

/// What a chunk has of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    seq: u32,
    /// In a segment: the rows of all entries up to this one, this one included.
    n_rows: u32,
    /// Of its rows there.
    kinds: Kinds,
    /// Its id there; 0 when that is a larger number.
    short_id: u16,
}

#[derive(Debug)]
struct Segment {
    /// How many chunks went in.
    n_chunks: usize,
    last_seq: u32,
    /// Every process, ascending, and where its entries end.
    processes: Box<[(ProcessKey, u32)]>,
    /// By process, then by chunk.
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
        let entry = |(process, id): (ProcessKey, EntityId)| {
            let rows = chunk.rows_with_process(id);
            let short_id = u16::try_from(id.0).unwrap_or(0);
            (process, Entry { seq: chunk.seq(), n_rows: rows.len() as u32, kinds: chunk.kinds_of(rows), short_id })
        };
        let mut own = Building::default();
        chunk.process_ids().map(entry).for_each(|(process, entry)| own.add(process, &entry));
        self.segments.push(Arc::new(own.freeze(1, chunk.seq())));
        while let Some(at) = self.segments.len().checked_sub(MERGE) {
            let Some((_, tail @ [first, ..])) = self.segments.split_at_checked(at) else { return };
            if tail.iter().any(|segment| segment.n_chunks != first.n_chunks) {
                return;
            }
            let merged = Segment::merged(tail, chunk.seq());
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

    /// Adds the processes from `from` to `to` that a chunk names for which `is_held` holds to those found, which ascend.
    pub(crate) fn add_between(
        &self,
        from: ProcessKey,
        to: ProcessKey,
        is_held: impl Fn(u32) -> bool,
        found: &mut Vec<ProcessKey>,
    ) {
        for segment in &self.segments {
            let start = segment.processes.partition_point(|(process, _)| *process < from);
            let end = segment.processes.partition_point(|(process, _)| *process <= to);
            // Most are known from segments before: both lists are gone through together.
            let (mut known, n_known) = (0, found.len());
            for place in start..end.max(start) {
                let Some((process, own)) = segment.at(place) else { continue };
                let before = found.get(known..n_known).unwrap_or_default();
                known += before.iter().take_while(|other| **other < process).count();
                let is_known = known < n_known && found.get(known) == Some(&process);
                if !is_known && own.iter().rev().any(|entry| is_held(entry.seq)) {
                    found.push(process);
                }
            }
            if found.len() > n_known {
                found.sort();
            }
        }
    }
}

impl Listed<'_> {
    /// Takes the number of the next chunk, and the id of the process there, if that is known.
    pub(crate) fn take(&mut self, direction: Direction) -> Option<(u32, Option<EntityId>)> {
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
                let id = EntityId(entry.short_id.into());
                return Some((entry.seq, Some(id).filter(|id| !id.is_none())));
            }
        }
    }
}

/// A segment in the making.
#[derive(Debug, Default)]
struct Building {
    processes: Vec<(ProcessKey, u32)>,
    entries: Vec<Entry>,
    /// A list of 2^32 rows would not fit into memory.
    n_rows: u32,
}

impl Building {
    /// Adds an entry that counts its own rows only; they come by process, then by chunk.
    fn add(&mut self, process: ProcessKey, entry: &Entry) {
        self.n_rows = self.n_rows.wrapping_add(entry.n_rows);
        self.entries.push(Entry { n_rows: self.n_rows, ..*entry });
        let end = self.entries.len() as u32;
        match self.processes.last_mut() {
            Some((last, last_end)) if *last == process => *last_end = end,
            _ => self.processes.push((process, end)),
        }
    }

    fn freeze(self, n_chunks: usize, last_seq: u32) -> Segment {
        Segment { n_chunks, last_seq, processes: self.processes.into(), entries: self.entries.into() }
    }
}

impl Segment {
    /// Of segments that follow each other, each of as many chunks.
    fn merged(parts: &[Arc<Self>], last_seq: u32) -> Self {
        let mut draft = Building::default();
        draft.entries.reserve_exact(parts.iter().map(|part| part.entries.len()).sum());
        // The next process of each part; there are few parts, so that the smallest is found by looking at all.
        let mut heads: Vec<usize> = parts.iter().map(|_| 0).collect();
        let next = |part: &Arc<Self>, head: usize| part.processes.get(head).map(|(process, _)| *process);
        while let Some(process) = parts.iter().zip(&heads).filter_map(|(part, head)| next(part, *head)).min() {
            for (part, head) in parts.iter().zip(&mut heads).filter(|(part, head)| next(part, **head) == Some(process))
            {
                let range = part.range(*head);
                let mut before = part.rows_up_to(range.start);
                for entry in part.entries.get(range).unwrap_or_default() {
                    draft.add(process, &Entry { n_rows: entry.n_rows.wrapping_sub(before), ..*entry });
                    before = entry.n_rows;
                }
                *head += 1;
            }
        }
        draft.freeze(parts.iter().map(|part| part.n_chunks).sum(), last_seq)
    }

    /// The rows of the entries before a place.
    fn rows_up_to(&self, place: usize) -> u32 {
        place.checked_sub(1).and_then(|last| self.entries.get(last)).map_or(0, |entry| entry.n_rows)
    }

    /// Where the entries of the process at a place are.
    fn range(&self, place: usize) -> Range<usize> {
        let end = |place: usize| self.processes.get(place).map_or(0, |(_, end)| *end as usize);
        place.checked_sub(1).map_or(0, end)..end(place)
    }

    /// The process at a place, and its entries.
    fn at(&self, place: usize) -> Option<(ProcessKey, &[Entry])> {
        let (process, _) = self.processes.get(place)?;
        Some((*process, self.entries.get(self.range(place))?))
    }

    /// Where the entries of a process in chunks with these numbers are.
    fn within(&self, process: ProcessKey, (first, last): (u32, u32)) -> Range<usize> {
        let Ok(place) = self.processes.binary_search_by_key(&process, |(key, _)| *key) else { return 0..0 };
        let own = self.range(place);
        let entries = self.entries.get(own.clone()).unwrap_or_default();
        let start = entries.partition_point(|entry| entry.seq < first);
        let end = entries.partition_point(|entry| entry.seq <= last);
        own.start + start..own.start + end.max(start)
    }

    /// The entries of a process in chunks with these numbers.
    fn of(&self, process: ProcessKey, seqs: (u32, u32)) -> &[Entry] {
        self.entries.get(self.within(process, seqs)).unwrap_or_default()
    }

    fn n_rows(&self, process: ProcessKey, first: u32, last: u32) -> u64 {
        let within = self.within(process, (first, last));
        u64::from(self.rows_up_to(within.end).wrapping_sub(self.rows_up_to(within.start)))
    }
}
