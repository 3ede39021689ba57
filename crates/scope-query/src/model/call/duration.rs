//! Many durations, summed up: how many, mean, quantiles and the longest.
//!
//! Up to [`MAX_EXACT`] durations are kept, and the quantiles are exact. More are counted in buckets of a 128th of their size, so that a
//! set never takes more than a bounded memory; then a quantile is at most a 128th too long, and says so.
//!
//! Invariant: what is answered depends on the durations alone, not on the order they came in.
//! Invariant: a quantile is by nearest rank: the shortest duration that at least so many in a hundred do not exceed.

use alloc::vec;
use alloc::vec::Vec;
use scope_core::event::MAX_TICK;

/// Durations kept one by one: 256 KiB, or 512 KiB of long ones.
const MAX_EXACT: usize = 1 << 16;
/// Bits of a duration after the highest that select its bucket.
const BITS: u32 = 7;
const N_BUCKETS: usize = (64 - BITS as usize + 1) << BITS;
/// A 128th in millionths, rounded up.
const ERROR_PPM: u32 = 7_813;

/// Durations summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) n: u64,
    pub(crate) sum_ns: u64,
    pub(crate) mean_ns: u64,
    pub(crate) p50_ns: u64,
    pub(crate) p95_ns: u64,
    pub(crate) p99_ns: u64,
    pub(crate) max_ns: u64,
    /// How much too long a quantile may be, in millionths of it.
    pub(crate) error_ppm: u32,
}

/// A set of durations in ns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations {
    /// Kept one by one: those below 4.3 s, in half the memory, and the others.
    short: Vec<u32>,
    long: Vec<u64>,
    /// Empty while the durations are kept one by one.
    buckets: Vec<u64>,
    n: u64,
    sum: u64,
    max: u64,
}

impl Durations {
    /// Durations that are listed: those below 4.3 s, and the others.
    pub(crate) fn of(short: &[u32], long: &[u64]) -> Self {
        let all = short.iter().map(|duration| u64::from(*duration)).chain(long.iter().copied());
        let mut durations = Self::default();
        if short.len() + long.len() > MAX_EXACT {
            all.for_each(|duration| durations.add(duration));
        } else {
            all.for_each(|duration| durations.sum_up(duration));
            (durations.short, durations.long) = (short.to_vec(), long.to_vec());
        }
        durations
    }

    /// Counts a duration whose quantiles are not needed.
    #[inline]
    pub(crate) fn sum_up(&mut self, duration: u64) {
        self.n += 1;
        self.sum = self.sum.saturating_add(duration);
        self.max = self.max.max(duration);
    }

    #[inline]
    pub(crate) fn add(&mut self, duration: u64) {
        self.sum_up(duration);
        if !self.buckets.is_empty() {
            self.count(duration);
            return;
        }
        match u32::try_from(duration) {
            Ok(duration) => self.short.push(duration),
            Err(_) => self.long.push(duration),
        }
        if self.short.len() + self.long.len() > MAX_EXACT {
            self.buckets = vec![0; N_BUCKETS];
            core::mem::take(&mut self.short).into_iter().for_each(|duration| self.count(duration.into()));
            core::mem::take(&mut self.long).into_iter().for_each(|duration| self.count(duration));
        }
    }

    fn count(&mut self, duration: u64) {
        if let Some(n) = self.buckets.get_mut(bucket(duration)) {
            *n += 1;
        }
    }

    pub(crate) const fn n(&self) -> u64 {
        self.n
    }

    pub(crate) fn mean(&self) -> Option<u64> {
        self.sum.checked_div(self.n)
    }

    /// The summary; `None` without durations.
    pub(crate) fn summary(mut self) -> Option<Summary> {
        let mean_ns = self.mean()?;
        let [p50_ns, p95_ns, p99_ns] = self.quantiles([50, 95, 99]);
        Some(Summary {
            n: self.n,
            sum_ns: self.sum.min(MAX_TICK),
            mean_ns,
            p50_ns,
            p95_ns,
            p99_ns,
            max_ns: self.max,
            error_ppm: if self.buckets.is_empty() { 0 } else { ERROR_PPM },
        })
    }

    /// Quantiles of ascending percents.
    fn quantiles<const N: usize>(&mut self, percents: [u64; N]) -> [u64; N] {
        let (n_short, mut from) = (self.short.len(), 0);
        percents.map(|percent| {
            let rank = (u128::from(self.n) * u128::from(percent)).div_ceil(100).max(1) as u64;
            if !self.buckets.is_empty() {
                return self.bucket_quantile(rank);
            }
            let at = rank as usize - 1;
            let found = match at.checked_sub(n_short) {
                None => nth(&mut self.short, from, at).map(u64::from),
                Some(at) => nth(&mut self.long, from.saturating_sub(n_short), at),
            };
            from = at;
            found.unwrap_or(self.max)
        })
    }

    fn bucket_quantile(&self, rank: u64) -> u64 {
        let mut below = 0;
        let reaches = |n: &u64| {
            below += n;
            below >= rank
        };
        self.buckets.iter().position(reaches).map_or(self.max, |at| longest_of(at).min(self.max))
    }
}

/// The item at a place of the list in order, where those before `from` are not larger than those behind it.
fn nth<T: Copy + Ord>(list: &mut [T], from: usize, at: usize) -> Option<T> {
    let (behind, at) = (list.get_mut(from..)?, at.checked_sub(from)?);
    (at < behind.len()).then(|| *behind.select_nth_unstable(at).1)
}

/// The bucket of a duration: short ones have their own, longer ones share it with those that have the same highest bits.
const fn bucket(duration: u64) -> usize {
    let Some(shift) = (u64::BITS - duration.leading_zeros()).checked_sub(BITS + 1) else { return duration as usize };
    ((shift as usize) << BITS) + (duration >> shift) as usize
}

/// The longest duration of a bucket.
const fn longest_of(bucket: usize) -> u64 {
    let Some(shift) = (bucket >> BITS).checked_sub(1) else { return bucket as u64 };
    let shift = shift as u32;
    let highest = (bucket - ((shift as usize) << BITS)) as u64;
    (highest << shift) + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quickcheck::quickcheck;

    fn of(durations: &[u64]) -> Durations {
        let mut all = Durations::default();
        durations.iter().for_each(|duration| all.add(*duration));
        all
    }

    /// By the definition: the shortest that at least so many in a hundred do not exceed.
    fn naive(durations: &[u64], percent: usize) -> u64 {
        let enough = |candidate: u64| {
            let n = durations.iter().filter(|duration| **duration <= candidate).count();
            n * 100 >= durations.len() * percent
        };
        durations.iter().copied().filter(|candidate| enough(*candidate)).min().expect("not empty")
    }

    quickcheck! {
        fn few_durations_have_exact_quantiles(durations: Vec<(u32, u8)>) -> bool {
            let durations: Vec<u64> = durations.into_iter().map(|(ns, shift)| u64::from(ns) << (shift % 20)).collect();
            match of(&durations).summary() {
                None => durations.is_empty(),
                Some(shown) => {
                    shown.p50_ns == naive(&durations, 50)
                        && shown.p95_ns == naive(&durations, 95)
                        && shown.p99_ns == naive(&durations, 99)
                        && shown.max_ns == naive(&durations, 100)
                        && shown.mean_ns == durations.iter().sum::<u64>() / durations.len() as u64
                        && shown.error_ppm == 0
                }
            }
        }

        fn listed_durations_are_those_added(short: Vec<u32>, long: Vec<u32>, times: u16) -> bool {
            let times = usize::from(times) / 64;
            let long: Vec<u64> = long.iter().map(|ns| u64::from(*ns) + (1 << 32)).collect();
            let (short, long) = (short.repeat(times), long.repeat(times / 8));
            let all: Vec<u64> = short.iter().map(|ns| u64::from(*ns)).chain(long.iter().copied()).collect();
            Durations::of(&short, &long).summary() == of(&all).summary()
        }

        fn a_bucket_is_at_most_a_128th_wide(duration: u64, shift: u8) -> bool {
            let duration = duration >> (shift % 64);
            let longest = longest_of(bucket(duration));
            longest >= duration && longest - duration <= duration / 128 && bucket(longest) == bucket(duration)
        }

        fn a_longer_duration_is_in_no_earlier_bucket(a: u64, b: u64, shift: u8) -> bool {
            let (a, b) = (a >> (shift % 64), b >> (shift % 64));
            bucket(a.max(b)) >= bucket(a.min(b)) && bucket(a.max(b)) < N_BUCKETS
        }
    }

    #[test]
    fn many_durations_keep_their_quantiles_within_the_stated_error() {
        let mut state = 1u64;
        let mut durations = Vec::new();
        for _ in 0..MAX_EXACT * 2 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            durations.push((state >> 33) >> (state % 24));
        }
        let shown = of(&durations).summary().expect("some");
        durations.reverse();
        assert_eq!(of(&durations).summary(), Some(shown));
        durations.sort_unstable();
        for (found, percent) in [(shown.p50_ns, 50), (shown.p95_ns, 95), (shown.p99_ns, 99)] {
            let exact = durations[(durations.len() * percent).div_ceil(100) - 1];
            assert!(exact <= found && (found - exact) * 1_000_000 <= exact * u64::from(shown.error_ppm), "{percent}");
        }
        assert_eq!(shown.max_ns, durations[durations.len() - 1]);
    }
}
