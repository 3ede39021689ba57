//! States in order, read as far as it matters and no further.

use crate::model::process::process_number::ProcessNumbers;
use core::ops::Range;
use scope_core::OrderKey;
use scope_core::chunk::Chunk;
use scope_core::trace::{Run, RunIter};

/// States still to be read.
#[derive(Debug)]
pub(super) struct States<'a> {
    runs: RunIter<'a>,
    /// The run that has the next one, and the ranks still to be read of it.
    run: Option<Run<'a>>,
    ranks: Range<u32>,
    /// No state still to be read is before this time.
    tick: u64,
}

/// A state.
#[derive(Debug)]
pub(super) struct State<'a> {
    chunk: &'a Chunk,
    row: u32,
    /// The number of its process.
    pub(super) process: Option<usize>,
    pub(super) tick: u64,
}

impl State<'_> {
    pub(super) fn key(&self) -> OrderKey {
        self.chunk.key(self.row)
    }
}

impl<'a> States<'a> {
    pub(super) fn new(runs: RunIter<'a>) -> Self {
        let mut states = Self { runs, run: None, ranks: 0..0, tick: 0 };
        states.next();
        states
    }

    /// Calls `visit` with every state up to a point that was not read before.
    pub(super) fn read(&mut self, until: OrderKey, numbers: &mut ProcessNumbers, mut visit: impl FnMut(State<'a>)) {
        while self.tick <= until.tick
            && let Some(Run { chunk, chunk_idx, .. }) = self.run
        {
            numbers.fill(chunk, chunk_idx);
            for rank in self.ranks.clone() {
                let row = chunk.row_at_rank(rank);
                let tick = chunk.tick(row);
                if tick >= until.tick && chunk.key(row) > until {
                    (self.ranks.start, self.tick) = (rank, tick);
                    return;
                }
                visit(State { chunk, row, process: numbers.of(chunk, chunk_idx, chunk.process_id(row)), tick });
            }
            self.next();
        }
    }

    /// Goes on with the next run.
    fn next(&mut self) {
        self.run = self.runs.next();
        self.ranks = self.run.as_ref().map_or(0..0, Run::ranks);
    }
}
