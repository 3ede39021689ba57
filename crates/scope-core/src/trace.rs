//! A trace to ask questions of: an immutable view of a store, or of a file.
//!
//! Invariant: cheap to make from a live store (shared chunks, no copy of their columns).

use crate::baseline::Baseline;
use crate::chunk::Chunk;
use crate::event::{Class, EventId, N_CLASSES, OrderKey};
use crate::header::Header;
use crate::loss::{Counts, Losses};
use crate::{Entity, ProcessKey};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

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
pub struct Trace {}

#[allow(clippy::unimplemented, clippy::missing_errors_doc, missing_docs, clippy::unused_self, unused_variables)]
impl Trace {
    pub fn header(&self) -> &Header { unimplemented!() }
    pub fn source(&self) -> Source { unimplemented!() }
    /// What is remembered of events no longer held (`None` when nothing was evicted). All its facts are before `floor`.
    pub fn baseline(&self) -> Option<&Baseline> { unimplemented!() }
    /// Sealed chunks of a class, by sequence number (gaps possible in a damaged file). A live trace ends with a copy of the open one.
    pub fn chunks(&self, class: Class) -> &[Arc<Chunk>] { unimplemented!() }
    pub fn counts(&self) -> &Counts { unimplemented!() }
    pub fn losses(&self) -> &Losses { unimplemented!() }
    /// Complete up to this tick.
    pub fn watermark(&self) -> u64 { unimplemented!() }
    /// Per class: rows with smaller keys are no longer shown (evicted, or beyond `max_events`); `OrderKey::default()` when nothing was.
    pub fn floor(&self, class: Class) -> OrderKey { unimplemented!() }
    /// Smallest and largest tick of any row held, `None` for an empty trace.
    pub fn span(&self) -> Option<(u64, u64)> { unimplemented!() }
    /// Every process any chunk or the baseline names, sorted.
    pub fn processes(&self) -> &[ProcessKey] { unimplemented!() }
    /// The incarnations of a pid, ascending.
    pub fn incarnations(&self, number: u32, serial: u32) -> &[ProcessKey] { unimplemented!() }
    /// All rows of these classes with `from <= key <= to` and not below the floor, in order.
    pub fn rows(&self, classes: &[Class], from: OrderKey, to: OrderKey, direction: Direction) -> RowIter<'_> { unimplemented!() }
    /// The same, of one process only (column `process`), through the index.
    pub fn process_rows(&self, process: ProcessKey, classes: &[Class], from: OrderKey, to: OrderKey, direction: Direction) -> RowIter<'_> { unimplemented!() }
    /// The same, rows whose peer is `peer` (compared by meaning across chunks; names by text), through the index.
    pub fn peer_rows(&self, peer: &PeerKey, classes: &[Class], from: OrderKey, to: OrderKey, direction: Direction) -> RowIter<'_> { unimplemented!() }
    pub fn chunk(&self, row: &RowRef) -> &Chunk { unimplemented!() }
    pub fn event_id(&self, row: &RowRef) -> EventId { unimplemented!() }
    /// The row of an id, `None` when the trace does not hold it (any more).
    pub fn find(&self, id: EventId) -> Option<RowRef> { unimplemented!() }
}

/// A message's other party, independent of any chunk's dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PeerKey {
    /// A process of the recorded node.
    Process(ProcessKey),
    /// A registered name of the recorded node.
    Name(String),
    /// A reference (alias).
    Reference(crate::symbols::ReferenceWords),
}

/// Rows of several chunks, merged in order.
#[derive(Debug)]
pub struct RowIter<'a> {
    trace: &'a Trace,
}

impl Iterator for RowIter<'_> {
    type Item = RowRef;
    fn next(&mut self) -> Option<RowRef> {
        let _ = self.trace;
        None
    }
}

#[allow(dead_code)]
fn unused(_: &Entity, _: [Vec<u8>; N_CLASSES]) {}
