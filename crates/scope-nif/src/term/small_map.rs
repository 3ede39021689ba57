//! Maps of few pairs: reading one where it lies in memory.
//!
//! Such a map is a header, its size, a tuple of its keys, and its values. To make an iterator of the API for each takes longer than all the
//! rest of a walk, and a state may be made of them.
//!
//! Invariant: where samples did not read as they were made, no map is read by hand.

use crate::term::raw_term::{self, VERIFIED};
use rustler::sys::{ErlNifEnv, enif_make_int64, enif_make_map_from_arrays};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The header of a small map; 0 where it is not known.
static HEADER: AtomicU64 = AtomicU64::new(0);

/// Whether small maps are read by hand.
pub(crate) fn is_learned() -> bool {
    HEADER.load(Relaxed) != 0
}

/// Keys and values, in the map's order; none for any other term.
///
/// # Safety
/// `word` is a live boxed term of a VM whose layout was verified at load, and lives as long as `'a`.
#[inline(always)]
pub(crate) unsafe fn read<'a>(word: u64) -> Option<(&'a [u64], &'a [u64])> {
    // SAFETY: the caller's promise; the header is that of the samples.
    unsafe {
        let (header, at) = raw_term::boxed(word);
        if header == HEADER.load(Relaxed) { parts(at) } else { None }
    }
}

/// # Safety
/// The words at `at` are those of a small map.
#[inline(always)]
unsafe fn parts<'a>(at: *const u64) -> Option<(&'a [u64], &'a [u64])> {
    // SAFETY: the caller's promise; that the second word is a tuple is checked before it is read.
    unsafe {
        let size = *at as usize;
        let keys = raw_term::elements(*at.add(1));
        (keys.len() == size).then(|| (keys, std::slice::from_raw_parts(at.add(2), size)))
    }
}

/// Learns the header from maps of several sizes. Called once, at load, after [`raw_term::check`].
pub(crate) fn learn(env: *mut ErlNifEnv) {
    let mut header = 0;
    for size in [0, 1, 2, 7, 31_usize] {
        // SAFETY: terms made in a live environment and read before it ends; the out-parameter is a valid place.
        let found = unsafe {
            let keys: Vec<_> = (0..size as i64).map(|key| enif_make_int64(env, key)).collect();
            let values: Vec<_> = (0..size as i64).map(|key| enif_make_int64(env, key + 100)).collect();
            let mut map = enif_make_int64(env, 0);
            if enif_make_map_from_arrays(env, keys.as_ptr(), values.as_ptr(), size, &raw mut map) == 0 {
                return;
            }
            header_of(raw_term::of(map), size)
        };
        if found.is_none_or(|found| header != 0 && found != header) {
            return;
        }
        header = found.unwrap_or_default();
    }
    HEADER.store(header, Relaxed);
}

/// The header of a sample, if it reads as it was made.
///
/// # Safety
/// The map is alive.
unsafe fn header_of(map: u64, size: usize) -> Option<u64> {
    if !VERIFIED.immediates.load(Relaxed) || !raw_term::is_boxed(map) {
        return None;
    }
    // SAFETY: a live boxed term of a verified VM; a map has at least its size and its keys behind its header.
    unsafe {
        let (header, at) = raw_term::boxed(map);
        if *at != size as u64 {
            return None;
        }
        let (keys, values) = parts(at)?;
        let are_ints = |words: &[u64], first: i64| {
            words.iter().zip(first..).all(|(word, n)| raw_term::is_small(*word) && raw_term::small(*word) == n)
        };
        (are_ints(keys, 0) && are_ints(values, 100)).then_some(header)
    }
}
