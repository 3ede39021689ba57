//! The open chunk: rows are appended, then it is frozen.
//!
//! Invariant: a refused row leaves no trace.

use crate::chunk::columns::{Columns, Row};
use crate::chunk::dict::DictBuilder;
use crate::chunk::terms::TermsBuilder;
use crate::chunk::{Chunk, MAX_ROWS, TermId};
use crate::error::{Error, Result};
use crate::event::{Class, Event, MAX_TICK};
use crate::symbols::{AtomId, MfaId, Symbols};
use crate::term::localize::localize;
use crate::term::resolve::Resolved;
use alloc::vec::Vec;

/// Collects the rows of one class.
#[derive(Debug)]
pub struct ChunkBuilder {
    class: Class,
    seq: u32,
    rows: Vec<Row>,
    dict: DictBuilder,
    terms: TermsBuilder,
}

impl ChunkBuilder {
    /// An open chunk with this number among the chunks of its class.
    #[must_use]
    pub fn new(class: Class, seq: u32) -> Self {
        Self { class, seq, rows: Vec::new(), dict: DictBuilder::default(), terms: TermsBuilder::default() }
    }

    /// Its number among the chunks of its class.
    #[must_use]
    pub const fn seq(&self) -> u32 {
        self.seq
    }

    /// The number of rows so far; the next row gets this number.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of the terms so far.
    #[must_use]
    pub fn term_bytes(&self) -> usize {
        self.terms.heap_bytes()
    }

    /// Appends a row and returns its number. `event` and the in-flight `term` use ids of `symbols`.
    ///
    /// # Errors
    /// [`Error::BadArgument`] for an event of another class, a time beyond [`MAX_TICK`] or a full chunk;
    /// [`Error::Corrupt`] for bytes that are not a term.
    pub fn push(&mut self, symbols: &Symbols, event: &Event, term: Option<(&[u8], Resolved)>) -> Result<u32> {
        if event.kind.class() != self.class || event.key.tick > MAX_TICK || self.rows.len() >= MAX_ROWS {
            return Err(Error::BadArgument("the event does not belong into this chunk".into()));
        }
        let Self { dict, terms, .. } = self;
        let term = match term {
            None => TermId::default(),
            Some((bytes, resolved)) => terms.add(resolved, |heap| {
                // Both closures grow the one dictionary, never at the same time.
                let dict = core::cell::RefCell::new(&mut *dict);
                let mut atom = |id| dict.borrow_mut().atom(symbols, id);
                let mut entity = |id| dict.borrow_mut().entity(symbols, id);
                localize(bytes, &mut atom, &mut entity, heap)
            })?,
        };
        let what = if event.kind.has_mfa() {
            dict.mfa(symbols, MfaId(event.what)).0
        } else if event.kind.has_atom() {
            dict.atom(symbols, AtomId(event.what)).0
        } else {
            0
        };
        let (process, peer) = (dict.entity(symbols, event.process), dict.entity(symbols, event.peer));
        self.rows.push(Row { event: Event { process, peer, what, ..*event }, term });
        Ok(self.rows.len() as u32 - 1)
    }

    /// A chunk of the rows so far.
    #[must_use]
    pub fn freeze(&self) -> Chunk {
        let columns = Columns::pack(&self.rows);
        Chunk::assemble(self.class, self.seq, columns, self.terms.freeze(), self.dict.freeze())
    }

    /// Begins the next chunk of the class.
    pub fn clear(&mut self) {
        self.seq += 1;
        self.rows.clear();
        self.dict.clear();
        self.terms.clear();
    }
}
