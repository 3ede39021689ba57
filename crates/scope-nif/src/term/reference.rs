//! References (and the numbers of ports): their identifying words, read from memory where that was verified.
//!
//! A reference's words stand behind its header, at an offset that depends on the kind (ordinary, or with the pid of an alias). At load the
//! words of one of each kind are compared with those of the External Term Format; then reading such a header costs no call.
//!
//! Invariant: a header whose layout did not agree with the VM's own encoding is never read by hand.
//! Invariant: nothing is learned, and so nothing encoded, inside a traced process.

use crate::term::raw_term;
use rustler::sys::{ErlNifBinary, ErlNifEnv, ErlNifTerm, enif_release_binary, enif_term_to_binary};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Headers known: (header << 8 | n words << 4 | offset in u32s), or 0 for a free place.
static LAYOUTS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// Ordinary references carry this mark in the first half-word, which tells them from references to native resources.
const ORDINARY: u32 = u32::MAX;

/// Writes the words of a local reference, least significant first, and returns how many; `None` when they cannot be read.
pub(crate) fn words(reference: u64, out: &mut [u32; 5]) -> Option<usize> {
    if !raw_term::is_boxed(reference) || !raw_term::VERIFIED.immediates.load(Relaxed) {
        return None;
    }
    // SAFETY: a live boxed term of a VM whose layout was verified at load.
    let (header, at) = unsafe { raw_term::boxed(reference) };
    for layout in &LAYOUTS {
        let known = layout.load(Relaxed);
        if known >> 8 == header {
            let (n, offset) = ((known >> 4 & 0xf) as usize, (known & 0xf) as usize);
            // SAFETY: `learn` found `offset + n` half-words inside the words this header announces.
            let halves = unsafe { std::slice::from_raw_parts(at.cast::<u32>(), offset + n) };
            if offset > 0 && halves[0] != ORDINARY {
                return None;
            }
            out[..n].copy_from_slice(&halves[offset..]);
            return Some(n);
        }
    }
    None
}

/// Learns from references, one of each kind. Called once, at load, after [`raw_term::check`].
pub(crate) fn learn(env: *mut ErlNifEnv, references: &[u64]) {
    for (reference, layout) in references.iter().zip(&LAYOUTS) {
        learn_layout(env, *reference, layout);
    }
}

/// Compares the words in memory with the VM's own encoding, and remembers what was found for this header.
fn learn_layout(env: *mut ErlNifEnv, reference: u64, layout: &AtomicU64) {
    if !raw_term::is_verified_box(reference) {
        return;
    }
    // SAFETY: a live boxed term of a VM whose layout was verified at load.
    let (header, at) = unsafe { raw_term::boxed(reference) };
    let n_halves = (raw_term::arity(header) * 2).min(14) as usize;
    // SAFETY: the header announces that many half-words.
    let halves = unsafe { std::slice::from_raw_parts(at.cast::<u32>(), n_halves) };
    let Some(found) = with_etf(env, raw_term::term(reference), |etf| {
        let words = etf_words(etf)?;
        let offset = halves.windows(words.len()).position(|w| w == words)?;
        // A header is shared with references to native resources, which lack the mark: learn from an ordinary one only.
        (offset == 0 || halves[0] == ORDINARY).then_some((words.len(), offset))
    }) else {
        return;
    };
    if let Some((n, offset)) = found {
        layout.store(header << 8 | (n as u64) << 4 | offset as u64, Relaxed);
    }
}

/// The identifying words of a NEWER_REFERENCE_EXT: 90, u16 n, node (atom), u32 creation, n x u32.
fn etf_words(etf: &[u8]) -> Option<Vec<u32>> {
    let [131, 90, n1, n2, rest @ ..] = etf else { return None };
    let n = usize::from(u16::from_be_bytes([*n1, *n2]));
    let ids = rest.get(rest.len().checked_sub(4 * n)?..)?;
    (1..=5).contains(&n).then(|| ids.chunks_exact(4).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]])).collect())
}

/// The number of a local port; 0 when the encoding is unknown.
pub(crate) fn port_number(env: *mut ErlNifEnv, port: ErlNifTerm) -> u64 {
    with_etf(env, port, |etf| match etf {
        // V4_PORT_EXT: 120, node, u64 id, u32 creation; NEW_PORT_EXT: 89, node, u32 id, u32 creation.
        [131, 120, rest @ ..] => {
            rest.get(rest.len().checked_sub(12)?..)?.first_chunk().map(|id| u64::from_be_bytes(*id))
        }
        [131, 89, rest @ ..] => {
            rest.get(rest.len().checked_sub(8)?..)?.first_chunk().map(|id| u64::from(u32::from_be_bytes(*id)))
        }
        _ => None,
    })
    .flatten()
    .unwrap_or(0)
}

/// Calls `read` with the External Term Format of a term. For small terms only: it allocates.
pub(crate) fn with_etf<T>(env: *mut ErlNifEnv, term: ErlNifTerm, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let mut binary = std::mem::MaybeUninit::<ErlNifBinary>::uninit();
    // SAFETY: the API fills the place or answers 0; the bytes are released after the reader has seen them.
    unsafe {
        if enif_term_to_binary(env, term, binary.as_mut_ptr()) == 0 {
            return None;
        }
        let mut binary = binary.assume_init();
        let result = read(std::slice::from_raw_parts(binary.data, binary.size));
        enif_release_binary(&raw mut binary);
        Some(result)
    }
}
