//! The peer of the trace file: the same events as a plain log of rows, compressed by zstd.
//!
//! A row is its fixed fields (tick 8, thread 2, kind 1, flags 1, process 4, peer 4, what 4, length 4 bytes) and its term in stored
//! form, with the recorder's ids.

use crate::bench::mix::Mix;
use anyhow::Result;
use scope_core::term::localize::localize;

/// The log, and how many bytes of it are terms.
pub(crate) fn write(mix: &Mix) -> Result<(Vec<u8>, u64)> {
    let mut log = Vec::with_capacity(mix.terms.len() + 28 * mix.rows.len());
    let mut stored = Vec::new();
    let mut n_payload = 0;
    for row in &mix.rows {
        stored.clear();
        let term = mix.terms.get(row.term.clone()).unwrap_or_default();
        if row.resolved.is_some() {
            localize(term, &mut |atom| atom, &mut |entity| entity, &mut stored)?;
        }
        let event = &row.event;
        log.extend(event.key.tick.to_le_bytes());
        log.extend(event.key.thread.to_le_bytes());
        log.extend([event.kind as u8, event.flags.0]);
        for number in [event.process.0, event.peer.0, event.what, stored.len() as u32] {
            log.extend(number.to_le_bytes());
        }
        log.extend_from_slice(&stored);
        n_payload += stored.len() as u64;
    }
    Ok((log, n_payload))
}

/// The log's size under zstd, at its default level.
#[cfg(feature = "bench-peers")]
pub(crate) fn compressed_bytes(log: &[u8]) -> Result<usize> {
    Ok(zstd::bulk::compress(log, zstd::DEFAULT_COMPRESSION_LEVEL)?.len())
}

#[cfg(not(feature = "bench-peers"))]
pub(crate) fn compressed_bytes(_log: &[u8]) -> Result<usize> {
    anyhow::bail!("built without the feature bench-peers")
}
