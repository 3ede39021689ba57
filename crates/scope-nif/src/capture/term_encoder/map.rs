//! The part of the walk that writes maps, and what has the form of one.

use super::Walk;
use crate::term::map_order;
use crate::term::raw_term;
use crate::term::small_map;
use rustler::sys::{
    ErlNifMapIterator, ErlNifMapIteratorEntry, enif_get_map_size, enif_map_iterator_create, enif_map_iterator_destroy,
    enif_map_iterator_get_pair, enif_map_iterator_next, enif_map_iterator_prev,
};
use scope_core::term::tag;
use std::mem::MaybeUninit;

/// What an iterator costs of the calls that a walk may make; each pair costs one.
const ITERATOR_COST: u32 = 8;

impl Walk {
    pub(super) fn map(&mut self, map: u64, depth: u32) {
        if depth == 0 {
            return self.byte(tag::CUT);
        }
        if raw_term::is_verified_box(map)
            // SAFETY: part of a term that is alive in `env` during this walk.
            && let Some((keys, values)) = unsafe { small_map::read(map) }
        {
            let mut pairs = keys.iter().copied().zip(values.iter().copied());
            return self.pairs(keys.len(), usize::MAX, depth - 1, || pairs.next());
        }
        let mut size = 0;
        let mut iterator = MaybeUninit::<ErlNifMapIterator>::uninit();
        if !self.spends(ITERATOR_COST) {
            return self.byte(tag::CUT);
        }
        // SAFETY: the term is a live map; the iterator is created, used and destroyed within this call.
        unsafe {
            let (env, term) = (self.env, raw_term::term(map));
            if enif_get_map_size(env, term, &raw mut size) == 0 {
                return self.byte(tag::CUT);
            }
            let (first, step): (_, unsafe extern "C" fn(_, _) -> _) = if map_order::is_from_the_end(size) {
                (ErlNifMapIteratorEntry::ERL_NIF_MAP_ITERATOR_TAIL, enif_map_iterator_prev)
            } else {
                (ErlNifMapIteratorEntry::ERL_NIF_MAP_ITERATOR_HEAD, enif_map_iterator_next)
            };
            if enif_map_iterator_create(env, term, iterator.as_mut_ptr(), first) == 0 {
                return self.byte(tag::CUT);
            }
            let iterator = iterator.assume_init_mut();
            let (mut key, mut value) = (term, term);
            // Those of maps within it are spent by the time they come.
            let n_allowed = (self.n_slow as usize).min(size);
            self.n_slow -= n_allowed as u32;
            self.pairs(size, n_allowed, depth - 1, || {
                if enif_map_iterator_get_pair(env, iterator, &raw mut key, &raw mut value) == 0 {
                    return None;
                }
                step(env, iterator);
                Some((raw_term::of(key), raw_term::of(value)))
            });
            enif_map_iterator_destroy(env, iterator);
        }
    }

    /// Writes a map of `size` pairs: all, where a byte for each part fits and so many are allowed, else those that fit.
    pub(super) fn pairs(
        &mut self,
        size: usize,
        n_allowed: usize,
        depth: u32,
        mut next: impl FnMut() -> Option<(u64, u64)>,
    ) {
        let whole = size * 2 <= self.left() && size <= n_allowed;
        let count_at = if whole {
            self.byte(tag::MAP);
            self.bytes((size as u32).to_be_bytes());
            self.reserve(size * 2);
            None
        } else {
            Some(self.cut_header(tag::MAP_CUT, size))
        };
        let mut n = 0;
        while (whole || self.at < self.end && n < n_allowed)
            && let Some((key, value)) = next()
        {
            for part in [key, value] {
                self.release(usize::from(whole));
                self.walk(part, depth);
            }
            n += 1;
        }
        if let Some(count_at) = count_at {
            self.patch(count_at, n);
        }
    }
}
