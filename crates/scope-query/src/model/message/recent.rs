//! What a process did with messages last before a moment, read once for all who ask.

use crate::model::row::Row;
use alloc::vec::Vec;
use scope_core::trace::{Direction, RowIter, RowRef, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// The messages of a process, youngest first, read as far as somebody looked.
#[derive(Debug)]
pub(crate) struct Recent<'a> {
    trace: &'a Trace,
    rows: RowIter<'a>,
    met: Vec<RowRef>,
}

impl<'a> Recent<'a> {
    pub(crate) fn of(trace: &'a Trace, process: ProcessKey, key: OrderKey) -> Self {
        let rows = trace.process_rows(process, &[Class::Message], OrderKey::default(), key, Direction::Backward);
        Self { trace, rows, met: Vec::new() }
    }

    /// All of them.
    pub(crate) fn rows(&mut self) -> impl Iterator<Item = Row<'a>> {
        let trace = self.trace;
        self.places().map(move |at| Row::read(trace, at))
    }

    /// The deliveries among them.
    pub(crate) fn delivered(&mut self) -> impl Iterator<Item = Row<'a>> {
        let trace = self.trace;
        let delivered = self.places().filter(move |at| trace.chunk(at).kind(at.row) == Kind::Delivered);
        delivered.map(move |at| Row::read(trace, at))
    }

    fn places(&mut self) -> impl Iterator<Item = RowRef> {
        let mut place = 0;
        core::iter::from_fn(move || {
            if place == self.met.len() {
                self.met.push(self.rows.next()?);
            }
            place += 1;
            self.met.get(place - 1).copied()
        })
    }

    /// How many were read.
    pub(crate) const fn n_events(&self) -> u64 {
        self.met.len() as u64
    }
}
