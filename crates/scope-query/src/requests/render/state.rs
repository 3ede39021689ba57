//! A recorded state as an answer shows it.

use crate::answer::State;
use crate::model::state::{Last, cause};
use crate::requests::render::difference::Side;
use crate::requests::render::view::{self, View};
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;
use scope_core::{Kind, ProcessKey};

/// The term of a state with its id, to be compared.
pub(crate) fn side<'a>(last: &Last<'a>) -> Option<Side<'a>> {
    Some(Side { id: view::id_text(last.id()), located: last.term_ref()? })
}

/// A state with what led to it; `None` for an event without a term.
pub(crate) fn state<'a>(last: &Last<'a>, trace: &'a Trace, view: &mut View<'a>, process: ProcessKey) -> Option<State> {
    let (at_termination, cause) = match last {
        Last::Held(row) => (row.kind() == Kind::Terminate, cause(trace, process, row.key())),
        Last::Remembered(..) => (false, None),
    };
    let id = last.id();
    Some(State {
        id: view::id_text(id),
        time: last.key().tick,
        process: view.process(process, last.key()),
        module: last.module().map(atom_text),
        state: view.state_term(last)?,
        at_termination,
        cause: cause.map(|row| view.event(&row)),
    })
}
