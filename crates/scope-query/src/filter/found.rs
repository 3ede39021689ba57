//! The rows of a trace that pass a filter, in order.
//!
//! Invariant: a row is measured only when it passes everything else.

use super::Filter;
use super::chunk_predicate::ChunkTest;
use super::measure::Measures;
use super::tri_state::Truth;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::collections::BTreeMap;
use alloc::vec::{self, Vec};
use scope_core::event::N_CLASSES;
use scope_core::trace::{RowIter, Trace};
use scope_core::{Class, ProcessKey};

/// Rows measured together, at first: a page is often small.
const FIRST_BLOCK: usize = 256;
/// Rows measured together, at most: as much memory as a large answer.
const LARGEST_BLOCK: usize = 1 << 17;
/// Processes named, at most, that were not traced.
const MAX_UNTOLD: usize = 16;

/// A row that passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'a> {
    pub(crate) row: Row<'a>,
    /// Whether that depends on what was not kept.
    pub(crate) is_possible: bool,
}

/// An iterator over rows that pass.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    filter: &'a Filter,
    trace: &'a Trace,
    rows: RowIter<'a>,
    /// Per class, the test of the chunk read last.
    tests: [Option<(u32, ChunkTest)>; N_CLASSES],
    measures: Option<Measures<'a>>,
    block: vec::IntoIter<Row<'a>>,
    block_len: usize,
    n_read: u64,
    untold: BTreeMap<(ProcessKey, Class), (u64, u64)>,
}

impl<'a> Found<'a> {
    pub(super) fn new(filter: &'a Filter, trace: &'a Trace, rows: RowIter<'a>) -> Self {
        Self {
            filter,
            trace,
            rows,
            tests: Default::default(),
            measures: filter.node.measured().map(|asked| Measures::new(trace, asked)),
            block: Vec::new().into_iter(),
            block_len: FIRST_BLOCK,
            n_read: 0,
            untold: BTreeMap::new(),
        }
    }

    fn next_row(&mut self) -> Option<Row<'a>> {
        let Some(measures) = &mut self.measures else {
            return self.rows.next().map(|at| Row::read(self.trace, at));
        };
        if let Some(row) = self.block.next() {
            return Some(row);
        }
        let rows = self.rows.by_ref().take(self.block_len).map(|at| Row::read(self.trace, at));
        let block: Vec<Row<'a>> = rows.collect();
        self.block_len = (self.block_len * 2).min(LARGEST_BLOCK);
        measures.prepare(&block);
        self.block = block.into_iter();
        self.block.next()
    }

    fn truth(&mut self, row: &Row<'a>) -> Truth {
        if self.filter.is_everything {
            return Truth::Yes;
        }
        let slot = &mut self.tests[row.chunk.class() as usize];
        if slot.as_ref().is_none_or(|(chunk_idx, _)| *chunk_idx != row.chunk_idx) {
            *slot = Some((row.chunk_idx, ChunkTest::new(&self.filter.node, row.chunk)));
        }
        let Some((_, test)) = slot else { return Truth::No };
        let id = row.id();
        test.truth(row.chunk, id.row, &mut |measure, bound| {
            self.measures.as_ref().map_or(Truth::Unrecorded, |measures| measures.truth(id, row, measure, bound))
        })
    }

    fn note_untold(&mut self, row: &Row<'a>) {
        let Some(untold) = self.measures.as_ref().and_then(|measures| measures.untold(row.id(), row)) else { return };
        let tick = row.tick();
        let span = self.untold.entry(untold).or_insert((tick, tick));
        *span = (span.0.min(tick), span.1.max(tick));
    }

    /// How many rows were tested so far, of those given to test.
    pub(crate) const fn n_read(&self) -> u64 {
        self.n_read
    }

    /// The processes whose messages or calls were not traced, so that rows were left out that may be wanted: the first few.
    pub(crate) fn untraced(&self) -> impl Iterator<Item = (ProcessKey, Class, Window)> {
        self.untold
            .iter()
            .take(MAX_UNTOLD)
            .map(|((process, class), (from, to))| (*process, *class, Window { from: *from, to: *to }))
    }
}

impl<'a> Iterator for Found<'a> {
    type Item = Hit<'a>;

    fn next(&mut self) -> Option<Hit<'a>> {
        loop {
            let row = self.next_row()?;
            self.n_read += 1;
            match self.truth(&row) {
                Truth::No => {}
                Truth::Unrecorded => self.note_untold(&row),
                truth => return Some(Hit { row, is_possible: truth == Truth::Possible }),
            }
        }
    }
}
