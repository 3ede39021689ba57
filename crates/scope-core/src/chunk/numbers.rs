//! Numbers in as few bytes each as the largest needs.
//!
//! In a file they stand as planes: all lowest bytes, then all second bytes, and so on.

mod sums;

use alloc::boxed::Box;
use alloc::vec::Vec;

/// The numbers.
#[derive(Clone, Debug)]
pub(super) enum Numbers {
    /// All are 0, however many there are.
    Zeros,
    /// In a byte each.
    U8(Box<[u8]>),
    /// In two bytes each.
    U16(Box<[u16]>),
    /// In four bytes each.
    U32(Box<[u32]>),
    /// In eight bytes each.
    U64(Box<[u64]>),
}

impl Numbers {
    /// The numbers whose planes these are; those of a width that numbers do not have are taken for zeros.
    #[must_use]
    pub(super) fn of_planes(width: usize, planes: &[u8]) -> Self {
        let n = planes.len().checked_div(width).unwrap_or(0);
        let plane = |i: usize| planes.get(i * n..(i + 1) * n).unwrap_or_default();
        match width {
            1 => Self::U8(planes.into()),
            2 => Self::U16(plane(0).iter().zip(plane(1)).map(|(a, b)| u16::from_le_bytes([*a, *b])).collect()),
            4 => {
                let (low, high) = (plane(0).iter().zip(plane(1)), plane(2).iter().zip(plane(3)));
                Self::U32(low.zip(high).map(|((a, b), (c, d))| u32::from_le_bytes([*a, *b, *c, *d])).collect())
            }
            8 => {
                let mut numbers = alloc::vec![0u64; n];
                for i in 0..8 {
                    for (number, byte) in numbers.iter_mut().zip(plane(i)) {
                        *number |= u64::from(*byte) << (i * 8);
                    }
                }
                Self::U64(numbers.into())
            }
            _ => Self::Zeros,
        }
    }

    /// Appends the planes.
    pub(super) fn put_planes(&self, out: &mut Vec<u8>) {
        for shift in (0..self.width() as u32 * 8).step_by(8) {
            match self {
                Self::Zeros => {}
                Self::U8(numbers) => out.extend_from_slice(numbers),
                Self::U16(numbers) => out.extend(numbers.iter().map(|number| (number >> shift) as u8)),
                Self::U32(numbers) => out.extend(numbers.iter().map(|number| (number >> shift) as u8)),
                Self::U64(numbers) => out.extend(numbers.iter().map(|number| (number >> shift) as u8)),
            }
        }
    }

    /// Bytes a number takes.
    #[must_use]
    pub(super) const fn width(&self) -> usize {
        match self {
            Self::Zeros => 0,
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::U32(_) => 4,
            Self::U64(_) => 8,
        }
    }

    /// The largest; 0 if there is none.
    #[must_use]
    pub(super) fn largest(&self) -> u64 {
        match self {
            Self::Zeros => 0,
            Self::U8(numbers) => largest(numbers).into(),
            Self::U16(numbers) => largest(numbers).into(),
            Self::U32(numbers) => largest(numbers).into(),
            Self::U64(numbers) => largest(numbers),
        }
    }

    /// Whether each of `n` numbers is larger than the one before.
    #[must_use]
    pub(super) fn ascend(&self, n: usize) -> bool {
        match self {
            Self::Zeros => n < 2,
            Self::U8(numbers) => ascend(numbers),
            Self::U16(numbers) => ascend(numbers),
            Self::U32(numbers) => ascend(numbers),
            Self::U64(numbers) => ascend(numbers),
        }
    }
}

fn largest<T: Copy + Default + Ord>(numbers: &[T]) -> T {
    numbers.iter().fold(T::default(), |largest, number| largest.max(*number))
}

fn ascend<T: PartialOrd>(numbers: &[T]) -> bool {
    let pairs = numbers.iter().zip(numbers.iter().skip(1));
    // All of them, so that several are compared at once.
    pairs.fold(true, |all, (a, b)| all & (a < b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These numbers, in so many bytes each.
    fn numbers(width: usize, all: &[u64]) -> Numbers {
        match width {
            1 => Numbers::U8(all.iter().map(|number| *number as u8).collect()),
            2 => Numbers::U16(all.iter().map(|number| *number as u16).collect()),
            4 => Numbers::U32(all.iter().map(|number| *number as u32).collect()),
            _ => Numbers::U64(all.into()),
        }
    }

    fn all(numbers: &Numbers, n: usize) -> Vec<u64> {
        match numbers {
            Numbers::Zeros => alloc::vec![0; n],
            Numbers::U8(numbers) => numbers.iter().map(|number| (*number).into()).collect(),
            Numbers::U16(numbers) => numbers.iter().map(|number| (*number).into()).collect(),
            Numbers::U32(numbers) => numbers.iter().map(|number| (*number).into()).collect(),
            Numbers::U64(numbers) => numbers.to_vec(),
        }
    }

    /// What holds of these numbers in any width.
    fn holds(width: usize, from: &[u64], base: u64) -> bool {
        let (numbers, n) = (numbers(width, from), from.len());
        let plain = all(&numbers, n);
        let mut planes = Vec::new();
        numbers.put_planes(&mut planes);

        let mut sum = 0u64;
        let mut sums = Vec::new();
        let mut end = 0u64;
        let mut starts = alloc::vec![0];
        for number in plain.iter().map(|number| base.wrapping_add(*number)) {
            sum = sum.wrapping_add((number >> 1) ^ (number & 1).wrapping_neg());
            sums.push(sum);
            end = end.wrapping_add(number);
            starts.push(end as u32);
        }
        let (least, summed) = numbers.summed(n, base);
        planes.len() == width * n
            && all(&Numbers::of_planes(width, &planes), n) == plain
            && numbers.largest() == plain.iter().copied().max().unwrap_or(0)
            && numbers.ascend(n) == plain.is_sorted_by(|a, b| a < b)
            && least == sums.iter().copied().min().unwrap_or(0)
            && all(&summed, n).iter().map(|number| least + number).eq(sums)
            && numbers.starts(n, base) == (starts, end)
    }

    quickcheck::quickcheck! {
        fn numbers_of_any_width_are_what_they_were(from: Vec<u64>, shift: u32, base: u64, is_sorted: bool) -> bool {
            let mut from: Vec<u64> = from.into_iter().map(|number| number >> (shift % u64::BITS)).collect();
            if is_sorted {
                from.sort_unstable();
            }
            [1, 2, 4, 8].iter().all(|width| holds(*width, &from, base) && holds(*width, &from, base >> (shift % u64::BITS)))
        }

        fn zeros_are_their_bases(n: u8, base: u64) -> bool {
            let n = usize::from(n);
            let (least, summed) = Numbers::Zeros.summed(n, base);
            let (starts, end) = Numbers::Zeros.starts(n, base);
            let difference = (base >> 1) ^ (base & 1).wrapping_neg();
            let sums = (1..=n as u64).map(|n| difference.wrapping_mul(n));
            all(&summed, n).iter().map(|number| least + number).eq(sums)
                && starts.into_iter().eq((0..=n as u64).map(|n| base.wrapping_mul(n) as u32))
                && end == base.wrapping_mul(n as u64)
        }

        fn any_bytes_are_planes(width: u8, bytes: Vec<u8>) -> bool {
            let numbers = Numbers::of_planes(usize::from(width), &bytes);
            [0, 1, 2, 4, 8].contains(&numbers.width())
        }
    }
}
