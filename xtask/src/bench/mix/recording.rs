//! The rows of a generated recording, and taking them in.

use anyhow::Result;
use scope_core::event::Event;
use scope_core::term::resolve::Resolved;
use scope_core::writer::Writer;
use std::ops::Range;

/// A recording that is ready to be taken in.
#[derive(Debug)]
pub(crate) struct Mix {
    /// Holds the dictionary the rows refer to, and no event yet.
    pub(crate) writer: Writer,
    pub(crate) rows: Vec<Row>,
    /// The terms in flight, one after the other.
    pub(crate) terms: Vec<u8>,
}

/// An event and its term.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) event: Event,
    pub(crate) term: Range<usize>,
    pub(crate) resolved: Option<Resolved>,
}

impl Mix {
    /// Takes everything in and seals it.
    pub(crate) fn seal(&mut self) -> Result<()> {
        self.take_in()?;
        self.writer.seal(u64::MAX);
        Ok(())
    }

    pub(super) fn take_in(&mut self) -> Result<()> {
        for row in self.rows.drain(..) {
            let term = self.terms.get(row.term.clone()).unwrap_or_default();
            self.writer.push(&row.event, row.resolved.map(|resolved| (term, resolved)))?;
        }
        self.terms.clear();
        Ok(())
    }

    /// The time of the last event.
    pub(crate) fn end(&self) -> u64 {
        self.rows.last().map_or(0, |row| row.event.key.tick)
    }
}
