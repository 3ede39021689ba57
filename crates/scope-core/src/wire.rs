//! The primitives every section of a file is written with: little-endian numbers, LEB128 numbers and length-prefixed text.
//!
//! Invariant: a reader never goes past its bytes and never believes a count that the bytes left could not hold.

use crate::error::{Error, Result};
use crate::event::{N_CLASSES, OrderKey};
use alloc::vec::Vec;

const MAX_LEB_BYTES: usize = 10;

/// A position in bytes that are not trusted.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// `what` names the part in errors.
    pub(crate) const fn new(rest: &'a [u8], what: &'static str) -> Self {
        Self { rest, what }
    }

    pub(crate) const fn corrupt(&self, why: &'static str) -> Error {
        Error::Corrupt { what: self.what, why }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Checks that nothing follows.
    pub(crate) fn finish(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.corrupt("it is longer than it should be")) }
    }

    #[inline]
    pub(crate) fn bytes(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or_else(|| self.corrupt("it ends early"))?;
        self.rest = rest;
        Ok(head)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.corrupt("it ends early"))?;
        self.rest = rest;
        Ok(*head)
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    #[inline]
    pub(crate) fn leb(&mut self) -> Result<u64> {
        let (mut value, mut n_bytes) = (0u64, 0);
        while let Some(byte) = self.rest.get(n_bytes) {
            let part = u64::from(byte & 0x7f);
            // Of the last there is room for one bit.
            if n_bytes == MAX_LEB_BYTES || n_bytes + 1 == MAX_LEB_BYTES && part > 1 {
                return Err(self.corrupt("a number has more than 64 bits"));
            }
            value |= part << (n_bytes * 7);
            n_bytes += 1;
            if *byte < 0x80 {
                self.rest = self.rest.get(n_bytes..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(self.corrupt("it ends early"))
    }

    #[inline]
    pub(crate) fn leb32(&mut self) -> Result<u32> {
        u32::try_from(self.leb()?).map_err(|_| self.corrupt("a number has more than 32 bits"))
    }

    /// A count of things that take at least `min_bytes` each.
    pub(crate) fn count(&mut self, min_bytes: usize) -> Result<usize> {
        let n = self.leb32()? as usize;
        if n.saturating_mul(min_bytes) > self.rest.len() {
            return Err(self.corrupt("a count is larger than its bytes"));
        }
        Ok(n)
    }

    /// Bytes with their length in front.
    pub(crate) fn blob(&mut self) -> Result<&'a [u8]> {
        let n = self.count(1)?;
        self.bytes(n)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str> {
        Reader::new(self.blob()?, self.what).rest_as_text()
    }

    /// All bytes left.
    pub(crate) fn rest_as_text(&mut self) -> Result<&'a str> {
        core::str::from_utf8(core::mem::take(&mut self.rest)).map_err(|_| self.corrupt("a text is not UTF-8"))
    }

    /// An order key, as [`put_key`] writes it.
    pub(crate) fn key(&mut self) -> Result<OrderKey> {
        let (tick, thread, tie) = (self.leb()?, self.leb32()?, self.leb32()?);
        let thread = u16::try_from(thread).map_err(|_| self.corrupt("a thread number has more than 16 bits"))?;
        Ok(OrderKey { tick, thread, tie })
    }

    /// What [`put_keys`] wrote; keys of classes of a newer format are skipped.
    pub(crate) fn keys(&mut self) -> Result<[OrderKey; N_CLASSES]> {
        let mut keys = [OrderKey::default(); N_CLASSES];
        for class in 0..usize::from(self.u8()?) {
            let key = self.key()?;
            if let Some(slot) = keys.get_mut(class) {
                *slot = key;
            }
        }
        Ok(keys)
    }
}

/// Appends a number as [`Reader::leb`] reads it.
pub(crate) fn put_leb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends an order key: tick, thread and tie as LEB128.
pub(crate) fn put_key(out: &mut Vec<u8>, key: OrderKey) {
    put_leb(out, key.tick);
    put_leb(out, key.thread.into());
    put_leb(out, key.tie.into());
}

/// Appends a key for each class, with the number of classes in front.
pub(crate) fn put_keys(out: &mut Vec<u8>, keys: &[OrderKey; N_CLASSES]) {
    out.push(N_CLASSES as u8);
    keys.iter().for_each(|key| put_key(out, *key));
}

/// Appends bytes as [`Reader::blob`] reads them.
pub(crate) fn put_blob(out: &mut Vec<u8>, bytes: &[u8]) {
    put_leb(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn numbers_and_texts_come_back(numbers: Vec<u64>, text: alloc::string::String) -> bool {
            let mut out = Vec::new();
            numbers.iter().for_each(|n| put_leb(&mut out, *n));
            put_blob(&mut out, text.as_bytes());
            let mut reader = Reader::new(&out, "test");
            numbers.iter().all(|n| reader.leb() == Ok(*n)) && reader.text() == Ok(text.as_str()) && reader.finish().is_ok()
        }
    }

    #[test]
    fn too_long_numbers_and_counts_are_refused() {
        assert!(Reader::new(&[0xff; 10], "test").leb().is_err());
        assert!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10], "test").leb32().is_err());
        assert!(Reader::new(&[200, 1, 0, 0], "test").count(1).is_err());
        assert!(Reader::new(&[2, 0xff, 0xff], "test").text().is_err());
    }
}
