//! Finds a term of a chunk by its match key, so that equal messages are found by a probe of each chunk instead of a walk over histories.
//!
//! Match keys are hashes, so their top bits alone spread the terms evenly over buckets.
//!
//! Invariant: built by one counting sort, without hashing; at most 3 bytes a term and 8 more.

use crate::chunk::TermId;
use alloc::boxed::Box;

/// A bucket holds about so many terms. More would make a probe slower, fewer would take more memory.
const BUCKET: usize = 4;

/// The term numbers of a chunk, by the top bits of their match keys.
#[derive(Debug)]
pub(crate) struct Keys {
    /// How many of a key's low bits do not count.
    shift: u32,
    /// Where each bucket begins in `terms`, and the end of the last.
    starts: Box<[u32]>,
    /// Places in the term table.
    terms: Box<[u16]>,
}

impl Keys {
    /// `None` for more terms than the rows of a chunk can use.
    pub(crate) fn build(keys: &[u64]) -> Option<Self> {
        if keys.len() > usize::from(u16::MAX) + 1 {
            return None;
        }
        let n_bits = (keys.len() / BUCKET).checked_ilog2().unwrap_or(0);
        let shift = u64::BITS - n_bits;
        // A cursor per bucket, shifted by one so that after filling `starts[bucket]` is where `bucket` begins.
        let mut starts = alloc::vec![0u32; (1usize << n_bits) + 1];
        let mut count = |key: &u64| {
            if let Some(count) = starts.get_mut(bucket(*key, shift) + 1) {
                *count += 1;
            }
        };
        keys.iter().for_each(&mut count);
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut terms = alloc::vec![0u16; keys.len()];
        // From the back, so that each cursor moves from its bucket's end to its begin.
        for (term, key) in keys.iter().enumerate().rev() {
            if let Some(cursor) = starts.get_mut(bucket(*key, shift) + 1) {
                *cursor -= 1;
                if let Some(slot) = terms.get_mut(*cursor as usize) {
                    *slot = term as u16;
                }
            }
        }
        // Each cursor now stands where the bucket before its place begins.
        starts.rotate_left(1);
        if let Some(last) = starts.last_mut() {
            *last = keys.len() as u32;
        }
        Some(Self { shift, starts: starts.into(), terms: terms.into() })
    }

    /// The term with this key among those that the index was built of.
    pub(crate) fn find(&self, key: u64, keys: &[u64]) -> Option<TermId> {
        let bucket = bucket(key, self.shift);
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let places = self.terms.get(start as usize..end as usize)?;
        let place = places.iter().find(|place| keys.get(usize::from(**place)) == Some(&key))?;
        Some(TermId(u32::from(*place) + 1))
    }

    pub(crate) fn n_bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.terms)
    }
}

fn bucket(key: u64, shift: u32) -> usize {
    key.checked_shr(shift).unwrap_or(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;
    use quickcheck::quickcheck;

    quickcheck! {
        fn a_probe_finds_what_a_walk_finds(seeds: Vec<u32>, others: Vec<u64>, crowded: bool) -> bool {
            // Keys differ; crowded ones share their top bits.
            let spread = |seed: u32| if crowded { u64::from(seed) } else { u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) };
            let keys: Vec<u64> = seeds.into_iter().map(spread).collect::<BTreeSet<u64>>().into_iter().rev().collect();
            let index = Keys::build(&keys).expect("few keys");
            let walk = |key: u64| keys.iter().position(|other| *other == key).map(|at| TermId(at as u32 + 1));
            keys.iter().chain(&others).all(|key| index.find(*key, &keys) == walk(*key))
        }
    }

    #[test]
    fn as_many_terms_as_a_chunk_can_use_are_indexed_and_no_more() {
        let keys: Vec<u64> = (0..=1u64 << 16).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        assert!(Keys::build(&keys).is_none());
        let index = Keys::build(&keys[1..]).expect("as many as fit");
        assert_eq!(index.find(keys[1 << 16], &keys[1..]), Some(TermId(1 << 16)));
        assert!(index.n_bytes() as f64 / 65_536.0 <= 3.0 + 8.0 / 65_536.0);
    }
}
