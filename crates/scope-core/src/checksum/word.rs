//! CRC-32 by words, without tables: each word is cleared, and what it meant for the sum is added to the words behind it.
//!
//! The polynomial divides 1 + x^145 + x^183 + x^211 + x^300, so a bit may be moved to the four places that many bits behind it. (Found by
//! Russell: "Chorba: A novel CRC32 implementation", 2024.)
//!
//! Invariant: the sum is that of crc32fast, which the tests compare with.

/// How many words behind it a word changes.
const REACH: usize = 5;

/// Goes on from the sum of the bytes before.
pub(super) fn update(sum: u32, bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let n_moved = words.len().saturating_sub(REACH) / 4 * 4;
    let (moved, kept) = words.split_at_checked(n_moved).unwrap_or((&[], words));
    // What is to be added to the words to come.
    let mut ahead = [u64::from(!sum), 0, 0, 0, 0];
    for [a, b, c, d] in moved.as_chunks::<4>().0 {
        let [a1, a2, a3, a4] = spread(u64::from_le_bytes(*a) ^ ahead[0]);
        let [b1, b2, b3, b4] = spread(u64::from_le_bytes(*b) ^ ahead[1]);
        let [c1, c2, c3, c4] = spread(u64::from_le_bytes(*c) ^ ahead[2] ^ a1);
        let [d1, d2, d3, d4] = spread(u64::from_le_bytes(*d) ^ ahead[3] ^ a2 ^ b1);
        ahead = [ahead[4] ^ a3 ^ b2 ^ c1, a4 ^ b3 ^ c2 ^ d1, b4 ^ c3 ^ d2, c4 ^ d3, d4];
    }
    let mut register = 0;
    if kept.len() < REACH {
        // Too few words to add to: nothing was moved, and only the sum itself lies ahead.
        register = !sum;
        ahead = [0; REACH];
    }
    let mut ahead = ahead.iter();
    for word in kept {
        let word = u64::from_le_bytes(*word) ^ ahead.next().copied().unwrap_or(0);
        register = word.to_le_bytes().iter().fold(register, step);
    }
    !rest.iter().fold(register, step)
}

/// What a word adds to the second, third, fourth and fifth word behind it.
#[inline(always)]
const fn spread(word: u64) -> [u64; 4] {
    [(word << 17) ^ (word << 55), (word >> 47) ^ (word >> 9) ^ (word << 19), (word >> 45) ^ (word << 44), word >> 20]
}

/// One byte more; the few bytes of a head and of an end need nothing faster.
fn step(register: u32, byte: &u8) -> u32 {
    let mut register = register ^ u32::from(*byte);
    for _ in 0..8 {
        register = (register >> 1) ^ (0xedb8_8320 & (register & 1).wrapping_neg());
    }
    register
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    quickcheck::quickcheck! {
        fn the_sum_is_the_usual_one(bytes: Vec<u8>, times: u8, cut: usize) -> bool {
            let bytes = bytes.repeat(usize::from(times % 8) + 1);
            let (before, behind) = bytes.split_at(cut % (bytes.len() + 1));
            update(0, &bytes) == crc32fast::hash(&bytes) && update(update(0, before), behind) == crc32fast::hash(&bytes)
        }
    }

    #[test]
    fn every_length_around_the_borders() {
        let bytes: Vec<u8> = (0u32..200).map(|n| (n.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
        for n in 0..bytes.len() {
            assert_eq!(update(0, &bytes[..n]), crc32fast::hash(&bytes[..n]), "{n} bytes");
        }
    }
}
