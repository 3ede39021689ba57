//! From the capture walk's bytes to a term ready for a chunk: VM words become dictionary ids, sensitive values are redacted,
//! and the match key is computed. One pass, in flight form to in flight form.
//!
//! Invariant: nothing is hashed or kept before it was redacted; a redacted value's atoms and pids enter no dictionary.
//! Invariant: a key that was cut counts as sensitive, because its end is unknown.

use crate::error::Result;
use crate::term::cursor::{self, Cursor, InFlight, Item, TOO_DEEP};
use crate::term::redact::{MAX_KEY_BYTES, Redactor};
use crate::term::{MAX_DEPTH, tag};
use crate::{AtomId, EntityId, Symbols};
use alloc::vec::Vec;
use core::mem;
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
    let mut pass = Pass { cursor: Cursor::new(raw), words, symbols, redactor, out, n_removed: 0, complete: true };
    match pass.run() {
        Ok(()) => Ok(Resolved { complete: pass.complete, key: xxh3_64_with_seed(out, seed) }),
        Err(damage) => {
            out.clear();
            Err(damage.into())
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

/// A collection the pass is in.
struct Open {
    n_left: u64,
    /// Its parts are keys and values in turn.
    is_paired: bool,
    /// The value that comes next must go.
    redact_next: bool,
}

impl<W: Words> Pass<'_, W> {
    /// A loop with its own stack: twice as fast as recursion here.
    fn run(&mut self) -> cursor::Result<()> {
        let mut outer: SmallVec<[Open; 16]> = SmallVec::new();
        let mut open = Open { n_left: 1, is_paired: false, redact_next: false };
        loop {
            while open.n_left == 0 {
                match outer.pop() {
                    Some(parent) => open = parent,
                    None => return self.cursor.finish(),
                }
            }
            open.n_left -= 1;
            if open.redact_next {
                open.redact_next = false;
                self.redact()?;
                continue;
            }
            let is_key = open.is_paired && open.n_left % 2 == 1;
            let item = self.cursor.item::<InFlight>()?;
            match item {
                Item::Atom(word) => {
                    let id = self.words.atom(self.symbols, word);
                    self.patch(id.0);
                    open.redact_next = is_key && self.redactor.is_sensitive(self.symbols.atom(id).as_bytes());
                    continue;
                }
                Item::Pid(word) => {
                    let id = self.words.pid(self.symbols, word);
                    self.patch(id.0);
                    continue;
                }
                _ => {}
            }
            self.complete &= item.is_exact();
            open.redact_next = is_key && self.is_sensitive(&item);
            let n_left = item.n_parts();
            if n_left > 0 {
                if outer.len() == MAX_DEPTH {
                    return Err(TOO_DEEP);
                }
                let is_paired = matches!(item, Item::Map(_) | Item::MapCut { .. } | Item::Tuple(2));
                outer.push(mem::replace(&mut open, Open { n_left, is_paired, redact_next: false }));
            }
        }
    }

    /// Whether the value must go whose key is this item, just read, and not an atom.
    fn is_sensitive(&self, key: &Item<'_>) -> bool {
        match *key {
            Item::Binary(text) => self.redactor.is_sensitive(text),
            Item::BinaryCut(_, total) => self.redactor.redacts_any() && total <= MAX_KEY_BYTES as u64,
            Item::Cut => self.redactor.redacts_any(),
            Item::List(n) => match Charlist::read(n, self.cursor.clone()) {
                Charlist::Text(text) => self.redactor.is_sensitive(&text),
                Charlist::Cut => self.redactor.redacts_any(),
                Charlist::NotText => false,
            },
            _ => false,
        }
    }

    fn redact(&mut self) -> cursor::Result<()> {
        let start = self.cursor.pos();
        self.cursor.skip::<InFlight>()?;
        let end = self.cursor.pos();
        self.out.splice(start - self.n_removed..end - self.n_removed, [tag::REDACTED]);
        self.n_removed += end - start - 1;
        self.complete = false;
        Ok(())
    }

    /// Writes an id over the word that ends at the cursor.
    fn patch(&mut self, id: u32) {
        let end = self.cursor.pos() - self.n_removed;
        if let Some(place) = self.out.get_mut(end - 8..end) {
            place.copy_from_slice(&u64::from(id).to_be_bytes());
        }
    }
}

/// A key written as a list.
enum Charlist {
    Text(SmallVec<[u8; 64]>),
    Cut,
    NotText,
}

impl Charlist {
    /// Reads a list of `n` elements as characters; those beyond a byte, which no sensitive key has, become 255.
    fn read(n: u32, mut elements: Cursor<'_>) -> Self {
        if n as usize > MAX_KEY_BYTES {
            return Self::NotText;
        }
        let mut text = SmallVec::new();
        for _ in 0..n {
            match elements.item::<InFlight>() {
                Ok(Item::Integer(char @ 0..)) => text.push(u8::try_from(char).unwrap_or(u8::MAX)),
                Ok(Item::Cut) => return Self::Cut,
                _ => return Self::NotText,
            }
        }
        match elements.item::<InFlight>() {
            Ok(Item::Nil) => Self::Text(text),
            Ok(Item::Cut) => Self::Cut,
            _ => Self::NotText,
        }
    }
}
