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

use crate::chunk::numbers::Numbers;
use crate::error::{Error, Result};
use crate::wire::Reader;
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
    offsets: Numbers,
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
            0 => Numbers::Zeros,
            1..=0xff => Numbers::U8(offsets.map(|v| v as u8).collect()),
            0x100..=0xffff => Numbers::U16(offsets.map(|v| v as u16).collect()),
            0x1_0000..=0xffff_ffff => Numbers::U32(offsets.map(|v| v as u32).collect()),
            _ => Numbers::U64(offsets.collect()),
        };
        Self { base, offsets }
    }

    /// The value of a row; the base for a row the column does not have.
    #[inline(always)]
    pub(crate) fn get(&self, row: usize) -> u64 {
        let offset = match &self.offsets {
            Numbers::Zeros => None,
            Numbers::U8(offsets) => offsets.get(row).map(|v| u64::from(*v)),
            Numbers::U16(offsets) => offsets.get(row).map(|v| u64::from(*v)),
            Numbers::U32(offsets) => offsets.get(row).map(|v| u64::from(*v)),
            Numbers::U64(offsets) => offsets.get(row).copied(),
        };
        self.base.wrapping_add(offset.unwrap_or(0))
    }

    /// Calls `visit` with each row's value, in order.
    #[inline(always)]
    pub(crate) fn for_each(&self, n_rows: usize, mut visit: impl FnMut(u64)) {
        let base = self.base;
        match &self.offsets {
            Numbers::Zeros => (0..n_rows).for_each(|_| visit(base)),
            Numbers::U8(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(u64::from(*v)))),
            Numbers::U16(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(u64::from(*v)))),
            Numbers::U32(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(u64::from(*v)))),
            Numbers::U64(offsets) => offsets.iter().for_each(|v| visit(base.wrapping_add(*v))),
        }
    }

    /// Whether each value is larger than the one before.
    pub(crate) fn ascends(&self, n_rows: usize) -> bool {
        self.offsets.ascend(n_rows)
    }

    /// Where each begins of things that follow each other and have these lengths, and the end of the last.
    pub(crate) fn starts(&self, n_rows: usize) -> (Vec<u32>, u64) {
        self.offsets.starts(n_rows, self.base)
    }

    /// The value of every row, if it is the same.
    pub(crate) const fn constant(&self) -> Option<u64> {
        if self.offsets.width() == 0 { Some(self.base) } else { None }
    }

    /// The largest value, or `None` when base and offset overflow.
    pub(crate) fn max(&self) -> Option<u64> {
        self.base.checked_add(self.offsets.largest())
    }

    /// Bytes held.
    pub(crate) fn n_bytes(&self, n_rows: usize) -> usize {
        self.offsets.width() * n_rows
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
        out.push(self.offsets.width() as u8);
        out.extend_from_slice(&self.base.to_le_bytes());
        self.offsets.put_planes(out);
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
        let offsets = Numbers::of_planes(width, reader.bytes(width * n_rows)?);
        let (base, offsets) = if differences { offsets.summed(n_rows, base) } else { (base, offsets) };
        Ok(Self { base, offsets })
    }
}

/// Small differences of either sign become small numbers.
const fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ ((difference as i64 >> 63) as u64)
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
        assert_eq!(Column::pack([u64::MAX, u64::MAX].into_iter()).offsets.width(), 0);
        assert_eq!(Column::pack([u64::MAX - 255, u64::MAX].into_iter()).offsets.width(), 1);
        assert_eq!(Column::pack([0, 0x100].into_iter()).offsets.width(), 2);
        assert_eq!(Column::pack([5, 5 + 0x1_0000].into_iter()).offsets.width(), 4);
        assert_eq!(Column::pack([0, 1 << 32].into_iter()).offsets.width(), 8);
        assert_eq!(Column::pack(core::iter::empty()).offsets.width(), 0);
    }
}
