//! A small generator of numbers that only have to look unrelated (SplitMix64).

/// Its state.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n - 1`.
    pub(super) const fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// So many bytes of hexadecimal digits, as tokens and ids have them.
    pub(super) fn text(&mut self, n_bytes: usize) -> Vec<u8> {
        (0..n_bytes).map(|_| b"0123456789abcdef"[self.below(16) as usize]).collect()
    }
}
