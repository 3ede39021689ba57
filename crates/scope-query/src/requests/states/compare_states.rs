//! `compare_states`: the difference of two states, or of any two terms.

use crate::answer::{Answer, Difference, Term};
use crate::argument::cursor;
use crate::argument::moment::Moment;
use crate::argument::process_ref;
use crate::argument::state_ref;
use crate::error::{Error, Result};
use crate::model::term_ref::{event_of, locate};
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use crate::requests::render;
use crate::requests::render::difference::{Side, difference};
use crate::requests::render::view;
use crate::requests::states::supported;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::Class;
use scope_core::trace::Trace;
use serde::{Deserialize, Serialize};

const KIND: &str = "compare_states";

/// The arguments of `compare_states`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct CompareStatesRequest {
    /// Whose states, where times are given.
    pub process: Option<String>,
    /// The first state.
    pub was: Moment,
    /// The second state.
    pub became: Moment,
    /// Most changes.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// Two terms compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Comparison {
    /// The first term.
    pub was: Term,
    /// The second term.
    pub became: Term,
    /// How they differ.
    pub difference: Difference,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &CompareStatesRequest) -> Result<Answer<Comparison>> {
    let limit = cursor::limit(request.limit)?;
    let skip = cursor::count(KIND, request.after.as_deref())?;
    let was = side(trace, request, &request.was)?;
    let became = side(trace, request, &request.became)?;
    let difference = difference(&was, &became, "", usize::try_from(skip).unwrap_or(usize::MAX), limit)?;

    let end = skip.saturating_add(difference.changes.len() as u64);
    let next = (end < difference.n_changes && !difference.changes.is_empty()).then(|| cursor::count_text(KIND, end));
    let classes: Vec<Class> = [&was, &became].into_iter().filter_map(|side| Some(event_of(&side.id)?.class)).collect();
    let mut coverage = coverage(trace, asked(request), &classes, 2);
    coverage.truncated = next.is_some();
    let shown = |side: &Side<'_>| view::part_term(side.id.clone(), &side.located);
    let comparison = Comparison { was: shown(&was), became: shown(&became), difference };
    Ok(Answer { data: comparison, coverage, next })
}

/// What the request's times enclose; terms named by id are what they are.
fn asked(request: &CompareStatesRequest) -> Window {
    match (&request.was, &request.became) {
        (Moment::Time(a), Moment::Time(b)) => Window { from: *a.min(b), to: *a.max(b) },
        _ => Window::all(),
    }
}

fn side<'a>(trace: &'a Trace, request: &CompareStatesRequest, asked: &Moment) -> Result<Side<'a>> {
    let time = match asked {
        Moment::Id(id) => return Ok(Side { id: id.clone(), located: locate(trace, id)? }),
        Moment::Time(time) => Window::moment(*time)?,
    };
    let Some(process) = request.process.as_deref() else {
        return Err(Error::BadArgument("process: a time means the state of a process: name it".into()));
    };
    let process = process_ref::resolve(trace, "process", process, time)?;
    supported::check(trace, process)?;
    let state = state_ref::state(trace, process, asked)?;
    render::state::side(&state).ok_or_else(|| Error::NotFound("that state event has no state".into()))
}
