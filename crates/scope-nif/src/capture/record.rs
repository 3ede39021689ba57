//! One captured event in a ring: a few words and up to two terms. Private to this crate: never stored, never written to disk.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 4 | length of the record, a multiple of 8 |
//! | 4 | 1 | kind |
//! | 5 | 1 | flags |
//! | 6 | 2 | bytes of the destination (`send` to what is no pid, port or name), behind the term |
//! | 8 | 4 | generation of the recorder |
//! | 12 | 4 | bytes of the term; `u32::MAX` for none |
//! | 16 | 8 | raw tick |
//! | 24 | 8 | process (word) |
//! | 32 | 8 | slot: module, parent, name, destination or other end (word), by kind; 0 for none |
//! | 40 | 8 | `call`, `return`, `exception`: function (word); `spawn`: module (word) |
//! | 48 | 8 | `call`, `return`, `exception`: arity; `spawn`: function (word) |
//! | 56 | 8 | `spawn`: arity |
//! | then | | the term, the destination, padding to 8 |

use scope_core::event::{Flags, Kind};

/// TermInterner in front of the term.
pub(crate) const fn n_words(kind: Kind) -> usize {
    match kind {
        Kind::Call | Kind::Return | Kind::Exception => 7,
        Kind::Spawn => 8,
        _ => 5,
    }
}

/// No term.
pub(crate) const NO_TERM: u32 = u32::MAX;

/// A flag of a `spawn` record, not of the event: the child is followed.
pub(crate) const FOLLOWED: Flags = Flags(0x80);

/// A record read back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    pub(crate) generation: u32,
    pub(crate) tick: u64,
    pub(crate) process: u64,
    pub(crate) slot: u64,
    pub(crate) extra: [u64; 3],
    pub(crate) term: Option<&'a [u8]>,
    pub(crate) destination: Option<&'a [u8]>,
}

/// The tick and length of the record at the start of `bytes`, enough to merge; `None` when there is none.
#[inline(always)]
pub(crate) fn peek(bytes: &[u8]) -> Option<(u64, usize)> {
    let n = u32::from_ne_bytes(*bytes.first_chunk()?) as usize;
    let tick = u64::from_ne_bytes(*bytes.get(16..)?.first_chunk()?);
    (n >= 40 && n <= bytes.len()).then_some((tick, n))
}

/// Reads one whole record; `None` when it is not one.
pub(crate) fn read(bytes: &[u8]) -> Option<Record<'_>> {
    let word = |i: usize| bytes.get(i * 8..)?.first_chunk().map(|w| u64::from_ne_bytes(*w));
    let (first, second) = (word(0)?, word(1)?);
    let kind = Kind::from_number((first >> 32) as u8)?;
    let words = n_words(kind);
    let mut extra = [0; 3];
    for (i, place) in extra.iter_mut().enumerate().take(words - 5) {
        *place = word(5 + i)?;
    }
    let rest = bytes.get(words * 8..)?;
    let term_bytes = (second >> 32) as u32;
    let (term, rest) = if term_bytes == NO_TERM {
        (None, rest)
    } else {
        let (term, rest) = rest.split_at_checked(term_bytes as usize)?;
        (Some(term), rest)
    };
    let destination = match (first >> 48) as usize {
        0 => None,
        n => Some(rest.get(..n)?),
    };
    Some(Record {
        kind,
        flags: Flags((first >> 40) as u8),
        generation: second as u32,
        tick: word(2)?,
        process: word(3)?,
        slot: word(4)?,
        extra,
        term,
        destination,
    })
}
