//! From what a callback knows of an event to a record in a ring; `record.rs` has the layout.
//!
//! Invariant: a record is in the ring as a whole or not at all, and of one that is left out no byte stays behind.

use crate::capture::record::{NO_TERM, n_words};
use crate::capture::ring::{Ring, Room};
use crate::capture::term_encoder::{SLACK, Walk};
use crate::capture::tick;
use rustler::sys::ErlNifEnv;
use scope_core::event::{Flags, Kind};

/// Most bytes of a destination that is not a single word.
const DESTINATION_CAP: usize = 96;

/// What is walked as an event's term.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content {
    /// The event has no term.
    None,
    /// A term.
    Term(u64),
    /// A tuple of the first so many of these terms.
    Tuple([u64; 3], usize),
    /// The handlers of a `gen_event`.
    Handlers(u64),
}

/// What a callback knows of an event, in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawEvent {
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    pub(crate) process: u64,
    pub(crate) slot: u64,
    /// By kind, see the table above.
    pub(crate) extra: [u64; 3],
    pub(crate) content: Content,
}

/// Whom a message is sent to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination {
    /// A single word (a local pid, a name), or 0.
    pub(crate) slot: u64,
    /// A term that is no single word.
    pub(crate) term: Option<u64>,
}

/// What all records of one recorder share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) generation: u32,
    /// Whether the tick is the CPU's counter.
    pub(crate) tsc: bool,
    pub(crate) cap: usize,
    pub(crate) depth: u32,
}

/// The most bytes a record of this draft can take.
#[inline(always)]
pub(crate) fn max_bytes(draft: &RawEvent, cap: usize) -> u64 {
    let term = if matches!(draft.content, Content::None) { 0 } else { cap + SLACK };
    let destination = if draft.kind == Kind::Send { DESTINATION_CAP + SLACK } else { 0 };
    (n_words(draft.kind) * 8 + term + destination) as u64
}

/// Writes a record into its room and commits it, unless `keeps` says no to the bytes of its term: then nothing of it is left in the room, and
/// the result is `false`. `to` is asked for the destination once the event is kept: to look it up costs as much as to decide.
///
/// # Safety
/// `room` was reserved in `ring` with at least [`max_bytes`]; the draft's terms are alive in `env`.
#[inline(always)]
pub(crate) unsafe fn write(
    env: *mut ErlNifEnv,
    ring: &Ring,
    room: &Room,
    draft: &RawEvent,
    frame: &Frame,
    keeps: impl FnOnce(&[u8]) -> bool,
    to: impl FnOnce() -> Option<Destination>,
) -> bool {
    let words = n_words(draft.kind);
    // SAFETY: all writes stay within the room; rooms are 8-aligned.
    unsafe {
        let base = room.bytes.cast::<u64>();
        let mut at = room.bytes.add(words * 8);
        let mut term_bytes = NO_TERM;
        if !matches!(draft.content, Content::None) {
            let mut walk = Walk::new(env, at, frame.cap, frame.depth);
            let n = match draft.content {
                Content::None => 0,
                Content::Term(term) => walk.term(term),
                Content::Tuple(elements, n) => walk.tuple_of(elements.get(..n).unwrap_or_default()),
                Content::Handlers(list) => walk.handlers(list),
            };
            if !keeps(std::slice::from_raw_parts(at, n)) {
                at.write_bytes(0, n);
                return false;
            }
            term_bytes = n as u32;
            at = at.add(n);
        }
        let to = to();
        let slot = to.map_or(draft.slot, |to| to.slot);
        let mut destination_bytes = 0;
        if let Some(destination) = to.and_then(|to| to.term) {
            destination_bytes = Walk::new(env, at, DESTINATION_CAP, 4).term(destination);
            at = at.add(destination_bytes);
        }
        let n = (at as usize - room.bytes as usize).next_multiple_of(8);
        let kind = u64::from(draft.kind as u8) | u64::from(draft.flags.0) << 8 | (destination_bytes as u64) << 16;
        base.write(n as u64 | kind << 32);
        base.add(1).write(u64::from(frame.generation) | u64::from(term_bytes) << 32);
        base.add(2).write(tick::now(frame.tsc));
        base.add(3).write(draft.process);
        base.add(4).write(slot);
        for (i, word) in draft.extra.iter().enumerate().take(words - 5) {
            base.add(5 + i).write(*word);
        }
        ring.commit(room, n as u64);
    }
    true
}
