//! A row of a trace with its chunk and its fixed fields at hand.

use scope_core::chunk::{Chunk, StoredTerm, TermId};
use scope_core::trace::{RowRef, Trace};
use scope_core::{Entity, Event, EventId, Kind, OrderKey, ProcessKey};

/// A row at hand, of which a pass over a whole trace reads only what it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unread<'a> {
    pub(crate) chunk: &'a Chunk,
    pub(crate) chunk_idx: u32,
    pub(crate) row: u32,
}

impl<'a> Unread<'a> {
    pub(crate) fn read(&self) -> Row<'a> {
        Row::of(self.chunk, self.chunk_idx, self.row)
    }

    #[inline]
    pub(crate) fn tick(&self) -> u64 {
        self.chunk.tick(self.row)
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        self.chunk.kind(self.row)
    }

    pub(crate) fn key(&self) -> OrderKey {
        self.chunk.key(self.row)
    }

    pub(crate) fn id(&self) -> EventId {
        EventId { class: self.chunk.class(), chunk: self.chunk.seq(), row: self.row }
    }
}

/// A row, read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) chunk: &'a Chunk,
    pub(crate) chunk_idx: u32,
    pub(crate) event: Event,
    row: u32,
}

impl<'a> Row<'a> {
    pub(crate) fn read(trace: &'a Trace, at: RowRef) -> Self {
        let chunk = trace.chunk(&at);
        Self::of(chunk, at.chunk_idx, at.row)
    }

    /// A row of a chunk of the trace: `chunk_idx` is its place among the chunks of its class.
    pub(crate) fn of(chunk: &'a Chunk, chunk_idx: u32, row: u32) -> Self {
        Self { chunk, chunk_idx, event: chunk.event(row), row }
    }

    /// The same row, to be read in part.
    pub(crate) const fn unread(&self) -> Unread<'a> {
        Unread { chunk: self.chunk, chunk_idx: self.chunk_idx, row: self.row }
    }

    pub(crate) fn id(&self) -> EventId {
        EventId { class: self.chunk.class(), chunk: self.chunk.seq(), row: self.row }
    }

    pub(crate) const fn key(&self) -> OrderKey {
        self.event.key
    }

    pub(crate) const fn tick(&self) -> u64 {
        self.event.key.tick
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.event.kind
    }

    /// The process it happened in.
    pub(crate) fn process(&self) -> Option<ProcessKey> {
        match self.chunk.entity(self.event.process) {
            Some(Entity::Process(process)) => Some(*process),
            _ => None,
        }
    }

    /// The other party, if it is a process of the recorded node.
    pub(crate) fn peer_process(&self) -> Option<ProcessKey> {
        match self.peer() {
            Some(Entity::Process(process)) => Some(*process),
            _ => None,
        }
    }

    /// The other party.
    pub(crate) fn peer(&self) -> Option<&'a Entity> {
        self.chunk.entity(self.event.peer)
    }

    /// The atom of the kinds that have one.
    pub(crate) fn atom(&self) -> Option<&'a str> {
        self.event.atom().map(|id| self.chunk.atom(id))
    }

    /// Module, function and arity of the kinds that have a function.
    pub(crate) fn function(&self) -> Option<(&'a str, &'a str, u32)> {
        let mfa = self.chunk.mfa(self.event.mfa()?)?;
        Some((self.chunk.atom(mfa.module), self.chunk.atom(mfa.function), mfa.arity))
    }

    /// Its term in the chunk's table; equal ids in one chunk are equal terms.
    pub(crate) fn term_id(&self) -> TermId {
        self.chunk.term_id(self.row)
    }

    pub(crate) fn term(&self) -> Option<StoredTerm<'a>> {
        self.chunk.term(self.term_id())
    }
}
