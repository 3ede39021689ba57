//! Rows of messages as the pass needs them, read a few at a time.
//!
//! What a row says of the processes, the term and the time is in six lists, which the CPU can look up side by side for many rows, but not
//! while it waits to know what the row before did to a mailbox.

use super::NOBODY;
use super::target::{Peer, Peers};
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::trace::Run;
use scope_core::{Flags, Kind};

/// Rows read at a time. Tests are to see many times.
const N_ROWS: usize = if cfg!(debug_assertions) { 4 } else { 128 };

/// A row of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) row: u32,
    pub(super) kind: Kind,
    /// The number of the process; [`NOBODY`] where the row is of no use.
    pub(super) process: u32,
    /// Of a send, where it goes.
    pub(super) to: Peer,
    pub(super) tick: u64,
    pub(super) key: u64,
    /// Nothing of the term was cut.
    pub(super) exact: bool,
}

/// Calls `visit` with a run's rows in order, a few at a time.
pub(super) fn read(run: &Run<'_>, peers: &Peers, mut visit: impl FnMut(&[Told])) {
    let mut rows = run.rows();
    let mut told: Vec<Told> = Vec::with_capacity(N_ROWS);
    loop {
        told.extend(rows.by_ref().take(N_ROWS).map(|row| one(run.chunk, peers, row)));
        if told.is_empty() {
            return;
        }
        visit(&told);
        told.clear();
    }
}

#[inline]
fn one(chunk: &Chunk, peers: &Peers, row: u32) -> Told {
    let kind = chunk.kind(row);
    let term = chunk.term_key(chunk.term_id(row));
    let process = match peers.get(chunk.process_id(row)) {
        Peer::Process(process) if term.is_some() => process,
        _ => NOBODY,
    };
    let to = peers.get(chunk.peer_id(row));
    let to = if chunk.flags(row).contains(Flags::TO_DEAD) { Peer::Elsewhere } else { to };
    let (key, exact) = term.unwrap_or_default();
    Told { row, kind, process, to, tick: chunk.tick(row), key, exact }
}
