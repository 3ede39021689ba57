//! A trace to query: an immutable view of a store, or of a file.
//!
//! Invariant: cheap to make from a live store (shared chunks, no copy of their columns).

mod allowance;
pub(crate) mod chunk_list;
mod key_filter;
mod presence;
mod rows;
mod runs;

pub(crate) use allowance::Allowance;
pub use allowance::Asker;
pub use rows::{Choice, RowIter};
pub use runs::{Run, RunIter};

use crate::ProcessKey;
use crate::baseline::Baseline;
use crate::chunk::{Chunk, TermId};
use crate::event::{Class, EventId, Kind, N_CLASSES, OrderKey};
use crate::header::Header;
use crate::loss::{Counts, Losses};
use crate::symbols::PeerKey;
use alloc::sync::Arc;
use alloc::vec::Vec;
use chunk_list::ChunkList;
pub(crate) use rows::Selection;

/// A row of a trace: which chunk (index into `Trace::chunks(class)`), which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRef {
    /// The class.
    pub class: Class,
    /// Index into [`Trace::chunks`] of that class (not the chunk's sequence number).
    pub chunk_idx: u32,
    /// The row in that chunk.
    pub row: u32,
    /// Its order key.
    pub key: OrderKey,
}

/// Which way rows are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    Backward,
}

/// Where a trace comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The store of a running recorder.
    Live,
    /// A file or dump.
    File,
}

/// An immutable trace.
#[derive(Clone, Debug)]
pub struct Trace {
    pub(crate) header: Arc<Header>,
    pub(crate) source: Source,
    pub(crate) baseline: Option<Arc<Baseline>>,
    /// By `Class as usize`.
    pub(crate) lists: [Arc<ChunkList>; N_CLASSES],
    pub(crate) low_watermarks: [OrderKey; N_CLASSES],
    pub(crate) counts: Counts,
    pub(crate) losses: Arc<Losses>,
    pub(crate) watermark: u64,
    /// What may be read; everything when there is none.
    pub(crate) allowance: Option<Arc<Allowance>>,
}

impl Trace {
    /// Where the trace was recorded.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// A live store or a file.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// What is remembered of events no longer held (`None` when nothing was evicted). All its facts are before the low watermarks.
    #[must_use]
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_deref()
    }

    /// Sealed chunks of a class, by sequence number (gaps possible in a damaged file). A live trace ends with a copy of the open one.
    #[must_use]
    pub fn chunks(&self, class: Class) -> &[Arc<Chunk>] {
        self.list(class).chunks()
    }

    fn list(&self, class: Class) -> &ChunkList {
        // The array has one list per class number.
        &self.lists[class as usize]
    }

    /// Every counter, per class.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Every stretch of lost events that is known.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Complete up to this tick.
    #[must_use]
    pub const fn watermark(&self) -> u64 {
        self.watermark
    }

    /// Per class: rows with smaller keys are no longer shown (evicted, or beyond `max_events`); `OrderKey::default()` when nothing was.
    #[must_use]
    pub const fn low_watermark(&self, class: Class) -> OrderKey {
        self.low_watermarks[class as usize]
    }

    /// Smallest and largest tick of any row shown, `None` for an empty trace.
    #[must_use]
    pub fn span(&self) -> Option<(u64, u64)> {
        let edge = |direction| self.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, direction).next();
        Some((edge(Direction::Forward)?.key.tick, edge(Direction::Backward)?.key.tick))
    }

    /// Every process any chunk or the baseline names, sorted. Collected anew on each call.
    #[must_use]
    pub fn processes(&self) -> Vec<ProcessKey> {
        self.processes_between(ProcessKey::MIN, ProcessKey::MAX)
    }

    /// The incarnations of a pid, ascending.
    #[must_use]
    pub fn incarnations(&self, number: u32, serial: u32) -> Vec<ProcessKey> {
        let incarnation = |incarnation| ProcessKey { number, serial, incarnation };
        self.processes_between(incarnation(0), incarnation(u32::MAX))
    }

    fn processes_between(&self, from: ProcessKey, to: ProcessKey) -> Vec<ProcessKey> {
        let remembered = self.baseline().map_or(&[][..], |baseline| baseline.processes());
        let remembered = remembered.iter().map(|entry| entry.process).filter(|process| (from..=to).contains(process));
        let mut found: Vec<_> = remembered.collect();
        found.sort();
        found.dedup();
        self.lists.iter().for_each(|list| list.add_processes(from, to, &mut found));
        found
    }

    /// All rows of these classes with `from <= key <= to` and not below the low watermark, in order.
    #[must_use]
    pub fn rows(&self, classes: &[Class], from: OrderKey, to: OrderKey, direction: Direction) -> RowIter<'_> {
        self.select(Selection::All, classes, from, to, direction)
    }

    /// The same, of one process only (column `process`), through the index.
    #[must_use]
    pub fn process_rows(
        &self,
        process: ProcessKey,
        classes: &[Class],
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> RowIter<'_> {
        self.select(Selection::Process(process), classes, from, to, direction)
    }

    /// The same, of one process and one kind: quick also where there are few among many of other kinds.
    #[must_use]
    pub fn process_rows_of_kind(
        &self,
        process: ProcessKey,
        kind: Kind,
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> RowIter<'_> {
        self.select(Selection::ProcessKind(process, kind), &[kind.class()], from, to, direction)
    }

    /// Every process that has rows of a class, ascending, with these in order. Goes by the index of each chunk; the rows given to `visit`
    /// are valid for that call.
    pub fn each_process(&self, class: Class, mut visit: impl FnMut(ProcessKey, &[RowRef])) {
        let (chunks, low_watermark) = (self.chunks(class), self.low_watermark(class));
        let occurrences = (0..).zip(chunks).flat_map(|(chunk_idx, chunk)| {
            chunk.process_ids().map(move |(process, id)| (process, chunk_idx, chunk.rows_with_process(id)))
        });
        let mut occurrences: Vec<(ProcessKey, u32, &[u16])> = occurrences.collect();
        // Stable, because each chunk is a sorted run.
        occurrences.sort_by_key(|(process, chunk_idx, _)| (*process, *chunk_idx));
        let mut rows = Vec::new();
        for own in occurrences.chunk_by(|(a, ..), (b, ..)| a == b) {
            rows.clear();
            for (_, chunk_idx, listed) in own {
                let Some(chunk) = chunks.get(*chunk_idx as usize) else { continue };
                let row = |row: &u16| {
                    let row = u32::from(*row);
                    RowRef { class, chunk_idx: *chunk_idx, row, key: chunk.key(row) }
                };
                rows.extend(listed.iter().map(row).filter(|row| row.key >= low_watermark));
            }
            if own.len() > 1 {
                rows.sort_by_key(|row| (row.key, row.chunk_idx));
            }
            if !self.spend(rows.len() as u64) {
                return;
            }
            if let ([(process, ..), ..], [_, ..]) = (own, &*rows) {
                visit(*process, &rows);
            }
        }
    }

    /// How many rows of a class a process has, at or above the low watermark. Reads each segment of the index, not each chunk.
    #[must_use]
    pub fn n_rows_of(&self, process: ProcessKey, class: Class) -> u64 {
        self.list(class).n_rows_of(process, self.low_watermark(class))
    }

    /// The rows of [`Trace::rows`] whose peer is `peer` (compared by meaning across chunks; names by text), through the index.
    #[must_use]
    pub fn peer_rows(
        &self,
        peer: &PeerKey,
        classes: &[Class],
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> RowIter<'_> {
        self.select(Selection::Peer(peer.clone()), classes, from, to, direction)
    }

    /// The same, rows that `choice` picks out of each chunk when its turn comes.
    #[must_use]
    pub fn chosen_rows<'a>(
        &'a self,
        choice: &'a dyn Choice,
        classes: &[Class],
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> RowIter<'a> {
        self.select(Selection::Chosen(choice), classes, from, to, direction)
    }

    fn select<'a>(
        &'a self,
        selection: Selection<'a>,
        classes: &[Class],
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> RowIter<'a> {
        RowIter::new(self.lists_of(classes), selection, from, to, direction, self.allowance.as_deref())
    }

    /// The chunks of messages that have a term with this match key: index into [`Trace::chunks`], and the term. Ascending; costs a few
    /// reads for the whole trace, not one per chunk.
    pub fn chunks_with_term(&self, key: u64) -> impl Iterator<Item = (u32, TermId)> {
        self.list(Class::Message).with_term(key).map(|(idx, term)| (idx as u32, term))
    }

    /// All rows of these classes with `from <= key <= to` and not below the low watermark, in order, as stretches of one chunk each.
    #[must_use]
    pub fn runs(&self, classes: &[Class], from: OrderKey, to: OrderKey) -> RunIter<'_> {
        RunIter::new(self.lists_of(classes), from, to, self.allowance.as_deref())
    }

    fn lists_of(&self, classes: &[Class]) -> impl Iterator<Item = (Class, &ChunkList, OrderKey)> {
        let wanted = Class::ALL.iter().filter(|class| classes.contains(class));
        wanted.map(|class| (*class, self.list(*class), self.low_watermark(*class)))
    }

    /// The chunk of a row of this trace.
    #[must_use]
    pub fn chunk(&self, row: &RowRef) -> &Chunk {
        &self.chunks(row.class)[row.chunk_idx as usize]
    }

    /// The lasting id of a row of this trace.
    #[must_use]
    pub fn event_id(&self, row: &RowRef) -> EventId {
        EventId { class: row.class, chunk: self.chunk(row).seq(), row: row.row }
    }

    /// The row of an id, `None` when the trace does not hold it (any more).
    #[must_use]
    pub fn find(&self, id: EventId) -> Option<RowRef> {
        let list = self.list(id.class);
        let chunk_idx = list.position(id.chunk)?;
        let chunk = list.chunks().get(chunk_idx).filter(|chunk| (id.row as usize) < chunk.len())?;
        let key = chunk.key(id.row);
        (key >= self.low_watermark(id.class)).then_some(RowRef {
            class: id.class,
            chunk_idx: chunk_idx as u32,
            row: id.row,
            key,
        })
    }
}
