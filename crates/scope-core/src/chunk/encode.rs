//! A chunk in a file.
//!
//! | part | bytes |
//! |---|---|
//! | class | 1 |
//! | sequence number | 4 |
//! | rows | 4 |
//! | blocks: 1 columns, 2 term bytes, 3 term table, 4 dictionary | see [`block`](crate::chunk::block) |
//!
//! Invariant: a chunk that was read answers like the one that was written, row by row.

use crate::chunk::block::{Block, Budget, put_block};
use crate::chunk::columns::Columns;
use crate::chunk::dict::Dict;
use crate::chunk::terms::Terms;
use crate::chunk::{Chunk, MAX_ROWS};
use crate::error::{Error, Result};
use crate::event::Class;
use crate::wire::Reader;
use alloc::borrow::Cow;
use alloc::vec::Vec;

const COLUMNS: u8 = 1;
const TERM_BYTES: u8 = 2;
const TERM_TABLE: u8 = 3;
const DICTIONARY: u8 = 4;

/// What [`Chunk::decode`] may spend on one chunk; a chunk of ours takes a few MiB at most.
const MAX_CHUNK_BYTES: u64 = 256 << 20;

/// What a row may take in memory beyond its block: 6 in the index, 12 in columns kept as differences, 8 while one of them is summed, rounded up.
const BYTES_PER_ROW: u64 = 32;

/// What a byte of the dictionary may take in memory: an entity of two bytes becomes an `Entity` with its places in the index.
const BYTES_PER_DICTIONARY_BYTE: u64 = 40;

impl Chunk {
    /// Appends the chunk as it stands in a file, without the section round it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.class as u8);
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&(self.len() as u32).to_le_bytes());
        let mut contents = Vec::new();
        self.columns.encode(&mut contents);
        put_block(out, COLUMNS, &contents);
        put_block(out, TERM_BYTES, self.terms.heap());
        contents.clear();
        self.terms.encode(&mut contents);
        put_block(out, TERM_TABLE, &contents);
        contents.clear();
        self.dict.encode(&mut contents);
        put_block(out, DICTIONARY, &contents);
    }

    /// Reads what [`Chunk::encode`] wrote; checks everything a reader relies on.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for anything else, [`Error::NewerKind`] for what a newer version may have written.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Self::decode_within(bytes, &mut Budget::new(MAX_CHUNK_BYTES))
    }

    pub(crate) fn decode_within(bytes: &[u8], budget: &mut Budget) -> Result<Self> {
        let mut reader = Reader::new(bytes, "chunk");
        let class = Class::from_number(reader.u8()?).ok_or(Error::NewerKind { what: "class" })?;
        let (seq, n_rows) = (reader.u32()?, reader.u32()? as usize);
        if n_rows == 0 || n_rows > MAX_ROWS {
            return Err(reader.corrupt("it has no rows or too many"));
        }
        budget.spend(BYTES_PER_ROW * n_rows as u64)?;
        let mut found: [Option<Block<'_>>; 4] = [None; 4];
        while !reader.is_empty() {
            let block = Block::read(&mut reader)?;
            if let Some(slot) = usize::from(block.id).checked_sub(1).and_then(|idx| found.get_mut(idx)) {
                *slot = Some(block);
            }
        }
        let [Some(columns), Some(term_bytes), Some(term_table), Some(dictionary)] = found else {
            return Err(reader.corrupt("a block is missing"));
        };
        let dictionary = dictionary.open(budget)?;
        budget.spend(BYTES_PER_DICTIONARY_BYTE * dictionary.len() as u64)?;
        let dict = Dict::decode(&dictionary)?;
        let heap = match term_bytes.open(budget)? {
            Cow::Owned(bytes) => bytes.into(),
            Cow::Borrowed(bytes) => bytes.into(),
        };
        let terms = Terms::decode(&term_table.open(budget)?, heap)?;
        let columns = Columns::decode(&columns.open(budget)?, n_rows, class, dict.n_entities(), terms.len())?;
        Ok(Self::assemble(class, seq, columns, terms, dict))
    }
}
