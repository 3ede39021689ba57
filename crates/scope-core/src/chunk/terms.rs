//! The terms of a chunk: each kept once, found by a small number.
//!
//! | part in a file | bytes |
//! |---|---|
//! | count | 4 |
//! | lengths | a column record |
//! | completeness, 0 or 1 | a column record |
//! | match keys | 8 each |
//!
//! The bytes themselves are a block of their own, one term after the other.
//!
//! Invariant: equal ids mean equal terms, and terms with equal match keys have equal ids.

use crate::chunk::column::{Column, Encoding};
use crate::chunk::keys::Keys;
use crate::chunk::{StoredTerm, TermId};
use crate::error::Result;
use crate::term::resolve::Resolved;
use crate::wire::Reader;
use alloc::boxed::Box;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Frozen terms.
#[derive(Debug)]
pub(crate) struct Terms {
    heap: Box<[u8]>,
    /// Where each term begins in `heap`, and the end of the last.
    starts: Box<[u32]>,
    keys: Box<[u64]>,
    complete: Column,
    /// Built for the classes whose terms are searched for.
    by_key: Option<Keys>,
}

impl Terms {
    /// Builds the index by match key.
    pub(crate) fn index_keys(&mut self) {
        self.by_key = Keys::build(&self.keys);
    }

    /// The term with this match key.
    pub(crate) fn find(&self, key: u64) -> Option<TermId> {
        match &self.by_key {
            Some(by_key) => by_key.find(key, &self.keys),
            None => self.keys.iter().position(|other| *other == key).map(|place| TermId(place as u32 + 1)),
        }
    }

    pub(crate) fn index_bytes(&self) -> usize {
        self.by_key.as_ref().map_or(0, Keys::n_bytes)
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn get(&self, id: TermId) -> Option<StoredTerm<'_>> {
        let idx = (id.0 as usize).checked_sub(1)?;
        let (start, end) = (*self.starts.get(idx)?, *self.starts.get(idx + 1)?);
        Some(StoredTerm {
            bytes: self.heap.get(start as usize..end as usize)?,
            key: *self.keys.get(idx)?,
            complete: self.complete.get(idx) != 0,
        })
    }

    #[inline]
    pub(crate) fn key(&self, id: TermId) -> Option<(u64, bool)> {
        let idx = (id.0 as usize).checked_sub(1)?;
        Some((*self.keys.get(idx)?, self.complete.get(idx) != 0))
    }

    /// Whether nothing of any term was cut, redacted or opaque.
    pub(crate) fn all_complete(&self) -> bool {
        self.complete.constant().is_some_and(|complete| complete != 0)
    }

    pub(crate) fn keys(&self) -> &[u64] {
        &self.keys
    }

    pub(crate) fn heap(&self) -> &[u8] {
        &self.heap
    }

    pub(crate) fn data_bytes(&self) -> usize {
        self.heap.len() + size_of_val(&*self.starts) + size_of_val(&*self.keys) + self.complete.n_bytes(self.len())
    }

    /// Appends the parts of the table above, without the heap.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let lengths = self.starts.windows(2).map(|pair| match pair {
            [start, end] => u64::from(end - start),
            _ => 0,
        });
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        Column::pack(lengths).encode(self.len(), Encoding::Values, out);
        self.complete.encode(self.len(), Encoding::Values, out);
        self.keys.iter().for_each(|key| out.extend_from_slice(&key.to_le_bytes()));
    }

    /// Reads what [`Terms::encode`] wrote.
    pub(crate) fn decode(table: &[u8], heap: Box<[u8]>) -> Result<Self> {
        let mut reader = Reader::new(table, "term table");
        let n_terms = reader.u32()? as usize;
        if n_terms.saturating_mul(8) > table.len() {
            return Err(reader.corrupt("a count is larger than its bytes"));
        }
        let lengths = Column::decode(n_terms, &mut reader)?;
        let complete = Column::decode(n_terms, &mut reader)?;
        let keys = reader.bytes(n_terms * 8)?.as_chunks::<8>().0.iter().map(|key| u64::from_le_bytes(*key)).collect();
        reader.finish()?;
        // None is longer than the heap, so that their sum does not overflow.
        let is_short = lengths.max().is_some_and(|max| max <= heap.len() as u64);
        let (starts, end) = if is_short { lengths.starts(n_terms) } else { (Vec::new(), u64::MAX) };
        if end != heap.len() as u64 || end > u64::from(u32::MAX) {
            return Err(reader.corrupt("its lengths do not add up"));
        }
        Ok(Self { heap, starts: starts.into(), keys, complete, by_key: None })
    }
}

/// The terms of an open chunk.
#[derive(Debug, Default)]
pub(crate) struct TermsBuilder {
    heap: Vec<u8>,
    ends: Vec<u32>,
    keys: Vec<u64>,
    complete: Vec<bool>,
    by_key: HashMap<u64, TermId>,
}

impl TermsBuilder {
    pub(crate) fn heap_bytes(&self) -> usize {
        self.heap.len()
    }

    /// The id of a term: of its equal if there is one, else of what `write` appends to the heap.
    pub(crate) fn add(&mut self, term: Resolved, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<TermId> {
        if let Some(id) = self.by_key.get(&term.key) {
            return Ok(*id);
        }
        let start = self.heap.len();
        if let Err(error) = write(&mut self.heap) {
            self.heap.truncate(start);
            return Err(error);
        }
        self.ends.push(self.heap.len() as u32);
        self.keys.push(term.key);
        self.complete.push(term.complete);
        let id = TermId(self.keys.len() as u32);
        self.by_key.insert(term.key, id);
        Ok(id)
    }

    pub(crate) fn freeze(&self) -> Terms {
        let mut starts = Vec::with_capacity(self.ends.len() + 1);
        starts.push(0);
        starts.extend_from_slice(&self.ends);
        Terms {
            heap: self.heap.as_slice().into(),
            starts: starts.into(),
            keys: self.keys.as_slice().into(),
            complete: Column::pack(self.complete.iter().map(|c| u64::from(*c))),
            by_key: None,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.ends.clear();
        self.keys.clear();
        self.complete.clear();
        self.by_key.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a table with these lengths, for a heap of so many bytes.
    fn decoded(lengths: &[u64], heap_bytes: usize) -> Result<Terms> {
        let mut table = (lengths.len() as u32).to_le_bytes().to_vec();
        Column::pack(lengths.iter().copied()).encode(lengths.len(), Encoding::Values, &mut table);
        Column::pack(lengths.iter().map(|_| 1)).encode(lengths.len(), Encoding::Values, &mut table);
        table.resize(table.len() + lengths.len() * 8, 0);
        Terms::decode(&table, alloc::vec![0; heap_bytes].into())
    }

    #[test]
    fn lengths_that_wrap_to_the_right_sum_are_refused() {
        assert!(decoded(&[3, 4], 7).is_ok());
        assert!(decoded(&[], 0).is_ok());
        for wrong in [&[3, 5][..], &[u64::MAX, 8], &[1 << 32, 7], &[1 << 63, 1 << 63, 7], &[8, u64::MAX], &[]] {
            assert!(decoded(wrong, 7).is_err(), "{wrong:?}");
        }
    }
}
