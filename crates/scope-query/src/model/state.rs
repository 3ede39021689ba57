//! The states of a server, and what led to each.
//!
//! Invariant: the state before a moment is the same whether its event is held or remembered by the baseline.

pub(crate) mod incomplete;

use crate::model::coverage::trace_intervals::Watch;
use crate::model::row::Row;
use crate::model::term_ref::{Dictionary, TermRef};
use crate::model::window::Window;
use scope_core::baseline::LastState;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, EventId, Kind, OrderKey, ProcessKey};

/// The last state a trace knows at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Last<'a> {
    /// Its event is held.
    Held(Row<'a>),
    /// Its event has been evicted.
    Remembered(&'a LastState, TermRef<'a>),
}

impl<'a> Last<'a> {
    /// The last state of a process up to and including `key`.
    pub(crate) fn of(trace: &'a Trace, process: ProcessKey, key: OrderKey) -> Option<Self> {
        let held = trace.process_rows(process, &[Class::State], OrderKey::default(), key, Direction::Backward).next();
        if let Some(at) = held {
            return Some(Self::Held(Row::read(trace, at)));
        }
        Self::from_baseline(trace, process).filter(|state| state.key() <= key)
    }

    /// The last state of a process that the baseline remembers.
    fn from_baseline(trace: &'a Trace, process: ProcessKey) -> Option<Self> {
        let baseline = trace.baseline()?;
        let state = baseline.process(process)?.state.as_ref()?;
        let (term, symbols) = baseline.state_term(process)?;
        Some(Self::Remembered(state, TermRef { term, names: Dictionary::Baseline(symbols) }))
    }

    pub(crate) fn key(&self) -> OrderKey {
        match self {
            Self::Held(row) => row.key(),
            Self::Remembered(state, _) => state.key,
        }
    }

    /// The callback module, if it is known.
    pub(crate) fn module(&self) -> Option<&'a str> {
        match self {
            Self::Held(row) => row.atom(),
            Self::Remembered(state, _) => state.module.as_deref(),
        }
    }

    pub(crate) fn term_ref(&self) -> Option<TermRef<'a>> {
        match self {
            Self::Held(row) => row.term().map(|term| TermRef { term, names: Dictionary::Chunk(row.chunk) }),
            Self::Remembered(_, located) => Some(*located),
        }
    }

    pub(crate) fn id(&self) -> EventId {
        match self {
            Self::Held(row) => row.id(),
            Self::Remembered(state, _) => state.id,
        }
    }
}

/// What led to the state shown at `key`: the last message the process handled since its state before, or its spawn. The spawn only
/// where all its states since were recorded, or all its messages: else it may have handled messages that were not recorded.
pub(crate) fn cause(trace: &Trace, process: ProcessKey, key: OrderKey) -> Option<Row<'_>> {
    let until = key.previous()?;
    let since = caused_since(trace, process, until);
    let watched = |class, from| Watch::of(trace, process, class).covers_between(from, key.tick);
    let is_first = |from| watched(Class::State, from) != Some(false) || watched(Class::Message, from) == Some(true);
    trace
        .process_rows(process, &[Class::Process, Class::Message], since, until, Direction::Backward)
        .map(|at| Row::read(trace, at))
        .find(|row| matches!(row.kind(), Kind::Handled | Kind::Spawn))
        .filter(|row| row.kind() == Kind::Handled || is_first(row.tick()))
}

/// Where the cause of the first state after `until` is looked for: from the state before on.
fn caused_since(trace: &Trace, process: ProcessKey, until: OrderKey) -> OrderKey {
    match Last::of(trace, process, until) {
        Some(before) => before.key(),
        None if may_be_forgotten(trace, process) => trace.low_watermark(Class::State),
        None => OrderKey::default(),
    }
}

/// The time in which the causes of the states from `key` to `to` lie.
pub(crate) fn causes(trace: &Trace, process: ProcessKey, key: OrderKey, to: u64) -> Window {
    let from = key.previous().map_or(0, |until| caused_since(trace, process, until).tick);
    Window { from, to }
}

/// Whether states of the process may have been evicted that the baseline does not remember.
pub(crate) fn may_be_forgotten(trace: &Trace, process: ProcessKey) -> bool {
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    trace.low_watermark(Class::State) != OrderKey::default() && remembered.is_none_or(|entry| entry.state_dropped)
}

/// The states of a process in a window, oldest first, after the one it was in when the window began.
pub(crate) fn history<'a>(
    trace: &'a Trace,
    process: ProcessKey,
    window: Window,
) -> (Option<Last<'a>>, impl Iterator<Item = Last<'a>>) {
    let first = window.first_key().previous().and_then(|key| Last::of(trace, process, key));
    let held = trace.process_rows(process, &[Class::State], window.first_key(), window.last_key(), Direction::Forward);
    let held = held.map(|at| Last::Held(Row::read(trace, at)));
    // One that is remembered from inside the window comes before all that are held.
    let remembered = Last::from_baseline(trace, process).filter(|state| {
        let inside = window.first_key()..=window.last_key();
        inside.contains(&state.key()) && state.key() < trace.low_watermark(Class::State)
    });
    (first, remembered.into_iter().chain(held))
}
