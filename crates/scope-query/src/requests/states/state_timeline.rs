//! `state_timeline`: every recorded state of a process, oldest first, with what led to it.

use crate::answer::{Answer, State};
use crate::argument::cursor::{self, Cursor};
use crate::argument::process_ref;
use crate::argument::process_window::ProcessWindow;
use crate::error::Result;
use crate::model::row::Row;
use crate::model::state::{self, Last};
use crate::model::window::Window;
use crate::requests::coverage::{coverage_of_states, not_traced};
use crate::requests::page::Page;
use crate::requests::render;
use crate::requests::render::view::View;
use crate::requests::states::supported;
use alloc::vec::Vec;
use scope_core::Class;
use scope_core::trace::{Direction, Trace};

const KIND: &str = "state_timeline";

pub(in crate::requests) fn answer(trace: &Trace, request: &ProcessWindow) -> Result<Answer<Vec<State>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    supported::check(trace, process)?;

    let from = after.map_or(window.first_key(), |cursor| window.first_key().max(cursor.key));
    let mut passes = cursor::resume(after);
    let mut n_events = 0;
    let rows = trace
        .process_rows(process, &[Class::State], from, window.last_key(), Direction::Forward)
        .map(|at| Row::read(trace, at))
        .filter(|row| passes(row.key(), row.id()))
        .inspect(|_| n_events += 1);
    let page = Page::take(trace, rows, limit, |row| (row.key(), row.id()));

    let causes = state::causes(trace, process, window.first_key(), window.to);
    let mut coverage = coverage_of_states(trace, window, causes, n_events);
    coverage.not_traced = not_traced(trace, process, Class::State, window.clipped(trace));
    coverage.truncated = page.truncated();
    let mut view = View::new(trace);
    let states =
        page.rows.iter().filter_map(|row| render::state::state(&Last::Held(*row), trace, &mut view, process)).collect();
    Ok(Answer { data: states, coverage, next: page.next(KIND) })
}
