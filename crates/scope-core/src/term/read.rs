//! Reads stored terms: into a [`Term`] tree, one part of it by path, or just over it.

use crate::error::Result;
use crate::term::Names;
pub use crate::term::tree::Term;

/// Reads one whole stored term.
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when the bytes are not exactly one stored term within
/// [`MAX_DEPTH`](crate::term::MAX_DEPTH).
pub fn read(bytes: &[u8], names: &impl Names) -> Result<Term> {
    let _ = (bytes, names);
    unimplemented!()
}
