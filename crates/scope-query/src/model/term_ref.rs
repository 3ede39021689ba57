//! Finds the term an id of an answer names, in its chunk or, once evicted, in the baseline.

use crate::error::{Error, Result};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::chunk::{Chunk, StoredTerm};
use scope_core::elixir::Elixir;
use scope_core::term::Names;
use scope_core::term::part::part;
use scope_core::trace::{RowRef, Trace};
use scope_core::{AtomId, EntityId, EventId, OrderKey, ProcessKey, Symbols};

/// A stored term with the dictionary its ids belong to.
#[derive(Clone, Copy, Debug)]
pub struct TermRef<'a> {
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

impl<'a> TermRef<'a> {
    /// The part some steps in; `None` when they lead nowhere.
    pub(crate) fn part(&self, steps: &[u32]) -> Result<Option<Self>> {
        let Some(found) = part(self.term.bytes, steps)? else { return Ok(None) };
        let term = StoredTerm { bytes: found.bytes, key: 0, complete: found.is_complete() };
        Ok(Some(Self { term, names: self.names }))
    }
}

impl Names for Dictionary<'_> {
    fn elixir(&self) -> Elixir {
        match self {
            Self::Chunk(chunk) => chunk.elixir(),
            Self::Baseline(symbols) => symbols.elixir(),
        }
    }

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

/// The term with this id: an event's, or, when steps follow the event's id (`state-0-12/0/2`), a part of it.
///
/// # Errors
/// [`Error::BadArgument`] when `id` is no id of a term, [`Error::Evicted`] when the event is gone, [`Error::NotFound`] when the trace never had
/// it or it has no term.
pub fn locate<'a>(trace: &'a Trace, id: &str) -> Result<TermRef<'a>> {
    let refused = || {
        Error::BadArgument(format!(
            "id: {id:?} is not the id of a term; ids look like state-0-12 or state-0-12/0/2 and come from answers"
        ))
    };
    let mut parts = id.split('/');
    let event: EventId = parts.next().unwrap_or_default().parse().map_err(|()| refused())?;
    let steps = parts.map(step).collect::<Option<Vec<u32>>>().ok_or_else(refused)?;
    let located = whole(trace, event, id)?;
    if steps.is_empty() {
        return Ok(located);
    }
    located.part(&steps)?.ok_or_else(|| Error::NotFound(format!("{id} leads nowhere in the term {event}")))
}

/// The event that an id of a term names.
pub(crate) fn event_of(id: &str) -> Option<EventId> {
    id.split('/').next()?.parse().ok()
}

/// The id of a part of the term `id`.
pub(crate) fn part_id(id: &str, steps: &[u32]) -> String {
    steps.iter().fold(id.into(), |id, step| format!("{id}/{step}"))
}

/// Digits without sign or leading zero, so that a part has one id.
fn step(text: &str) -> Option<u32> {
    text.parse().ok().filter(|step: &u32| step.to_string() == text)
}

fn whole<'a>(trace: &'a Trace, event: EventId, id: &str) -> Result<TermRef<'a>> {
    if let Some(row) = trace.find(event) {
        let chunk = trace.chunk(&row);
        let term = chunk.term(chunk.term_id(row.row));
        return term
            .map(|term| TermRef { term, names: Dictionary::Chunk(chunk) })
            .ok_or_else(|| Error::NotFound(format!("event {id} has no term")));
    }
    if let Some(located) = from_baseline(trace, event) {
        return Ok(located);
    }
    Err(absent(trace, event))
}

/// The row of the event with this id.
pub(crate) fn event(trace: &Trace, id: &str) -> Result<RowRef> {
    let event: EventId = id.parse().map_err(|()| {
        Error::BadArgument(format!(
            "id: {id:?} is not the id of an event; ids look like state-0-12 and come from answers"
        ))
    })?;
    trace.find(event).ok_or_else(|| absent(trace, event))
}

/// Why there is no such event.
fn absent(trace: &Trace, event: EventId) -> Error {
    let gone = trace.low_watermark(event.class) != OrderKey::default()
        && trace.chunks(event.class).last().is_none_or(|newest| event.chunk <= newest.seq());
    if gone {
        Error::Evicted(format!("event {event} has been evicted"))
    } else {
        Error::NotFound(format!("the trace has no event {event}"))
    }
}

/// The last state of an evicted event, if the baseline kept it.
fn from_baseline<'a>(trace: &'a Trace, event: EventId) -> Option<TermRef<'a>> {
    let baseline = trace.baseline()?;
    let entry =
        baseline.processes().iter().find(|entry| entry.state.as_ref().is_some_and(|state| state.id == event))?;
    let (term, symbols) = baseline.state_term(entry.process)?;
    Some(TermRef { term, names: Dictionary::Baseline(symbols) })
}
