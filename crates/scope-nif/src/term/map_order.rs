//! In which order a large map is walked: that in which Elixir shows it.
//!
//! Up to OTP 25 a large map's list of pairs is built from its end. Where that is so is learned at load, from a sample and its list.
//!
//! Invariant: an order that was not learned is that of the iterator from its head.

use crate::term::raw_term;
use rustler::sys::{
    ErlNifEnv, ErlNifMapIterator, ErlNifMapIteratorEntry, enif_get_list_cell, enif_is_identical,
    enif_make_tuple_from_array, enif_map_iterator_create, enif_map_iterator_destroy, enif_map_iterator_get_pair,
    enif_map_iterator_next,
};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Pairs up to which a map is a sorted array, which has one order.
pub(crate) const MAX_SMALL: usize = 32;

static FROM_THE_END: AtomicBool = AtomicBool::new(false);

/// Whether a map of so many pairs is walked from its end.
#[inline(always)]
pub(crate) fn is_from_the_end(size: usize) -> bool {
    size > MAX_SMALL && FROM_THE_END.load(Relaxed)
}

/// Learns from a large map and its list of pairs. Called once, at load.
///
/// # Safety
/// Both are alive in `env`.
pub(crate) unsafe fn learn(env: *mut ErlNifEnv, map: u64, list: u64) {
    let mut iterator = std::mem::MaybeUninit::<ErlNifMapIterator>::uninit();
    let (map, mut rest) = (raw_term::term(map), raw_term::term(list));
    let (mut walked, mut listed) = (Vec::new(), Vec::new());
    // SAFETY: live terms, valid out-parameters; each call answers 0 for a term of another kind, and the iterator is destroyed here.
    unsafe {
        let head = ErlNifMapIteratorEntry::ERL_NIF_MAP_ITERATOR_HEAD;
        if enif_map_iterator_create(env, map, iterator.as_mut_ptr(), head) == 0 {
            return;
        }
        let iterator = iterator.assume_init_mut();
        let (mut key, mut value) = (map, map);
        while enif_map_iterator_get_pair(env, iterator, &raw mut key, &raw mut value) != 0 {
            walked.push(enif_make_tuple_from_array(env, [key, value].as_ptr(), 2));
            enif_map_iterator_next(env, iterator);
        }
        enif_map_iterator_destroy(env, iterator);
        let (mut pair, mut tail) = (rest, rest);
        while enif_get_list_cell(env, rest, &raw mut pair, &raw mut tail) != 0 {
            listed.push(pair);
            rest = tail;
        }
        let is_reversed = walked.len() == listed.len()
            && walked.len() > MAX_SMALL
            && walked.iter().rev().zip(&listed).all(|(one, other)| enif_is_identical(*one, *other) != 0);
        FROM_THE_END.store(is_reversed, Relaxed);
    }
}
