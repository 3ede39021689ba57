//! The trace file: a header, baselines and chunks, each a section that is found and checked on its own. See FORMAT.md.
//!
//! | file | bytes |
//! |---|---|
//! | magic: `ELXSCOPE` | 8 |
//! | major version: a reader refuses a newer one | 2 |
//! | minor version: a reader skips what it does not know | 2 |
//! | CRC-32 of the bytes before | 4 |
//! | sections: header, baseline if anything was evicted, chunks, end | see [`section`] |
//!
//! Invariant: no bytes panic a reader, keep it busy for more than a fixed multiple of their length, or make it allocate more than
//! its limits; and no damage goes unsaid.

mod checksum;
mod end;
mod read;
pub(crate) mod section;
mod write;

use crate::error::{Error, Result};
use crate::trace::Trace;
use crate::wire::Reader;
use alloc::vec::Vec;

/// The format version this crate writes, and the newest it reads.
pub const FORMAT_VERSION: u16 = 1;

/// Counts additions that older readers of the same version skip.
const MINOR_VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"ELXSCOPE";
const PREAMBLE_BYTES: usize = 16;

/// What a reader may spend on a file it does not trust.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimits {
    /// Decompressed bytes of all sections together, with what they become in memory.
    pub max_bytes: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { max_bytes: 4 << 30 }
    }
}

/// Reads a file whole, or not at all where its contents take more than the limit.
///
/// # Errors
/// As [`read`], and [`Error::TooLarge`].
pub fn read_whole(bytes: &[u8], limits: ReadLimits) -> Result<Trace> {
    let (trace, is_within) = read_within(bytes, limits)?;
    if is_within { Ok(trace) } else { Err(Error::TooLarge { max_bytes: limits.max_bytes }) }
}

/// Reads a dump or a persisted file. Damage inside is skipped, named and counted in [`Trace::losses`].
///
/// # Errors
/// [`Error::NotATrace`] and [`Error::NewerFormat`].
pub fn read(bytes: &[u8], limits: ReadLimits) -> Result<Trace> {
    read_within(bytes, limits).map(|(trace, _)| trace)
}

/// The trace, and whether all of it was within the limits.
fn read_within(bytes: &[u8], limits: ReadLimits) -> Result<(Trace, bool)> {
    let (preamble, sections) = bytes.split_at_checked(PREAMBLE_BYTES).unwrap_or((bytes, &[]));
    if !preamble.starts_with(MAGIC) {
        return Err(Error::NotATrace("it does not begin as one".into()));
    }
    let version = version(preamble);
    match version {
        Ok(major) if major > FORMAT_VERSION => Err(Error::NewerFormat { found: major, known: FORMAT_VERSION }),
        _ => Ok(read::read(sections, limits, version.is_ok())),
    }
}

/// The major version, if the preamble is undamaged.
fn version(preamble: &[u8]) -> Result<u16> {
    let mut reader = Reader::new(preamble, "preamble");
    let checked = reader.bytes(PREAMBLE_BYTES - 4)?;
    let sum = reader.u32()?;
    let mut reader = Reader::new(checked, "preamble");
    reader.bytes(MAGIC.len())?;
    if checksum::of(&[checked]) == sum { reader.u16() } else { Err(reader.corrupt("its checksum differs")) }
}

/// Writes a trace as a dump.
#[must_use]
pub fn write(trace: &Trace) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    out.extend_from_slice(&MINOR_VERSION.to_le_bytes());
    let sum = checksum::of(&[&out]);
    out.extend_from_slice(&sum.to_le_bytes());
    write::write(trace, out)
}
