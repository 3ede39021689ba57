//! A compressed block: the parts of a section's body.
//!
//! | part | bytes |
//! |---|---|
//! | id, by section | 1 |
//! | codec: 0 none, 1 LZ4 block | 1 |
//! | length of the contents | 4 |
//! | length as stored | 4 |
//! | the stored bytes | their length, as above |
//!
//! Invariant: the declared size of a block is checked against what its bytes could hold, and against the [`Budget`], before
//! anything is allocated.

use crate::error::{Error, Result};
use crate::wire::Reader;
use alloc::borrow::Cow;
use alloc::vec::Vec;

const CODEC_NONE: u8 = 0;
const CODEC_LZ4: u8 = 1;

/// LZ4 cannot make more than this of one byte.
const MAX_LZ4_RATIO: usize = 255;

/// What a reader may still allocate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    left: u64,
    is_reached: bool,
}

impl Budget {
    pub(crate) const fn new(n_bytes: u64) -> Self {
        Self { left: n_bytes, is_reached: false }
    }

    /// Takes bytes away.
    ///
    /// # Errors
    /// [`Error::BadArgument`] when they are not there.
    pub(crate) fn spend(&mut self, n_bytes: u64) -> Result<()> {
        let left = self.left.checked_sub(n_bytes);
        self.is_reached |= left.is_none();
        self.left = left.ok_or_else(|| Error::BadArgument("the read limit is reached".into()))?;
        Ok(())
    }

    /// Whether bytes were asked for that were not there.
    pub(crate) const fn is_reached(&self) -> bool {
        self.is_reached
    }
}

/// Appends a block, compressed if that makes it smaller.
pub(crate) fn put_block(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    let mut compressed = alloc::vec![0; lz4_flex::block::get_maximum_output_size(contents.len())];
    let n_compressed = lz4_flex::block::compress_into(contents, &mut compressed).unwrap_or(usize::MAX);
    let (codec, stored) = match compressed.get(..n_compressed) {
        Some(compressed) if n_compressed < contents.len() => (CODEC_LZ4, compressed),
        _ => (CODEC_NONE, contents),
    };
    out.extend_from_slice(&[id, codec]);
    out.extend_from_slice(&(contents.len() as u32).to_le_bytes());
    out.extend_from_slice(&(stored.len() as u32).to_le_bytes());
    out.extend_from_slice(stored);
}

/// A block as found; not yet decompressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) id: u8,
    codec: u8,
    n_bytes: usize,
    stored: &'a [u8],
}

impl<'a> Block<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let (id, codec, n_bytes, n_stored) = (reader.u8()?, reader.u8()?, reader.u32()?, reader.u32()?);
        Ok(Self { id, codec, n_bytes: n_bytes as usize, stored: reader.bytes(n_stored as usize)? })
    }

    /// The contents.
    pub(crate) fn open(&self, budget: &mut Budget) -> Result<Cow<'a, [u8]>> {
        let corrupt = |why| Error::Corrupt { what: "block", why };
        budget.spend(self.n_bytes as u64)?;
        match self.codec {
            CODEC_NONE if self.n_bytes == self.stored.len() => Ok(Cow::Borrowed(self.stored)),
            CODEC_NONE => Err(corrupt("its lengths differ")),
            CODEC_LZ4 if self.n_bytes > self.stored.len().saturating_mul(MAX_LZ4_RATIO) => {
                Err(corrupt("it claims more than its bytes could hold"))
            }
            CODEC_LZ4 => match lz4_flex::block::decompress(self.stored, self.n_bytes) {
                Ok(contents) if contents.len() == self.n_bytes => Ok(Cow::Owned(contents)),
                _ => Err(corrupt("it does not decompress")),
            },
            _ => Err(Error::NewerKind { what: "codec" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn contents_come_back(contents: Vec<u8>, times: u8) -> bool {
            let contents = contents.repeat(usize::from(times) + 1);
            let mut out = Vec::new();
            put_block(&mut out, 7, &contents);
            let mut reader = Reader::new(&out, "block");
            let block = Block::read(&mut reader);
            block.is_ok_and(|b| b.id == 7 && b.open(&mut Budget::new(1 << 20)).as_deref() == Ok(&*contents)) && reader.finish().is_ok()
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = |codec: u8, n: u32| {
            let mut out = alloc::vec![1, codec];
            out.extend_from_slice(&n.to_le_bytes());
            out.extend_from_slice(&[1, 0, 0, 0, 0]);
            out
        };
        let open = |bytes: &[u8], budget| {
            Block::read(&mut Reader::new(bytes, "block"))?.open(&mut Budget::new(budget)).map(|_| ())
        };
        assert!(matches!(open(&bomb(1, u32::MAX), u64::MAX), Err(Error::Corrupt { .. })));
        assert!(matches!(open(&bomb(1, 200), 100), Err(Error::BadArgument(_))));
        assert!(matches!(open(&bomb(0, 2), 100), Err(Error::Corrupt { .. })));
        assert!(matches!(open(&bomb(9, 1), 100), Err(Error::NewerKind { .. })));
    }
}
