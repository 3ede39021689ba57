//! From the capture walk's bytes to a term ready for a chunk: VM words become dictionary ids, sensitive values are redacted,
//! and the match key is computed. One pass, in flight form to in flight form.
//!
//! Invariant: nothing is hashed or kept before it was redacted.

use crate::error::Result;
use crate::redact::Redactor;
use crate::{AtomId, EntityId, Symbols};
use alloc::vec::Vec;

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
/// [`Error::Corrupt`](crate::Error::Corrupt) when `raw` is not one whole in-flight term.
pub fn resolve(
    raw: &[u8],
    words: &mut impl Words,
    symbols: &mut Symbols,
    redactor: &Redactor,
    seed: u64,
    out: &mut Vec<u8>,
) -> Result<Resolved> {
    let _ = (raw, words, symbols, redactor, seed, out);
    unimplemented!()
}
