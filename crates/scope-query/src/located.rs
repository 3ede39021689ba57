//! Finds the term an id of an answer names, in its chunk or, once evicted, in the baseline.

use crate::error::{Error, Result};
use alloc::format;
use scope_core::chunk::{Chunk, StoredTerm};
use scope_core::term::Names;
use scope_core::trace::Trace;
use scope_core::{AtomId, EntityId, EventId, OrderKey, ProcessKey, Symbols};

/// A stored term with the dictionary its ids belong to.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The term.
    pub term: StoredTerm<'a>,
    /// Its dictionary.
    pub names: Dictionary<'a>,
}

/// Where the names of a stored term are.
#[derive(Clone, Copy, Debug)]
pub enum Dictionary<'a> {
    /// In the term's chunk.
    Chunk(&'a Chunk),
    /// In the baseline.
    Baseline(&'a Symbols),
}

impl Names for Dictionary<'_> {
    fn atom_text(&self, id: AtomId) -> &str {
        match self {
            Self::Chunk(chunk) => chunk.atom_text(id),
            Self::Baseline(symbols) => symbols.atom_text(id),
        }
    }

    fn process(&self, id: EntityId) -> Option<ProcessKey> {
        match self {
            Self::Chunk(chunk) => chunk.process(id),
            Self::Baseline(symbols) => symbols.process(id),
        }
    }
}

/// The term of the event with this id.
///
/// # Errors
/// [`Error::BadArgument`] when `id` is no event id, [`Error::Evicted`] when the event is gone, [`Error::NotFound`] when the trace never had
/// it or it has no term.
pub fn locate<'a>(trace: &'a Trace, id: &str) -> Result<Located<'a>> {
    let event: EventId = id.parse().map_err(|()| {
        Error::BadArgument(format!(
            "id: {id:?} is not the id of a term; ids look like state-0-12 and come from answers"
        ))
    })?;
    if let Some(row) = trace.find(event) {
        let chunk = trace.chunk(&row);
        let term = chunk.term(chunk.term_id(row.row));
        return term
            .map(|term| Located { term, names: Dictionary::Chunk(chunk) })
            .ok_or_else(|| Error::NotFound(format!("event {id} has no term")));
    }
    if let Some(located) = remembered(trace, event) {
        return Ok(located);
    }
    let gone = trace.floor(event.class) != OrderKey::default()
        && trace.chunks(event.class).last().is_none_or(|newest| event.chunk <= newest.seq());
    Err(if gone {
        Error::Evicted(format!("event {id} has been evicted"))
    } else {
        Error::NotFound(format!("the trace has no event {id}"))
    })
}

/// The last state of an evicted event, if the baseline kept it.
fn remembered<'a>(trace: &'a Trace, event: EventId) -> Option<Located<'a>> {
    let baseline = trace.baseline()?;
    let entry =
        baseline.processes().iter().find(|entry| entry.state.as_ref().is_some_and(|state| state.id == event))?;
    let (term, symbols) = baseline.state_term(entry.process)?;
    Some(Located { term, names: Dictionary::Baseline(symbols) })
}
