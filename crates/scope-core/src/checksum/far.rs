//! CRC-32 of many bytes, by moving each to three places far behind it: nothing is shifted, so that whole blocks are added to each other.
//!
//! The polynomial divides 1 + x^14696 + x^16728 + x^32144, and these are multiples of 8: a byte may be moved as it is. (The idea is Russell's:
//! "Chorba: A novel CRC32 implementation", 2024; the exponents were searched for, with the smallest lag longer than a block.)
//!
//! Invariant: the sum is that of crc32fast, which the tests compare with.

use super::word;
use scope_bulk::bytes;

/// How many bytes behind it a byte is added, ascending.
const LAGS: [usize; 3] = [1927, 2181, REACH];
/// A byte changes none further behind.
const REACH: usize = 4018;

/// Bytes that are moved together: fewer than the smallest lag, so that none comes to lie in its own block.
const BLOCK_BYTES: usize = 1024;
/// Fewer are summed as quickly where they are.
const MIN_BLOCKS: usize = 4;
/// After so many, what was moved is forgotten but for the last [`REACH`] bytes.
const KEPT_BLOCKS: usize = 12;

/// Goes on from the sum of the bytes before.
pub(super) fn update(sum: u32, bytes: &[u8]) -> u32 {
    // The last bytes stay, for the others to be added to.
    let n_blocks = bytes.len().saturating_sub(REACH) / BLOCK_BYTES;
    let (moved, kept) = bytes.split_at_checked(n_blocks * BLOCK_BYTES).unwrap_or((&[], bytes));
    let (blocks, _) = moved.as_chunks::<BLOCK_BYTES>();
    if n_blocks < MIN_BLOCKS {
        return word::update(sum, bytes);
    }
    let mut kept = kept.to_vec();
    move_behind(sum, blocks, &mut kept);
    // All that went before is in these bytes.
    word::update(!0, &kept)
}

/// Adds to `kept` what the blocks before it, and the sum of what is before those, mean for the sum.
fn move_behind(sum: u32, blocks: &[[u8; BLOCK_BYTES]], kept: &mut [u8]) {
    // What was moved, with what had been added to it before; there is nothing before the first block.
    let mut moved = alloc::vec![0; REACH + KEPT_BLOCKS * BLOCK_BYTES];
    let mut end = REACH;
    for (number, block) in blocks.iter().enumerate() {
        if end == moved.len() {
            moved.copy_within(end - REACH.., 0);
            end = REACH;
        }
        let (before, to) = moved.split_at_mut(end);
        let lagging = |lag: usize| before.get(end - lag..).unwrap_or_default();
        bytes::put_sum(to, [block, lagging(LAGS[0]), lagging(LAGS[1]), lagging(LAGS[2])]);
        if number == 0 {
            bytes::add(to, &(!sum).to_le_bytes());
        }
        end += BLOCK_BYTES;
    }
    for lag in LAGS {
        bytes::add(kept, moved.get(end - lag..end).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Bytes without a pattern.
    fn noise(n_bytes: usize, seed: u32) -> Vec<u8> {
        let mut state = seed | 1;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        };
        (0..n_bytes).map(next).collect()
    }

    quickcheck::quickcheck! {
        fn the_sum_is_the_usual_one(n_bytes: u16, seed: u32, cut: usize) -> bool {
            let bytes = noise(usize::from(n_bytes), seed);
            let (before, behind) = bytes.split_at(cut % (bytes.len() + 1));
            update(0, &bytes) == crc32fast::hash(&bytes) && update(update(0, before), behind) == crc32fast::hash(&bytes)
        }
    }

    #[test]
    fn every_length_around_the_borders() {
        let bytes = noise(REACH + (KEPT_BLOCKS + 2) * BLOCK_BYTES, 7);
        let borders = (0..=KEPT_BLOCKS + 1).map(|n_blocks| REACH + n_blocks * BLOCK_BYTES);
        for n_bytes in borders.flat_map(|border| border - 9..border + 9) {
            assert_eq!(update(0, &bytes[..n_bytes]), crc32fast::hash(&bytes[..n_bytes]), "{n_bytes} bytes");
        }
    }

    #[test]
    fn every_bit_counts() {
        let mut bytes = noise(REACH + 5 * BLOCK_BYTES + 3, 9);
        let sum = update(0, &bytes);
        for at in 0..bytes.len() {
            bytes[at] ^= 1 << (at % 8);
            assert_ne!(update(0, &bytes), sum, "byte {at}");
            bytes[at] ^= 1 << (at % 8);
        }
    }
}
