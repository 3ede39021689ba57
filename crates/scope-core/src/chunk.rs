//! The sealed chunk: immutable, of one class, self-contained, indexed, checksummed, compressed.
//!
//! A loaded chunk is its decompressed bytes plus a fixed index; there is no second copy of the columns.
//!
//! Invariant: rows keep the order of arrival, so that a row number is final as soon as the row is taken in; reading in time order
//! goes through the index.

pub mod build;
pub mod dict;

use crate::error::Result;
use crate::event::{Class, Event, OrderKey};
use crate::{AtomId, Entity, EntityId, Mfa, MfaId, ProcessKey};
use alloc::vec::Vec;

/// A term in a chunk's term table; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub u32);

/// The most rows a chunk may have (its index uses 16-bit row numbers).
pub const MAX_ROWS: usize = 1 << 16;

/// A sealed chunk in memory.
#[derive(Debug)]
pub struct Chunk {}

/// A stored term together with what the chunk knows of it.
#[derive(Clone, Copy, Debug)]
pub struct StoredTerm<'a> {
    /// The stored form; read it with [`crate::term::read`], names from the chunk.
    pub bytes: &'a [u8],
    /// The match key, see [`crate::term::resolve::Resolved`].
    pub key: u64,
    /// Whether nothing was cut, redacted or opaque.
    pub complete: bool,
}

#[allow(clippy::unimplemented, clippy::missing_errors_doc, missing_docs, clippy::unused_self, unused_variables)]
impl Chunk {
    /// The class of every row.
    pub fn class(&self) -> Class { unimplemented!() }
    /// Its number among the chunks of its class.
    pub fn seq(&self) -> u32 { unimplemented!() }
    /// The number of rows.
    pub fn len(&self) -> usize { unimplemented!() }
    pub fn is_empty(&self) -> bool { self.len() == 0 }
    /// Smallest and largest order key.
    pub fn first(&self) -> OrderKey { unimplemented!() }
    pub fn last(&self) -> OrderKey { unimplemented!() }
    /// The fixed fields of a row, with ids of this chunk's dictionary. Rows from 0 to `len() - 1`.
    pub fn event(&self, row: u32) -> Event { unimplemented!() }
    /// Only the order key of a row (cheaper).
    pub fn key(&self, row: u32) -> OrderKey { unimplemented!() }
    /// The term of a row; `TermId(0)` for none. Equal ids in one chunk mean equal terms.
    pub fn term_id(&self, row: u32) -> TermId { unimplemented!() }
    pub fn term(&self, id: TermId) -> Option<StoredTerm<'_>> { unimplemented!() }
    /// Row numbers in time order: `rank` 0 is the earliest.
    pub fn row_at_rank(&self, rank: u32) -> u32 { unimplemented!() }
    /// The first rank whose key is not below `key` (0..=len).
    pub fn rank_of(&self, key: OrderKey) -> u32 { unimplemented!() }
    /// Rows of a process (as `process`), in time order. Empty when the chunk does not know it.
    pub fn rows_of(&self, process: ProcessKey) -> &[u16] { unimplemented!() }
    /// Rows in which the entity is the peer, in time order.
    pub fn rows_with_peer(&self, peer: EntityId) -> &[u16] { unimplemented!() }
    /// The dictionary.
    pub fn atom(&self, id: AtomId) -> &str { unimplemented!() }
    pub fn mfa(&self, id: MfaId) -> Option<Mfa> { unimplemented!() }
    pub fn entity(&self, id: EntityId) -> Option<&Entity> { unimplemented!() }
    pub fn find_atom(&self, text: &str) -> Option<AtomId> { unimplemented!() }
    pub fn find_process(&self, process: ProcessKey) -> Option<EntityId> { unimplemented!() }
    /// Every entity of the dictionary with its id.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &Entity)> { core::iter::empty() }
    /// Bytes held: decompressed columns, terms and dictionary, without the index.
    pub fn data_bytes(&self) -> usize { unimplemented!() }
    /// Bytes of the index.
    pub fn index_bytes(&self) -> usize { unimplemented!() }
    /// The section to be written to a file.
    pub fn encode(&self, out: &mut Vec<u8>) { unimplemented!() }
    /// Reads what [`Chunk::encode`] wrote; checks everything a reader relies on.
    pub fn decode(bytes: &[u8]) -> Result<Self> { unimplemented!() }
}
