//! The sealed chunk: immutable, of one class, self-contained, indexed, checksummed, compressed.
//!
//! A loaded chunk is its decompressed bytes plus a fixed index; there is no second copy of the columns.
//!
//! Invariant: rows keep the order of arrival, so that a row number is final as soon as the row is taken in; reading in time order
//! goes through the index.

pub(crate) mod block;
pub mod build;
mod column;
mod columns;
pub(crate) mod dict;
mod encode;
mod index;
mod keys;
mod numbers;
mod radix;
mod terms;

use crate::elixir::Elixir;
use crate::event::{Class, Event, Kinds, OrderKey};
use crate::symbols::PeerKey;
use crate::term::{Names, search};
use crate::{AtomId, Entity, EntityId, Mfa, MfaId, ProcessKey};
use columns::Columns;
use dict::Dict;
use index::Index;
use terms::Terms;

/// A term in a chunk's term table; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub u32);

/// The most rows a chunk may have (its index uses 16-bit row numbers).
pub const MAX_ROWS: usize = 1 << 16;

/// A sealed chunk in memory.
#[derive(Debug)]
pub struct Chunk {
    class: Class,
    seq: u32,
    first: OrderKey,
    last: OrderKey,
    columns: Columns,
    terms: Terms,
    dict: Dict,
    index: Index,
    /// Not stored: the recording's header says it once.
    elixir: Elixir,
}

/// A stored term with its match key and completeness.
#[derive(Clone, Copy, Debug)]
pub struct StoredTerm<'a> {
    /// The stored form; read it with [`crate::term::read`], names from the chunk.
    pub bytes: &'a [u8],
    /// The match key, see [`crate::term::resolve::Resolved`].
    pub key: u64,
    /// Whether nothing was cut, redacted or opaque.
    pub complete: bool,
}

impl Chunk {
    /// Puts checked parts together and builds the index.
    fn assemble(class: Class, seq: u32, columns: Columns, mut terms: Terms, dict: Dict) -> Self {
        // Only messages are searched by their terms.
        if class == Class::Message {
            terms.index_keys();
        }
        let n_rows = columns.n_rows();
        let index = Index::build(&columns, dict.n_entities());
        let key_at = |rank: usize| columns.key(index.row_at_rank(rank as u32) as usize);
        let (first, last) = (key_at(0), key_at(n_rows.saturating_sub(1)));
        Self { class, seq, first, last, columns, terms, dict, index, elixir: Elixir::default() }
    }

    /// Says which Elixir the node has whose rows these are.
    pub(crate) const fn set_elixir(&mut self, elixir: Elixir) {
        self.elixir = elixir;
    }

    /// The class of every row.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Its number among the chunks of its class.
    #[must_use]
    pub const fn seq(&self) -> u32 {
        self.seq
    }

    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.columns.n_rows()
    }

    /// Whether it has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The smallest order key.
    #[must_use]
    pub const fn first(&self) -> OrderKey {
        self.first
    }

    /// The largest order key.
    #[must_use]
    pub const fn last(&self) -> OrderKey {
        self.last
    }

    /// The fixed fields of a row, with ids of this chunk's dictionary. Rows from 0 to `len() - 1`.
    #[must_use]
    pub fn event(&self, row: u32) -> Event {
        self.columns.event(row as usize)
    }

    /// Only the order key of a row (cheaper).
    #[must_use]
    #[inline]
    pub fn key(&self, row: u32) -> OrderKey {
        self.columns.key(row as usize)
    }

    /// Only the kind of a row (cheaper).
    #[must_use]
    #[inline]
    pub fn kind(&self, row: u32) -> crate::Kind {
        self.columns.kind(row as usize)
    }

    /// Whether any row has this kind.
    #[must_use]
    pub fn has_kind(&self, kind: crate::Kind) -> bool {
        kind.class() == self.class && self.columns.kinds.meet(Kinds::only(kind))
    }

    /// The kinds of some rows: reading stops once every kind of the chunk was found.
    pub(crate) fn kinds_of(&self, rows: &[u16]) -> Kinds {
        let mut kinds = Kinds::default();
        for row in rows {
            kinds = kinds.with(self.columns.kinds(usize::from(*row)));
            if kinds == self.columns.kinds {
                break;
            }
        }
        kinds
    }

    /// Only the time of a row (cheaper).
    #[must_use]
    #[inline]
    pub fn tick(&self, row: u32) -> u64 {
        self.columns.tick.get(row as usize)
    }

    /// Only the flags of a row (cheaper).
    #[must_use]
    #[inline]
    pub fn flags(&self, row: u32) -> crate::event::Flags {
        crate::event::Flags(self.columns.flags.get(row as usize) as u8)
    }

    /// Only the function or atom of a row (cheaper); the kind decides which of them.
    #[must_use]
    #[inline]
    pub fn what(&self, row: u32) -> u32 {
        self.columns.what.get(row as usize) as u32
    }

    /// Only the other party of a row (cheaper).
    #[must_use]
    #[inline]
    pub fn peer_id(&self, row: u32) -> EntityId {
        EntityId(self.columns.peer.get(row as usize) as u32)
    }

    /// Only the process of a row (cheaper).
    #[must_use]
    #[inline]
    pub fn process_id(&self, row: u32) -> EntityId {
        EntityId(self.columns.process.get(row as usize) as u32)
    }

    /// The term of a row; `TermId(0)` for none. Equal ids in one chunk mean equal terms.
    #[must_use]
    #[inline]
    pub fn term_id(&self, row: u32) -> TermId {
        self.columns.term(row as usize)
    }

    /// A term of the chunk's term table.
    #[must_use]
    pub fn term(&self, id: TermId) -> Option<StoredTerm<'_>> {
        self.terms.get(id)
    }

    /// Only the match key of a term, and whether nothing of it was cut, redacted or opaque (cheaper).
    #[must_use]
    #[inline]
    pub fn term_key(&self, id: TermId) -> Option<(u64, bool)> {
        self.terms.key(id)
    }

    /// The term with this match key, if the chunk has one.
    pub(crate) fn find_term(&self, key: u64) -> Option<TermId> {
        self.terms.find(key)
    }

    /// The names of the recorded node that are peers of rows, or may be.
    pub(crate) fn peer_names(&self) -> impl Iterator<Item = &str> {
        self.entities().filter_map(|(_, entity)| match entity {
            Entity::Name(name) => Some(self.atom(*name)),
            _ => None,
        })
    }

    /// The match key of every term.
    pub(crate) fn match_keys(&self) -> &[u64] {
        self.terms.keys()
    }

    /// Row numbers in time order: `rank` 0 is the earliest.
    #[must_use]
    #[inline]
    pub fn row_at_rank(&self, rank: u32) -> u32 {
        self.index.row_at_rank(rank)
    }

    /// The first rank whose key is not below `key` (0..=len).
    #[must_use]
    pub fn rank_of(&self, key: OrderKey) -> u32 {
        if key <= self.first {
            return 0;
        }
        if key > self.last {
            return self.len() as u32;
        }
        let (mut low, mut high) = (0, self.len() as u32);
        while low < high {
            let middle = low.midpoint(high);
            if self.key(self.row_at_rank(middle)) < key { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Rows of a process (as `process`), in time order. Empty when the chunk does not know it.
    #[must_use]
    pub fn rows_of(&self, process: ProcessKey) -> &[u16] {
        self.find_process(process).map_or(&[], |id| self.index.rows_of(id))
    }

    /// Rows of an entity (as `process`), in time order.
    #[must_use]
    pub fn rows_with_process(&self, process: EntityId) -> &[u16] {
        self.index.rows_of(process)
    }

    /// Rows in which the entity is the peer, in time order.
    #[must_use]
    pub fn rows_with_peer(&self, peer: EntityId) -> &[u16] {
        self.index.rows_with_peer(peer)
    }

    /// The text of an atom of the dictionary; empty for an id it does not have.
    #[must_use]
    pub fn atom(&self, id: AtomId) -> &str {
        self.dict.atom(id)
    }

    /// A function of the dictionary.
    #[must_use]
    pub fn mfa(&self, id: MfaId) -> Option<Mfa> {
        self.dict.mfa(id)
    }

    /// An entity of the dictionary.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.dict.entity(id)
    }

    /// The id of an atom, if the dictionary has it.
    #[must_use]
    pub fn find_atom(&self, text: &str) -> Option<AtomId> {
        self.dict.find_atom(text)
    }

    /// The id of a process, if the dictionary has it.
    #[must_use]
    pub fn find_process(&self, process: ProcessKey) -> Option<EntityId> {
        self.dict.find_process(process)
    }

    /// The id of a peer, if the dictionary has it. Names and references are searched for one by one.
    #[must_use]
    pub fn find_peer(&self, peer: &PeerKey) -> Option<EntityId> {
        let wanted = match peer {
            PeerKey::Process(process) => return self.find_process(*process),
            PeerKey::Name(name) => Entity::Name(self.find_atom(name)?),
            PeerKey::Reference(words) => Entity::Reference(words.clone()),
        };
        self.entities().find(|(_, entity)| **entity == wanted).map(|(id, _)| id)
    }

    /// Every entity of the dictionary with its id.
    pub fn entities(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        self.dict.entities()
    }

    /// Every process of the dictionary, ascending.
    pub fn processes(&self) -> impl Iterator<Item = ProcessKey> {
        self.dict.processes().map(|(process, _)| process)
    }

    /// Every process of the dictionary, ascending, each with its id there.
    pub fn process_ids(&self) -> impl Iterator<Item = (ProcessKey, EntityId)> {
        self.dict.processes()
    }

    /// How many atoms, entities, functions and terms the chunk has; ids run from 1 to these.
    #[must_use]
    pub fn n_atoms(&self) -> usize {
        self.dict.n_atoms()
    }

    /// How many entities the dictionary has.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.dict.n_entities()
    }

    /// How many functions the dictionary has.
    #[must_use]
    pub fn n_mfas(&self) -> usize {
        self.dict.n_mfas()
    }

    /// How many terms the term table has.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        self.terms.len()
    }

    /// Whether nothing of any term was cut, redacted or opaque; also true of a chunk without terms.
    #[must_use]
    pub fn all_complete(&self) -> bool {
        self.n_terms() == 0 || self.terms.all_complete()
    }

    /// Whether these bytes occur anywhere in the terms; a binary of a term stands there as it is.
    #[must_use]
    pub fn terms_contain(&self, bytes: &[u8]) -> bool {
        search::contains(self.terms.heap(), bytes)
    }

    /// Bytes held: decompressed columns, terms and dictionary, without the index.
    #[must_use]
    pub fn data_bytes(&self) -> usize {
        self.columns.data_bytes() + self.terms.data_bytes() + self.dict.data_bytes()
    }

    /// Bytes of the index.
    #[must_use]
    pub fn index_bytes(&self) -> usize {
        self.index.n_bytes() + self.dict.index_bytes() + self.terms.index_bytes()
    }
}

impl Names for Chunk {
    fn elixir(&self) -> Elixir {
        self.elixir
    }

    fn atom_text(&self, id: AtomId) -> &str {
        self.atom(id)
    }

    fn process(&self, id: EntityId) -> Option<ProcessKey> {
        match self.entity(id) {
            Some(Entity::Process(process)) => Some(*process),
            _ => None,
        }
    }
}
