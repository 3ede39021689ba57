//! One column of a chunk: numbers in as few bytes each as their range needs, each readable on its own.
//!
//! In memory a column is a base and the distances from it in 0, 1, 2, 4 or 8 bytes. In a file it is the same, or the
//! differences between neighbours, as planes (all lowest bytes, then all second bytes, and so on), which compress better.
//!
//! | record in a file | bytes |
//! |---|---|
//! | encoding: 0 values, 1 zigzag differences between neighbours (the first from 0) | 1 |
//! | width of a number: 0, 1, 2, 4 or 8 | 1 |
//! | base | 8 |
//! | planes | width x rows |
//!
//! Invariant: the same values always take the same width and bytes.

use crate::error::{Error, Result};
use crate::wire::Reader;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// How a column is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Values = 0,
    Differences = 1,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    base: u64,
    offsets: Offsets,
}

#[derive(Clone, Debug)]
enum Offsets {
    /// Every value is the base.
    None,
    U8(Box<[u8]>),
    U16(Box<[u16]>),
    U32(Box<[u32]>),
    U64(Box<[u64]>),
}

impl Column {
    /// A column of these values.
    pub(crate) fn pack(values: impl Iterator<Item = u64> + Clone) -> Self {
        let (mut min, mut max) = (u64::MAX, 0);
        for value in values.clone() {
            min = min.min(value);
            max = max.max(value);
        }
        let base = min.min(max);
        let offsets = values.map(|value| value - base);
        let offsets = match max - base {
            0 => Offsets::None,
            1..=0xff => Offsets::U8(offsets.map(|v| v as u8).collect()),
            0x100..=0xffff => Offsets::U16(offsets.map(|v| v as u16).collect()),
            0x1_0000..=0xffff_ffff => Offsets::U32(offsets.map(|v| v as u32).collect()),
            _ => Offsets::U64(offsets.collect()),
        };
        Self { base, offsets }
    }

    /// The value of a row; the base for a row the column does not have.
    #[inline(always)]
    pub(crate) fn get(&self, row: usize) -> u64 {
        let offset = match &self.offsets {
            Offsets::None => None,
            Offsets::U8(offsets) => offsets.get(row).map(|v| u64::from(*v)),
            Offsets::U16(offsets) => offsets.get(row).map(|v| u64::from(*v)),
            Offsets::U32(offsets) => offsets.get(row).map(|v| u64::from(*v)),
            Offsets::U64(offsets) => offsets.get(row).copied(),
        };
        self.base.wrapping_add(offset.unwrap_or(0))
    }

    /// Calls `visit` with each row's value, in order.
    #[inline(always)]
    pub(crate) fn for_each(&self, n_rows: usize, mut visit: impl FnMut(u64)) {
        let base = self.base;
        match &self.offsets {
            Offsets::None => (0..n_rows).for_each(|_| visit(base)),
            Offsets::U8(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(u64::from(*v)))),
            Offsets::U16(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(u64::from(*v)))),
            Offsets::U32(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(u64::from(*v)))),
            Offsets::U64(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(*v))),
        }
    }

    /// Whether each value is larger than the one before.
    pub(crate) fn ascends(&self, n_rows: usize) -> bool {
        match &self.offsets {
            Offsets::None => n_rows < 2,
            Offsets::U8(offsets) => ascends(offsets),
            Offsets::U16(offsets) => ascends(offsets),
            Offsets::U32(offsets) => ascends(offsets),
            Offsets::U64(offsets) => ascends(offsets),
        }
    }

    /// The value of every row, if it is the same.
    pub(crate) const fn constant(&self) -> Option<u64> {
        if self.width() == 0 { Some(self.base) } else { None }
    }

    /// The largest value, or `None` when base and offset overflow.
    pub(crate) fn max(&self) -> Option<u64> {
        let largest = match &self.offsets {
            Offsets::None => 0,
            Offsets::U8(offsets) => offsets.iter().copied().max().map_or(0, u64::from),
            Offsets::U16(offsets) => offsets.iter().copied().max().map_or(0, u64::from),
            Offsets::U32(offsets) => offsets.iter().copied().max().map_or(0, u64::from),
            Offsets::U64(offsets) => offsets.iter().copied().max().unwrap_or(0),
        };
        self.base.checked_add(largest)
    }

    const fn width(&self) -> usize {
        match &self.offsets {
            Offsets::None => 0,
            Offsets::U8(_) => 1,
            Offsets::U16(_) => 2,
            Offsets::U32(_) => 4,
            Offsets::U64(_) => 8,
        }
    }

    /// Bytes held.
    pub(crate) fn n_bytes(&self, n_rows: usize) -> usize {
        self.width() * n_rows
    }

    /// Appends the record of the table above.
    pub(crate) fn encode(&self, n_rows: usize, encoding: Encoding, out: &mut Vec<u8>) {
        out.push(encoding as u8);
        match encoding {
            Encoding::Values => self.encode_planes(out),
            Encoding::Differences => {
                let mut differences = Vec::with_capacity(n_rows);
                let mut previous = 0u64;
                self.for_each(n_rows, |value| {
                    differences.push(zigzag(value.wrapping_sub(previous)));
                    previous = value;
                });
                Self::pack(differences.iter().copied()).encode_planes(out);
            }
        }
    }

    fn encode_planes(&self, out: &mut Vec<u8>) {
        out.push(self.width() as u8);
        out.extend_from_slice(&self.base.to_le_bytes());
        let planes = 0..self.width() as u32 * 8;
        for shift in planes.step_by(8) {
            match &self.offsets {
                Offsets::None => {}
                Offsets::U8(offsets) => out.extend_from_slice(offsets),
                Offsets::U16(offsets) => out.extend(offsets.iter().map(|v| (v >> shift) as u8)),
                Offsets::U32(offsets) => out.extend(offsets.iter().map(|v| (v >> shift) as u8)),
                Offsets::U64(offsets) => out.extend(offsets.iter().map(|v| (v >> shift) as u8)),
            }
        }
    }

    /// Reads one record.
    pub(crate) fn decode(n_rows: usize, reader: &mut Reader<'_>) -> Result<Self> {
        let differences = match reader.u8()? {
            0 => false,
            1 => true,
            _ => return Err(Error::NewerKind { what: "column" }),
        };
        let (width, base) = (usize::from(reader.u8()?), reader.u64()?);
        if !matches!(width, 0 | 1 | 2 | 4 | 8) {
            return Err(reader.corrupt("a column has an unknown width"));
        }
        let planes = reader.bytes(width * n_rows)?;
        let plane = |i: usize| planes.get(i * n_rows..(i + 1) * n_rows).unwrap_or_default();
        let offsets = match width {
            0 => Offsets::None,
            1 => Offsets::U8(planes.into()),
            2 => {
                let mut offsets = alloc::vec![0u16; n_rows];
                for ((v, a), b) in offsets.iter_mut().zip(plane(0)).zip(plane(1)) {
                    *v = u16::from_le_bytes([*a, *b]);
                }
                Offsets::U16(offsets.into())
            }
            4 => {
                let mut offsets = alloc::vec![0u32; n_rows];
                let low = plane(0).iter().zip(plane(1));
                for ((v, (a, b)), (c, d)) in offsets.iter_mut().zip(low).zip(plane(2).iter().zip(plane(3))) {
                    *v = u32::from_le_bytes([*a, *b, *c, *d]);
                }
                Offsets::U32(offsets.into())
            }
            _ => {
                let mut offsets = alloc::vec![0u64; n_rows];
                for i in 0..8 {
                    for (v, byte) in offsets.iter_mut().zip(plane(i)) {
                        *v |= u64::from(*byte) << (i * 8);
                    }
                }
                Offsets::U64(offsets.into())
            }
        };
        let column = Self { base, offsets };
        Ok(if differences { column.summed(n_rows) } else { column })
    }

    /// The column whose neighbours differ by the values of this one. Walked twice, so that no value is kept wider than it has to be.
    fn summed(&self, n_rows: usize) -> Self {
        let (mut value, mut min, mut max) = (0u64, u64::MAX, 0);
        self.for_each(n_rows, |difference| {
            value = value.wrapping_add(unzigzag(difference));
            (min, max) = (min.min(value), max.max(value));
        });
        let base = min.min(max);
        let offsets = match max - base {
            0 => Offsets::None,
            1..=0xff => Offsets::U8(self.sums(n_rows, base, |v| v as u8)),
            0x100..=0xffff => Offsets::U16(self.sums(n_rows, base, |v| v as u16)),
            0x1_0000..=0xffff_ffff => Offsets::U32(self.sums(n_rows, base, |v| v as u32)),
            _ => Offsets::U64(self.sums(n_rows, base, |v| v)),
        };
        Self { base, offsets }
    }

    fn sums<T: Copy + Default>(&self, n_rows: usize, base: u64, narrow: impl Fn(u64) -> T) -> Box<[T]> {
        let mut offsets = alloc::vec![T::default(); n_rows];
        let mut slots = offsets.iter_mut();
        let mut offset = 0u64.wrapping_sub(base);
        self.for_each(n_rows, |difference| {
            offset = offset.wrapping_add(unzigzag(difference));
            slots.next().into_iter().for_each(|slot| *slot = narrow(offset));
        });
        offsets.into()
    }
}

fn ascends<T: PartialOrd>(offsets: &[T]) -> bool {
    // All of them, so that several are compared at once.
    offsets.windows(2).fold(true, |all, pair| match pair {
        [a, b] => all & (a < b),
        _ => all,
    })
}

/// Small differences of either sign become small numbers.
const fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ ((difference as i64 >> 63) as u64)
}

const fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[u64], encoding: Encoding) -> bool {
        let column = Column::pack(values.iter().copied());
        let mut out = Vec::new();
        column.encode(values.len(), encoding, &mut out);
        let mut reader = Reader::new(&out, "column");
        let Ok(read) = Column::decode(values.len(), &mut reader) else { return false };
        let all = |c: &Column| values.iter().enumerate().all(|(row, value)| c.get(row) == *value);
        reader.finish().is_ok()
            && all(&column)
            && all(&read)
            && read.ascends(values.len()) == values.is_sorted_by(|a, b| a < b)
            && read.max() == column.max()
            && (values.is_empty() || column.max() == values.iter().copied().max())
    }

    quickcheck::quickcheck! {
        fn any_values_come_back(values: Vec<u64>, shift: u8) -> bool {
            let narrow: Vec<u64> = values.iter().map(|v| v >> (shift % 64)).collect();
            [Encoding::Values, Encoding::Differences].iter().all(|e| check(&values, *e) && check(&narrow, *e))
        }

        fn any_bytes_are_refused_or_read(bytes: Vec<u8>, n_rows: u8) -> bool {
            let _ = Column::decode(usize::from(n_rows), &mut Reader::new(&bytes, "column"));
            true
        }
    }

    #[test]
    fn the_width_follows_the_range_not_the_size() {
        assert_eq!(Column::pack([u64::MAX, u64::MAX].into_iter()).width(), 0);
        assert_eq!(Column::pack([u64::MAX - 255, u64::MAX].into_iter()).width(), 1);
        assert_eq!(Column::pack([0, 0x100].into_iter()).width(), 2);
        assert_eq!(Column::pack([5, 5 + 0x1_0000].into_iter()).width(), 4);
        assert_eq!(Column::pack([0, 1 << 32].into_iter()).width(), 8);
        assert_eq!(Column::pack(core::iter::empty()).width(), 0);
    }
}
