//! From the capture walk's bytes to a term ready for a chunk: VM words become dictionary ids, sensitive values are redacted,
//! and the match key is computed. One pass, in flight form to in flight form.
//!
//! Invariant: nothing is hashed or kept before it was redacted; a redacted value's atoms and pids enter no dictionary.
//! Invariant: a key that was cut counts as sensitive, as nobody can tell how it ended.

use crate::error::Result;
use crate::redact::{MAX_KEY_BYTES, Redactor};
use crate::term::cursor::{Cursor, InFlight, Item, corrupt};
use crate::term::{MAX_DEPTH, tag};
use crate::{AtomId, EntityId, Symbols};
use alloc::vec::Vec;
use smallvec::SmallVec;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Turns the eight-byte words of an in-flight term into ids of the recorder's [`Symbols`].
pub trait Words {
    /// The id of an atom word.
    fn atom(&mut self, symbols: &mut Symbols, word: u64) -> AtomId;
    /// The id of a local pid word.
    fn pid(&mut self, symbols: &mut Symbols, word: u64) -> EntityId;
}

/// Words that are ids already, as [`write`](crate::term::write) makes them.
#[derive(Clone, Copy, Debug)]
pub struct Ids;

impl Words for Ids {
    fn atom(&mut self, _: &mut Symbols, word: u64) -> AtomId {
        AtomId(u32::try_from(word).unwrap_or_default())
    }

    fn pid(&mut self, _: &mut Symbols, word: u64) -> EntityId {
        EntityId(u32::try_from(word).unwrap_or_default())
    }
}

/// What [`resolve`] found out about a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The match key: 64-bit hash (XXH3 with the recorder's seed) of exactly the redacted bytes; equal terms of one recording have equal keys.
    pub key: u64,
    /// Whether nothing was cut, redacted or opaque.
    pub complete: bool,
}

/// Resolves `raw` into `out` (cleared first).
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when `raw` is not one whole in-flight term; `out` is then empty.
pub fn resolve(
    raw: &[u8],
    words: &mut impl Words,
    symbols: &mut Symbols,
    redactor: &Redactor,
    seed: u64,
    out: &mut Vec<u8>,
) -> Result<Resolved> {
    out.clear();
    out.extend_from_slice(raw);
    let cursor = Cursor::new(raw);
    let mut pass = Pass { cursor, words, symbols, redactor, out, n_removed: 0, complete: true };
    match pass.term(0).and_then(|()| pass.cursor.finish()) {
        Ok(()) => Ok(Resolved { complete: pass.complete, key: xxh3_64_with_seed(out, seed) }),
        Err(error) => {
            out.clear();
            Err(error)
        }
    }
}

/// `out` starts as a copy of the bytes under the cursor and is patched in place; it falls behind by `n_removed` as values go.
struct Pass<'a, W> {
    cursor: Cursor<'a>,
    words: &'a mut W,
    symbols: &'a mut Symbols,
    redactor: &'a Redactor,
    out: &'a mut Vec<u8>,
    n_removed: usize,
    complete: bool,
}

impl<W: Words> Pass<'_, W> {
    fn term(&mut self, depth: usize) -> Result<()> {
        let item = self.cursor.item::<InFlight>()?;
        self.rest(item, depth)
    }

    /// What follows an item just read.
    fn rest(&mut self, item: Item<'_>, depth: usize) -> Result<()> {
        match item {
            Item::Atom(word) => {
                self.atom(word);
            }
            Item::Pid(word) => {
                let id = self.words.pid(self.symbols, word);
                self.patch(id.0);
            }
            Item::Tuple(2) => self.pairs(1, depth)?,
            Item::Tuple(_) | Item::List(_) => self.terms(item.n_parts(), depth)?,
            Item::Map(n) => self.pairs(n, depth)?,
            Item::MapCut { kept, .. } => {
                self.complete = false;
                self.pairs(kept, depth)?;
            }
            Item::TupleCut { .. } => {
                self.complete = false;
                self.terms(item.n_parts(), depth)?;
            }
            Item::BinaryCut(..) | Item::Opaque(..) | Item::Redacted | Item::Cut => self.complete = false,
            Item::Integer(_)
            | Item::Big(..)
            | Item::Float(_)
            | Item::Reference(_)
            | Item::Port(_)
            | Item::Binary(_)
            | Item::Nil => {}
        }
        Ok(())
    }

    fn terms(&mut self, n: u64, depth: usize) -> Result<()> {
        let depth = deeper(depth)?;
        for _ in 0..n {
            self.term(depth)?;
        }
        Ok(())
    }

    fn pairs(&mut self, n: u32, depth: usize) -> Result<()> {
        let depth = deeper(depth)?;
        for _ in 0..n {
            if self.key(depth)? {
                self.redact()?;
            } else {
                self.term(depth)?;
            }
        }
        Ok(())
    }

    /// Whether the value after this key must go.
    fn key(&mut self, depth: usize) -> Result<bool> {
        let start = self.cursor.pos();
        let item = self.cursor.item::<InFlight>()?;
        if let Item::Atom(word) = item {
            let id = self.atom(word);
            return Ok(self.redactor.is_sensitive(self.symbols.atom(id).as_bytes()));
        }
        self.rest(item, depth)?;
        Ok(match item {
            Item::Binary(text) => self.redactor.is_sensitive(text),
            Item::BinaryCut(_, total) => self.redactor.redacts_any() && total <= MAX_KEY_BYTES as u64,
            Item::Cut => self.redactor.redacts_any(),
            Item::List(_) => match Charlist::of(self.cursor.since(start)) {
                Charlist::Text(text) => self.redactor.is_sensitive(&text),
                Charlist::Cut => self.redactor.redacts_any(),
                Charlist::NotText => false,
            },
            _ => false,
        })
    }

    fn redact(&mut self) -> Result<()> {
        let start = self.cursor.pos();
        self.cursor.skip::<InFlight>()?;
        let end = self.cursor.pos();
        self.out.splice(start - self.n_removed..end - self.n_removed, [tag::REDACTED]);
        self.n_removed += end - start - 1;
        self.complete = false;
        Ok(())
    }

    fn atom(&mut self, word: u64) -> AtomId {
        let id = self.words.atom(self.symbols, word);
        self.patch(id.0);
        id
    }

    /// Writes an id over the word that ends at the cursor.
    fn patch(&mut self, id: u32) {
        let end = self.cursor.pos() - self.n_removed;
        if let Some(place) = self.out.get_mut(end - 8..end) {
            place.copy_from_slice(&u64::from(id).to_be_bytes());
        }
    }
}

fn deeper(depth: usize) -> Result<usize> {
    if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(corrupt("it is nested too deep")) }
}

/// A key written as a list.
enum Charlist {
    Text(SmallVec<[u8; 64]>),
    Cut,
    NotText,
}

impl Charlist {
    /// Reads a list as characters; those beyond a byte, which no sensitive key has, become 255.
    fn of(list: &[u8]) -> Self {
        let mut cursor = Cursor::new(list);
        let Ok(Item::List(n)) = cursor.item::<InFlight>() else { return Self::NotText };
        if n as usize > MAX_KEY_BYTES {
            return Self::NotText;
        }
        let mut text = SmallVec::new();
        for _ in 0..n {
            match cursor.item::<InFlight>() {
                Ok(Item::Integer(char @ 0..)) => text.push(u8::try_from(char).unwrap_or(u8::MAX)),
                Ok(Item::Cut) => return Self::Cut,
                _ => return Self::NotText,
            }
        }
        match cursor.item::<InFlight>() {
            Ok(Item::Nil) => Self::Text(text),
            Ok(Item::Cut) => Self::Cut,
            _ => Self::NotText,
        }
    }
}
