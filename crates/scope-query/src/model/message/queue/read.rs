//! Rows of messages as the pass needs them, read a few at a time.
//!
//! What a row says of the processes, the term and the time is in six lists, which the CPU can look up side by side for many rows, but not
//! while it waits to know what the row before did to a mailbox.

use super::target::{Peer, Peers};
use crate::model::message::matcher::{Tied, UNKNOWN, settle_ties};
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::trace::Run;
use scope_core::{Flags, Kind};

/// Rows read at a time. Tests are to see many times.
const N_ROWS: usize = if cfg!(debug_assertions) { 4 } else { 128 };

/// A row of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageRow {
    pub(super) row: u32,
    pub(super) kind: Kind,
    /// The number of the process; [`UNKNOWN`] where the row is of no use.
    pub(super) process: u32,
    /// Of a send, where it goes.
    pub(super) to: Peer,
    pub(super) tick: u64,
    pub(super) key: u64,
    /// Nothing of the term was cut.
    pub(super) exact: bool,
}

impl Tied for MessageRow {
    fn tick(&self) -> u64 {
        self.tick
    }

    fn key(&self) -> u64 {
        self.key
    }

    fn is_send(&self) -> bool {
        self.kind == Kind::Send
    }
}

/// Calls `visit` with a run's rows in the order they are matched in, a few at a time, and the last of them in the order of the run.
pub(super) fn read(run: &Run<'_>, peers: &Peers, mut visit: impl FnMut(&[MessageRow], u32)) {
    let mut rows = run.rows().map(|row| one(run.chunk, peers, row));
    let mut some: Vec<MessageRow> = Vec::with_capacity(N_ROWS + 1);
    let mut next = None;
    loop {
        some.extend(next.take());
        some.extend(rows.by_ref().take(N_ROWS));
        let Some(mut last) = some.last().copied() else { return };
        // Rows of one tick stay together.
        for row in rows.by_ref() {
            if row.tick != last.tick {
                next = Some(row);
                break;
            }
            last = row;
            some.push(row);
        }
        settle_ties(&mut some, |one, other| run.chunk.key(one.row).thread == run.chunk.key(other.row).thread);
        visit(&some, last.row);
        some.clear();
    }
}

#[inline]
fn one(chunk: &Chunk, peers: &Peers, row: u32) -> MessageRow {
    let kind = chunk.kind(row);
    let term = chunk.term_key(chunk.term_id(row));
    let process = match peers.get(chunk.process_id(row)) {
        Peer::Process(process) if term.is_some() => process,
        _ => UNKNOWN,
    };
    let to = peers.get(chunk.peer_id(row));
    let to = if chunk.flags(row).contains(Flags::TO_DEAD) { Peer::Elsewhere } else { to };
    let (key, exact) = term.unwrap_or_default();
    MessageRow { row, kind, process, to, tick: chunk.tick(row), key, exact }
}
