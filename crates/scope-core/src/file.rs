//! The trace file: a header, baselines and chunks, each a section that is found and checked on its own. See FORMAT.md.

use crate::error::Result;
use crate::trace::Trace;

/// The format version this crate writes, and the newest it reads.
pub const FORMAT_VERSION: u16 = 1;

/// What a reader may spend on a file it does not trust.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimits {
    /// Decompressed bytes of all sections together.
    pub max_bytes: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { max_bytes: 4 << 30 }
    }
}

/// Reads a dump or a persisted file. Damage inside is skipped, named and counted in [`Trace::losses`].
///
/// # Errors
/// [`Error::NotATrace`](crate::Error::NotATrace) and [`Error::NewerFormat`](crate::Error::NewerFormat).
pub fn read(bytes: &[u8], limits: ReadLimits) -> Result<Trace> {
    let _ = (bytes, limits);
    unimplemented!()
}

/// Writes a trace as a dump.
#[must_use]
pub fn write(trace: &Trace) -> alloc::vec::Vec<u8> {
    let _ = trace;
    alloc::vec::Vec::new()
}
