//! The WebAssembly edge: the API for JavaScript (feature `js`) and as a plain C ABI for any other host (feature `c-abi`).
//!
//! Each feature makes a module of its own from the same engine; `cargo xtask dist` builds both.
//!
//! Invariant: this crate translates, and decides nothing: every answer and every error is the engine's.
//! Invariant: nothing here panics: a panic would leave a module that its host cannot use any more.
#![deny(missing_docs)]

#[cfg(feature = "c-abi")]
mod c_abi;
#[cfg(any(feature = "c-abi", test))]
mod host;
#[cfg(feature = "js")]
pub mod js;

use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::Error;

/// What a trace may take in memory here, decompressed: a module's whole memory is 4 GiB, and answers need room too.
const MAX_TRACE_BYTES: u64 = 2 << 30;

/// Opens a trace file; damage inside is no error, but in every answer's coverage.
#[cfg_attr(
    not(any(feature = "js", feature = "c-abi", test)),
    expect(dead_code, reason = "a build without an edge has no caller")
)]
fn open(bytes: &[u8]) -> Result<Trace, Error> {
    Ok(file::read(bytes, ReadLimits { max_bytes: MAX_TRACE_BYTES })?)
}
