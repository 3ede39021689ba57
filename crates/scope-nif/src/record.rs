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

use crate::ring::{Ring, Room};
use crate::walk::{SLACK, Walk};
use rustler::sys::ErlNifEnv;
use scope_core::event::{Flags, Kind};

/// Words in front of the term.
const fn n_words(kind: Kind) -> usize {
    match kind {
        Kind::Call | Kind::Return | Kind::Exception => 7,
        Kind::Spawn => 8,
        _ => 5,
    }
}

/// No term.
const NO_TERM: u32 = u32::MAX;
/// Most bytes of a destination that is not a single word.
const DESTINATION_CAP: usize = 96;

/// What a callback knows of an event, in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    pub(crate) process: u64,
    pub(crate) slot: u64,
    /// By kind, see the table above.
    pub(crate) extra: [u64; 3],
    /// The term, or `None`.
    pub(crate) term: Option<u64>,
    /// A destination that is no single word.
    pub(crate) destination: Option<u64>,
}

/// What all records of one recorder share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) generation: u32,
    pub(crate) tick: u64,
    pub(crate) cap: usize,
    pub(crate) depth: u32,
}

/// The most bytes a record of this draft can take.
#[inline(always)]
pub(crate) fn max_bytes(draft: &Draft, cap: usize) -> u64 {
    let term = if draft.term.is_some() { cap + SLACK } else { 0 };
    let destination = if draft.destination.is_some() { DESTINATION_CAP + SLACK } else { 0 };
    (n_words(draft.kind) * 8 + term + destination) as u64
}

/// Writes a record into its room and commits it.
///
/// # Safety
/// `room` was reserved in `ring` with at least [`max_bytes`]; the draft's terms are alive in `env`.
#[inline(always)]
pub(crate) unsafe fn write(env: *mut ErlNifEnv, ring: &Ring, room: &Room, draft: &Draft, frame: &Frame) {
    let words = n_words(draft.kind);
    // SAFETY: all writes stay within the room; rooms are 8-aligned.
    unsafe {
        let base = room.bytes.cast::<u64>();
        let mut at = room.bytes.add(words * 8);
        let mut term_bytes = NO_TERM;
        if let Some(term) = draft.term {
            let n = Walk::new(env, at, frame.cap, frame.depth).term(term);
            term_bytes = n as u32;
            at = at.add(n);
        }
        let mut destination_bytes = 0;
        if let Some(destination) = draft.destination {
            destination_bytes = Walk::new(env, at, DESTINATION_CAP, 4).term(destination);
            at = at.add(destination_bytes);
        }
        let n = (at as usize - room.bytes as usize).next_multiple_of(8);
        let kind = u64::from(draft.kind as u8) | u64::from(draft.flags.0) << 8 | (destination_bytes as u64) << 16;
        base.write(n as u64 | kind << 32);
        base.add(1).write(u64::from(frame.generation) | u64::from(term_bytes) << 32);
        base.add(2).write(frame.tick);
        base.add(3).write(draft.process);
        base.add(4).write(draft.slot);
        for (i, word) in draft.extra.iter().enumerate().take(words - 5) {
            base.add(5 + i).write(*word);
        }
        ring.commit(room, n as u64);
    }
}

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
