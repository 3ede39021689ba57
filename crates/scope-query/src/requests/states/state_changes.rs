//! `state_changes`: when a part of a state changed, from what to what, and why.

use crate::answer::{Answer, Difference, Event, Process, Term};
use crate::argument::cursor::{self, Cursor};
use crate::argument::process_ref;
use crate::argument::term_path::{Place, There};
use crate::error::Result;
use crate::model::state::{self, Last};
use crate::model::term_ref::part_id;
use crate::model::window::Window;
use crate::requests::coverage::{coverage_of_states, not_traced};
use crate::requests::page::Page;
use crate::requests::render;
use crate::requests::render::difference::{Side, difference};
use crate::requests::render::view::{self, View};
use crate::requests::states::supported;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::diff::Verdict;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, OrderKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "state_changes";

/// Changes shown in one row.
const MAX_SHOWN: usize = 10;

/// The arguments of `state_changes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct StateChangesRequest {
    /// A pid or a registered name.
    pub process: String,
    /// The part of the state to watch, as changes name it: `.items[0].quantity`, `[:total]`, `items`; the whole state when not given.
    pub path: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// A change of a part of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct StateChange {
    /// The id of the event that showed the new state.
    pub id: String,
    /// When.
    pub time: u64,
    /// Whose.
    pub process: Process,
    /// The part before, or `null` when it was not there.
    pub before: Option<Term>,
    /// The part after, or `null` when it was not there.
    pub after: Option<Term>,
    /// How they differ; at most 10 changes are shown (`compare_states` shows all). Where the verdict is `unknown`, it may not have changed.
    pub difference: Difference,
    /// What led to it, or `null` when not recorded.
    pub cause: Option<Event>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &StateChangesRequest) -> Result<Answer<Vec<StateChange>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    supported::check(trace, process)?;
    let place = Place::parse(request.path.as_deref().unwrap_or_default())?;

    // A page goes on from the row it ended with, whose state is the one before the next.
    let walked = Window { from: after.map_or(window.from, |cursor| window.from.max(cursor.key.tick)), ..window };
    let (mut before, states) = state::history(trace, process, walked);
    let mut n_events = u64::from(before.is_some());
    let (mut rows, mut damage) = (Vec::new(), None);
    for now in states {
        n_events += 1;
        let is_new = after.is_none_or(|cursor| (cursor.key, cursor.id) < (now.key(), now.id()));
        if let Some(was) = before.filter(|_| is_new) {
            match change(&place, &was, &now) {
                Ok(Some(change)) => rows.push((change, now.key(), now.id())),
                Ok(None) => {}
                Err(error) => damage = Some(error),
            }
        }
        if rows.len() > limit || damage.is_some() {
            break;
        }
        before = Some(now);
    }
    if let Some(error) = damage {
        return Err(error);
    }
    let page = Page::take(trace, rows, limit, |(_, key, id): &(Changed<'_>, OrderKey, EventId)| (*key, *id));

    let causes = state::causes(trace, process, window.first_key(), window.to);
    let mut coverage = coverage_of_states(trace, window, causes, n_events);
    coverage.not_traced = not_traced(trace, process, Class::State, window.clipped(trace));
    coverage.truncated = page.truncated();
    let next = page.next(KIND);
    let mut view = View::new(trace);
    let shown = page.rows.into_iter().filter_map(|(changed, _, _)| {
        let state = render::state::state(&changed.now, trace, &mut view, process)?;
        Some(StateChange {
            id: state.id,
            time: state.time,
            process: state.process,
            before: changed.before,
            after: changed.after,
            difference: changed.difference,
            cause: state.cause,
        })
    });
    Ok(Answer { data: shown.collect(), coverage, next })
}

/// A change found.
struct Changed<'a> {
    now: Last<'a>,
    before: Option<Term>,
    after: Option<Term>,
    difference: Difference,
}

/// What changed at the place from one state to the next; `None` when it is surely the same.
fn change<'a>(place: &Place, was: &Last<'a>, now: &Last<'a>) -> Result<Option<Changed<'a>>> {
    let (Some(left), Some(right)) = (render::state::side(was), render::state::side(now)) else { return Ok(None) };
    let (before, after) = (place.find(&left.located)?, place.find(&right.located)?);
    let verdict = |verdict: Verdict| Difference {
        verdict: verdict.name().into(),
        changes: Vec::new(),
        n_changes: 0,
        coarse: false,
    };
    let found = match (&before, &after) {
        (There::Part(was, a), There::Part(now, b)) => {
            let was = Side { id: part_id(&left.id, a), located: *was };
            let now = Side { id: part_id(&right.id, b), located: *now };
            difference(&was, &now, &place.text(), 0, MAX_SHOWN)?
        }
        (There::Absent, There::Absent) => return Ok(None),
        (There::Unknown, _) | (_, There::Unknown) => verdict(Verdict::Unknown),
        _ => verdict(Verdict::Different),
    };
    if found.verdict == Verdict::Equal.name() {
        return Ok(None);
    }
    let shown = |side: &Side<'_>, there: &There<'_>| match there {
        There::Part(part, steps) => Some(view::part_term(part_id(&side.id, steps), part)),
        _ => None,
    };
    let (before, after) = (shown(&left, &before), shown(&right, &after));
    Ok(Some(Changed { now: *now, before, after, difference: found }))
}
