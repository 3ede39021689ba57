//! `events_around`: stepping from an event or a time to its neighbours.

use crate::answer::{Answer, Event};
use crate::argument::cursor::MAX_LIMIT;
use crate::argument::cursor::{self, Cursor};
use crate::argument::moment::Moment;
use crate::argument::process_ref;
use crate::error::Result;
use crate::filter::{Filter, Hit};
use crate::model::row::Row;
use crate::model::term_ref;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced};
use crate::requests::render::view::View;
use crate::requests::trace::events::{self, EventsRequest};
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, OrderKey};
use serde::{Deserialize, Serialize};

/// Neighbours on each side when the request does not say.
const DEFAULT_NEIGHBOURS: u32 = 10;

/// The arguments of `events_around`. The filters choose among the neighbours; the event itself is always shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct EventsAroundRequest {
    /// An event's id, or a time; events at that very time come after it.
    pub at: Moment,
    /// Most events before it (default 10).
    pub n_before: Option<u32>,
    /// Most events after it (default 10).
    pub n_after: Option<u32>,
    /// As for `events`.
    pub process: Option<String>,
    /// Class names.
    pub classes: Option<Vec<String>>,
    /// Kind names.
    pub kinds: Option<Vec<String>>,
    /// Module.
    pub module: Option<String>,
    /// Function name.
    pub function: Option<String>,
    /// A filter; see [`Events`](super::Events).
    pub filter: Option<String>,
    /// As for `events`.
    pub r#match: Option<String>,
}

/// The neighbours of an event or a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Around {
    /// Events before it, oldest first.
    pub before: Vec<Event>,
    /// The event itself, or `null` when a time was asked.
    pub event: Option<Event>,
    /// Events after it, oldest first.
    pub after: Vec<Event>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &EventsAroundRequest) -> Result<Answer<Around>> {
    let n_before = neighbours("n_before", request.n_before)?;
    let n_after = neighbours("n_after", request.n_after)?;
    let (event, moment) = match &request.at {
        Moment::Time(time) => (None, Window::moment(*time)?),
        Moment::Id(id) => {
            let row = Row::read(trace, term_ref::event(trace, id)?);
            (Some(row), Window { from: row.tick(), to: row.tick() })
        }
    };
    let expression = events::expression(&EventsRequest {
        classes: request.classes.clone(),
        kinds: request.kinds.clone(),
        module: request.module.clone(),
        function: request.function.clone(),
        filter: request.filter.clone(),
        r#match: request.r#match.clone(),
        ..EventsRequest::default()
    })?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, moment)).transpose()?;
    let filter = Filter::new(trace, &expression, process)?;

    let at = event.map(|row| Cursor { key: row.key(), id: row.id() });
    let earlier = Window { from: 0, to: if event.is_some() { moment.to } else { moment.from.saturating_sub(1) } };
    let later = Window { from: moment.from, ..Window::all() };
    let mut n_events = u64::from(event.is_some());
    let mut side = |window: Window, backward: bool, n: usize| -> Vec<Hit<'_>> {
        // Nothing is before time 0.
        if backward && event.is_none() && moment.from == 0 {
            return Vec::new();
        }
        let (from, to, direction) = events::reach(window, backward, at);
        let mut found = filter.steps(trace, from, to, direction);
        // The event's own class may be filtered out, so its neighbours with the same key are recorded by their place in the order.
        let mut n_passed_over = 0;
        let beside = found.by_ref().filter(|Hit { row, .. }| {
            let is_beside = event
                .is_none_or(|event| if backward { place(row) < place(&event) } else { place(row) > place(&event) });
            n_passed_over += u64::from(!is_beside);
            is_beside
        });
        let hits = beside.take(n).collect();
        n_events += found.n_read() - n_passed_over;
        hits
    };
    let mut before = side(earlier, true, n_before);
    let after = side(later, false, n_after);
    before.reverse();

    let shown = Window {
        from: before.first().map_or(moment.from, |hit| hit.row.tick()),
        to: after.last().map_or(moment.to, |hit| hit.row.tick()),
    };
    let mut coverage = coverage(trace, shown, filter.classes(), n_events);
    if let (Some(process), true) = (process, filter.classes().len() < Class::ALL.len()) {
        let classes = filter.classes().iter();
        coverage.not_traced =
            classes.flat_map(|class| not_traced(trace, process, *class, shown.clipped(trace))).collect();
    }
    let mut view = View::new(trace);
    let event = event.map(|row| view.event(&row));
    let mut shown = |hits: &[Hit<'_>]| -> Vec<Event> { hits.iter().map(|hit| view.hit(hit)).collect() };
    let around = Around { before: shown(&before), event, after: shown(&after) };
    Ok(Answer { data: around, coverage, next: None })
}

/// The total order that rows are walked in.
fn place(row: &Row<'_>) -> (OrderKey, EventId) {
    (row.key(), row.id())
}

fn neighbours(field: &str, asked: Option<u32>) -> Result<usize> {
    cursor::within(field, asked, DEFAULT_NEIGHBOURS, 0..=MAX_LIMIT)
}
