//! `analyze_state_change`: how a process came from one state into another.
//!
//! Invariant: a row's first state is the latest wanted one before its second, and no wanted second state lies between them.

use crate::answer::{Answer, Difference, Event, State, Step};
use crate::argument::cursor::{self, Cursor};
use crate::argument::moment::Wanted;
use crate::argument::process_ref;
use crate::argument::state_ref;
use crate::argument::term_pattern::Pattern;
use crate::error::{Error, Result};
use crate::model::cause::Causes;
use crate::model::state::{self, Last};
use crate::model::window::Window;
use crate::requests::causes::chain::Bounds;
use crate::requests::causes::why;
use crate::requests::coverage::{coverage_of_states, not_traced};
use crate::requests::page::Page;
use crate::requests::render;
use crate::requests::render::difference::difference;
use crate::requests::render::view::View;
use crate::requests::states::supported;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::diff::Verdict;
use scope_core::term::read;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "analyze_state_change";

/// Changes shown in one row.
const MAX_SHOWN: usize = 50;
const DEFAULT_CAUSES: u32 = 10;
/// Each row comes with its chain.
const MAX_CAUSES: u32 = 100;

/// The arguments of `analyze_state_change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct AnalyzeStateChangeRequest {
    /// A pid or a registered name.
    pub process: String,
    /// The state it was in.
    pub was: Wanted,
    /// The state it came to be in.
    pub became: Wanted,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows of the chain behind each change (default 10, at most 100).
    pub causes: Option<u32>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// A way from one state into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Transition {
    /// The state it was in: the last one wanted before.
    pub was: State,
    /// The state it came to be in.
    pub became: State,
    /// Whether both are surely what was asked; a place that was not recorded may hide a difference.
    pub certain: bool,
    /// States in between.
    pub n_between: u64,
    /// How they differ; at most 50 changes are shown (`compare_states` shows all).
    pub difference: Difference,
    /// The message handled (or the spawn) that led to the second state, or `null` when not recorded.
    pub trigger: Option<Event>,
    /// The chain behind the second state, as `why` gives it; empty when its event has been evicted, or none was asked for.
    pub causes: Vec<Step>,
}

/// What a side of the request wants.
enum Want {
    State(EventId),
    Like(Pattern),
}

impl Want {
    fn read(trace: &Trace, process: ProcessKey, wanted: &Wanted) -> Result<Self> {
        match wanted {
            Wanted::At(at) => Ok(Self::State(state_ref::state(trace, process, at)?.id())),
            Wanted::Like(like) => Pattern::parse(&like.like).map(Self::Like),
        }
    }

    fn is(&self, state: &Last<'_>) -> Result<Verdict> {
        let like = match self {
            Self::State(id) if *id == state.id() => return Ok(Verdict::Equal),
            Self::State(_) => return Ok(Verdict::Different),
            Self::Like(like) => like,
        };
        let Some(located) = state.term_ref() else { return Ok(Verdict::Different) };
        Ok(like.matches(&read::read(located.term.bytes, &located.names)?))
    }
}

/// A way found.
struct Found<'a> {
    was: Last<'a>,
    became: Last<'a>,
    certain: bool,
    n_between: u64,
}

pub(in crate::requests) fn answer(
    trace: &Trace,
    request: &AnalyzeStateChangeRequest,
) -> Result<Answer<Vec<Transition>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let n_causes = cursor::within("causes", request.causes, DEFAULT_CAUSES, 0..=MAX_CAUSES)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    supported::check(trace, process)?;
    let was = Want::read(trace, process, &request.was)?;
    let became = Want::read(trace, process, &request.became)?;

    let (first, states) = state::history(trace, process, window);
    let (mut found, mut held, mut n_events, mut n_between) = (Vec::new(), None, 0, 0);
    for state in first.into_iter().chain(states) {
        n_events += 1;
        let (starts, ends) = (was.is(&state)?, became.is(&state)?);
        if ends != Verdict::Different
            && let Some((was, verdict)) = held.take()
        {
            let certain = verdict == Verdict::Equal && ends == Verdict::Equal;
            let is_new = after.is_none_or(|cursor| (cursor.key, cursor.id) < (state.key(), state.id()));
            if is_new {
                found.push(Found { was, became: state, certain, n_between });
            }
            if found.len() > limit {
                break;
            }
        }
        n_between += 1;
        if starts != Verdict::Different {
            held = Some((state, starts));
            n_between = 0;
        }
    }
    if let (Want::State(_), Want::State(_), true, None) = (&was, &became, found.is_empty(), after) {
        return Err(Error::BadArgument("was: that state does not come before the one in became, in the window".into()));
    }
    let page = Page::take(trace, found, limit, |found| (found.became.key(), found.became.id()));

    let causes = state::causes(trace, process, window.first_key(), window.to);
    let mut coverage = coverage_of_states(trace, window, causes, n_events);
    coverage.not_traced = not_traced(trace, process, Class::State, window.clipped(trace));
    coverage.truncated = page.truncated();
    let next = page.next(KIND);
    let (mut view, mut chains) = (View::new(trace), Causes::new(trace));
    let mut transitions = Vec::with_capacity(page.rows.len());
    for found in &page.rows {
        let (Some(left), Some(right)) = (render::state::side(&found.was), render::state::side(&found.became)) else {
            continue;
        };
        let shown = (
            render::state::state(&found.was, trace, &mut view, process),
            render::state::state(&found.became, trace, &mut view, process),
        );
        let (Some(was), Some(became)) = shown else { continue };
        let causes = match found.became {
            Last::Held(row) if n_causes > 0 => {
                why::behind(&mut chains, row, Bounds::of_rows(n_causes)).shown(&mut chains, &mut view)
            }
            _ => Vec::new(),
        };
        transitions.push(Transition {
            causes,
            trigger: became.cause.clone(),
            was,
            became,
            certain: found.certain,
            n_between: found.n_between,
            difference: difference(&left, &right, "", 0, MAX_SHOWN)?,
        });
    }
    Ok(Answer { data: transitions, coverage, next })
}
