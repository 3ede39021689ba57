//! One expression that says which events are wanted: `kind:send to:Shop.Cart message~{:add, _} waiting>5ms and not module:Logger`.
//!
//! A filter is read (`parser`) by one table of fields (`grammar`), made ready for a trace (`plan`), then for each chunk (`chunk_test`).
//! Chunks that cannot hold a wanted row are passed over, the rows of the others are tested in place, and only rows that pass are merged in
//! order. Any request that lists rows can take one: [`Filter::new`], then [`Filter::rows`].
//!
//! Invariant: a row that may be wanted is never left out without a word. One that was recorded in part is given, and said to be possible;
//! one whose measure was not recorded is left out, and the coverage names the process that was not traced.

mod chunk_predicate;
mod expression;
mod flag;
mod found;
mod grammar;
mod lexer;
mod measure;
mod page;
mod parser;
mod party;
mod pattern;
mod plan;
mod quantity;
#[cfg(test)]
mod round_trip;
mod tri_state;

pub(crate) use expression::{Expression, Test};
pub(crate) use found::{Found, Hit};
pub use page::{examples, markdown};
pub(crate) use parser::{matching, parse};

use crate::error::Result;
use alloc::vec::Vec;
use chunk_predicate::ChunkTest;
use core::cell::Cell;
use expression::Role;
use party::Meant;
use plan::{Node, Ready};
use scope_core::chunk::Chunk;
use scope_core::trace::{Choice, Direction, Trace};
use scope_core::{Class, OrderKey, ProcessKey};
use tri_state::Truth;

/// A filter ready for one trace.
#[derive(Debug)]
pub(crate) struct Filter {
    node: Node,
    /// There is no condition but the process.
    is_everything: bool,
    process: Option<ProcessKey>,
    classes: Vec<Class>,
    n_tested: Cell<u64>,
}

impl Filter {
    /// Makes a filter ready for a trace, with the one process that its rows must have, if there is one.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) when it names a process that the trace has never seen.
    pub(crate) fn new(trace: &Trace, expression: &Expression, process: Option<ProcessKey>) -> Result<Self> {
        let mut node = Node::new(trace, expression)?;
        if let Some(process) = process {
            node = node.and(Node::Test(Ready::Party(Role::Process, Meant::only(process))));
        }
        let classes = Class::ALL.iter().copied().filter(|class| node.outlook(*class).0).collect();
        let is_everything = matches!(expression, Expression::All(parts) if parts.is_empty());
        Ok(Self { node, is_everything, process, classes, n_tested: Cell::new(0) })
    }

    /// The classes that a wanted row can have.
    pub(crate) fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The wanted rows with keys from `from` to `to`, in order.
    pub(crate) fn rows<'a>(
        &'a self,
        trace: &'a Trace,
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> Found<'a> {
        if self.is_everything {
            return self.steps(trace, from, to, direction);
        }
        Found::new(self, trace, trace.chosen_rows(self, &self.classes, from, to, direction))
    }

    /// The same for a few rows next to a place: tested one by one, not by the chunk.
    pub(crate) fn steps<'a>(
        &'a self,
        trace: &'a Trace,
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
    ) -> Found<'a> {
        let rows = match self.process {
            Some(process) => trace.process_rows(process, &self.classes, from, to, direction),
            None => trace.rows(&self.classes, from, to, direction),
        };
        Found::new(self, trace, rows)
    }

    /// How many rows were tested one by one so far; `None` when none had to be, as all are wanted.
    pub(crate) fn n_tested(&self) -> Option<u64> {
        (!self.is_everything).then(|| self.n_tested.get())
    }
}

impl Choice for Filter {
    fn rows(&self, chunk: &Chunk, from: OrderKey, to: OrderKey) -> Vec<u16> {
        let test = ChunkTest::new(&self.node, chunk);
        if matches!(test, ChunkTest::Decided(Truth::No)) {
            return Vec::new();
        }
        // A measure is asked later, of what passes all else: whatever it is, it cannot make a row pass that fails without it.
        let may_pass = |row: u32| test.truth(chunk, row, &mut |_, _| Truth::Possible) != Truth::No;
        let mut n_tested = 0;
        let mut found = Vec::new();
        let mut look_at = |row: u32| {
            n_tested += 1;
            if may_pass(row) {
                found.push(row as u16);
            }
        };
        match test.listed(chunk) {
            Some(listed) => {
                let key = |row: &u16| chunk.key(u32::from(*row));
                let start = listed.partition_point(|row| key(row) < from);
                let end = listed.partition_point(|row| key(row) <= to);
                let listed = listed.get(start..end).unwrap_or_default();
                listed.iter().for_each(|row| look_at(u32::from(*row)));
            }
            None => {
                let end = if to >= chunk.last() { chunk.len() as u32 } else { chunk.rank_of(to.next()) };
                (chunk.rank_of(from)..end).for_each(|rank| look_at(chunk.row_at_rank(rank)));
            }
        }
        self.n_tested.set(self.n_tested.get() + n_tested);
        found
    }
}
