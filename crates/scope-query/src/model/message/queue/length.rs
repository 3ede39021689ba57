//! How many messages waited in one queue, and when it was longest.
//!
//! The length is counted where a message arrives, once no message can turn up any more that arrived before. So what is kept are the
//! messages that arrived after the oldest one whose end is not known, not those of the whole recording.
//!
//! Invariant: what is answered is what sorting all messages by their arrival would give. A message that is handled when another one
//! arrives has left before it.

use alloc::vec::Vec;

/// Messages kept before the length is counted for the first time. Tests are to see it counted often.
const FEW: usize = if cfg!(debug_assertions) { 2 } else { 64 };

/// How many messages waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) peak: u64,
    pub(crate) peak_at: Option<u64>,
    /// The sum of all waiting: the length over time.
    pub(crate) area_ns: u128,
}

/// The lengths of a queue.
#[derive(Debug, Default)]
pub(super) struct Lengths {
    length: Length,
    /// When a message arrived and when its waiting ended, of those not counted yet.
    stays: Vec<(u64, u64)>,
    /// When the waiting ended of those counted last, in order.
    ends: Vec<u64>,
    n_counted: usize,
}

impl Lengths {
    /// Messages waited, each from its arrival to an end.
    pub(super) fn extend(&mut self, stays: &[(u64, u64)]) {
        self.stays.extend_from_slice(stays);
    }

    /// Whether there is enough to count.
    pub(super) const fn is_due(&self) -> bool {
        self.stays.len() >= FEW + 2 * self.n_counted
    }

    /// Counts the messages that arrived before `low_watermark`, within a window: before it none will turn up any more.
    pub(super) fn count(&mut self, low_watermark: u64, from: u64, to: u64) {
        let mut came: Vec<u64> = Vec::with_capacity(self.stays.len());
        let (mut ends, length) = (core::mem::take(&mut self.ends), &mut self.length);
        let n_before = ends.len() as u64;
        self.stays.retain(|(arrived, end)| {
            if *arrived >= low_watermark {
                return true;
            }
            let (arrived, end) = ((*arrived).max(from), (*end).min(to));
            if arrived < end {
                came.push(arrived);
                ends.push(end);
                length.area_ns += u128::from(end - arrived);
            }
            false
        });
        self.n_counted = self.stays.len();
        came.sort_unstable();
        ends.sort_unstable();
        let mut n_gone = 0;
        for (n_came, tick) in (n_before + 1..).zip(came) {
            n_gone += ends.get(n_gone..).unwrap_or_default().iter().take_while(|end| **end <= tick).count();
            let now = n_came - n_gone as u64;
            if now > length.peak {
                length.peak = now;
                length.peak_at = Some(tick);
            }
        }
        ends.drain(..n_gone);
        self.ends = ends;
    }

    /// The length, once all is counted.
    pub(super) const fn length(&self) -> Length {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition.
    fn naive(stays: &[(u64, u64)], (from, to): (u64, u64)) -> Length {
        let clipped = stays.iter().map(|(arrived, end)| ((*arrived).max(from), (*end).min(to)));
        let stays: Vec<(u64, u64)> = clipped.filter(|(arrived, end)| arrived < end).collect();
        let mut arrivals: Vec<u64> = stays.iter().map(|(arrived, _)| *arrived).collect();
        arrivals.sort_unstable();
        let mut length = Length::default();
        for tick in arrivals {
            let now = stays.iter().filter(|(arrived, end)| *arrived <= tick && tick < *end).count() as u64;
            if now > length.peak {
                (length.peak, length.peak_at) = (now, Some(tick));
            }
        }
        length.area_ns = stays.iter().map(|(arrived, end)| u128::from(end - arrived)).sum();
        length
    }

    quickcheck::quickcheck! {
        fn counting_in_steps_is_counting_at_once(stays: Vec<(u8, u8, u8)>, from: u8, to: u8) -> bool {
            let (from, to) = (u64::from(from.min(to)), u64::from(from.max(to)));
            let mut stays: Vec<(u64, u64, bool)> =
                stays.iter().map(|(at, wait, counts)| (u64::from(*at), u64::from(at.saturating_add(*wait)), counts % 4 == 0)).collect();
            stays.sort_by_key(|(_, end, _)| *end);
            let mut lengths = Lengths::default();
            for (i, (arrived, end, counts)) in stays.iter().enumerate() {
                lengths.extend(&[(*arrived, *end)]);
                if *counts {
                    let low_watermark = stays[i + 1..].iter().map(|(arrived, ..)| *arrived).min().unwrap_or(0);
                    lengths.count(low_watermark, from, to);
                }
            }
            lengths.count(u64::MAX, from, to);
            let all: Vec<(u64, u64)> = stays.iter().map(|(arrived, end, _)| (*arrived, *end)).collect();
            lengths.length() == naive(&all, (from, to))
        }
    }
}
