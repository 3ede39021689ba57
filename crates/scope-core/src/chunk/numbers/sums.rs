//! Numbers that were kept as the differences between neighbours.

use super::Numbers;
use alloc::boxed::Box;
use alloc::vec::Vec;

impl Numbers {
    /// Of `n` numbers that are distances from `base`: what they are sums of, as distances from the smallest, with that.
    ///
    /// A difference of either sign is a number by its zigzag code: 0, -1, 1, -2 are 0, 1, 2, 3. Sums that overflow wrap.
    #[must_use]
    pub(in crate::chunk) fn summed(&self, n: usize, base: u64) -> (u64, Self) {
        let sums = match self {
            Self::Zeros => Sums::of(core::iter::repeat_n(base, n)),
            Self::U8(numbers) => Sums::of(numbers.iter().map(|number| base.wrapping_add((*number).into()))),
            Self::U16(numbers) => Sums::of(numbers.iter().map(|number| base.wrapping_add((*number).into()))),
            Self::U32(numbers) => Sums::of(numbers.iter().map(|number| base.wrapping_add((*number).into()))),
            Self::U64(numbers) => Sums::of(numbers.iter().map(|number| base.wrapping_add(*number))),
        };
        let least = sums.least.min(sums.most);
        let numbers = match sums.most - least {
            0 => Self::Zeros,
            1..=0xff => Self::U8(narrow(&sums.all, |sum| (sum - least) as u8)),
            0x100..=0xffff => Self::U16(narrow(&sums.all, |sum| (sum - least) as u16)),
            0x1_0000..=0xffff_ffff => Self::U32(narrow(&sums.all, |sum| (sum - least) as u32)),
            _ => Self::U64(narrow(&sums.all, |sum| sum - least)),
        };
        (least, numbers)
    }
}

impl Numbers {
    /// Of `n` lengths that are larger by `base`: where each thing begins that has one, and where the last ends, which is the last element and
    /// is also returned with all its bits. Sums that overflow wrap.
    #[must_use]
    pub(in crate::chunk) fn starts(&self, n: usize, base: u64) -> (Vec<u32>, u64) {
        let mut starts = alloc::vec![0; n + 1];
        let slots = starts.get_mut(1..).unwrap_or_default();
        let end = match self {
            Self::Zeros => put_ends(slots, core::iter::repeat_n(base, n)),
            Self::U8(numbers) => put_ends(slots, numbers.iter().map(|number| base.wrapping_add((*number).into()))),
            Self::U16(numbers) => put_ends(slots, numbers.iter().map(|number| base.wrapping_add((*number).into()))),
            Self::U32(numbers) => put_ends(slots, numbers.iter().map(|number| base.wrapping_add((*number).into()))),
            Self::U64(numbers) => put_ends(slots, numbers.iter().map(|number| base.wrapping_add(*number))),
        };
        (starts, end)
    }
}

fn put_ends(slots: &mut [u32], lengths: impl Iterator<Item = u64>) -> u64 {
    let mut end = 0u64;
    for (slot, length) in slots.iter_mut().zip(lengths) {
        end = end.wrapping_add(length);
        *slot = end as u32;
    }
    end
}

struct Sums {
    all: Vec<u64>,
    least: u64,
    most: u64,
}

impl Sums {
    fn of(differences: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut all = alloc::vec![0; differences.len()];
        let (mut sum, mut least, mut most) = (0u64, u64::MAX, 0);
        for (slot, difference) in all.iter_mut().zip(differences) {
            sum = sum.wrapping_add(unzigzag(difference));
            *slot = sum;
            least = least.min(sum);
            most = most.max(sum);
        }
        Self { all, least, most }
    }
}

fn narrow<T>(sums: &[u64], narrow: impl Fn(u64) -> T) -> Box<[T]> {
    sums.iter().map(|sum| narrow(*sum)).collect()
}

const fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}
