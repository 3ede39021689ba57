//! Decides which non-critical events are kept at a sample rate.
//!
//! Calls are decided by a counter-based sequence (deterministic for a given seed); messages by their match key, so that sender and
//! receiver agree without shared state.
//!
//! Invariant: a decision depends on its arguments alone; a higher rate keeps everything a lower one keeps.

const PPM: u32 = 1_000_000;

/// 2^64 over the golden ratio: its multiples spread evenly, whatever the number of them.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sample rate in parts per million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    ppm: u32,
}

impl Rate {
    /// Everything is kept.
    pub const ALL: Self = Self { ppm: PPM };

    /// A rate of `ppm` parts per million; `None` above 1,000,000.
    #[must_use]
    pub const fn new(ppm: u32) -> Option<Self> {
        if ppm <= PPM { Some(Self { ppm }) } else { None }
    }

    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.ppm
    }

    /// Whether the call with this number is kept. Of any stretch of calls the share kept is close to the rate.
    #[must_use]
    pub const fn keeps_nth(self, counter: u64, seed: u64) -> bool {
        self.covers(counter.wrapping_mul(GOLDEN).wrapping_add(seed))
    }

    /// Whether a message with this match key is kept, by its sender and by its receiver.
    #[must_use]
    pub const fn keeps_key(self, match_key: u64) -> bool {
        self.covers(match_key)
    }

    /// Whether a point of the range of `u64` lies in the first `ppm` millionths of it.
    const fn covers(self, point: u64) -> bool {
        (((point as u128) * (PPM as u128)) >> 64) < self.ppm as u128
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use xxhash_rust::xxh3::xxh3_64;

    const RATES: [u32; 6] = [0, 1_000, 10_000, 250_000, 999_000, PPM];

    fn within_one_percent(kept: usize, ppm: u32) -> bool {
        kept.abs_diff(ppm as usize) * 100 <= ppm as usize
    }

    #[test]
    fn the_share_of_calls_kept_is_the_rate() {
        for ppm in RATES {
            let rate = Rate::new(ppm).unwrap();
            for seed in [0, 1, u64::MAX / 3] {
                let kept = (0..u64::from(PPM)).filter(|n| rate.keeps_nth(*n, seed)).count();
                assert!(within_one_percent(kept, ppm), "{kept} of a million at {ppm} ppm");
            }
        }
    }

    #[test]
    fn the_share_of_messages_kept_is_the_rate() {
        for ppm in RATES.into_iter().filter(|ppm| *ppm == 0 || *ppm > 200_000) {
            let rate = Rate::new(ppm).unwrap();
            let kept = (0..u64::from(PPM)).filter(|n| rate.keeps_key(xxh3_64(&n.to_le_bytes()))).count();
            assert!(within_one_percent(kept, ppm), "{kept} of a million at {ppm} ppm");
        }
    }

    quickcheck::quickcheck! {
        fn a_higher_rate_keeps_what_a_lower_keeps(points: Vec<u64>, a: u32, b: u32) -> bool {
            let (low, high) = ((a % PPM).min(b % PPM), (a % PPM).max(b % PPM));
            let (low, high) = (Rate::new(low).unwrap(), Rate::new(high).unwrap());
            points.iter().all(|point| (!low.keeps_key(*point) || high.keeps_key(*point)) && Rate::ALL.keeps_nth(*point, 5))
        }
    }

    #[test]
    fn a_rate_above_everything_is_refused() {
        assert_eq!(Rate::new(PPM + 1), None);
        assert_eq!(Rate::new(PPM), Some(Rate::ALL));
    }
}
