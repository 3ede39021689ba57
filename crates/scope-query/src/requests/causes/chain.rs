//! A chain of events in the making: what it holds and how it is shown. `why` and `impact` walk it in the two directions.

use crate::answer::{self, Coverage, NotTraced, Step};
use crate::argument::cursor;
use crate::error::Result;
use crate::model::cause::Causes;
use crate::model::cause::edge::{Edge, Stop};
use crate::model::row::Row;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced};
use crate::requests::render::view::View;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, Kind};
use serde::{Deserialize, Serialize};

const DEFAULT_DEPTH: u32 = 20;
const MAX_DEPTH: u32 = 200;
const DEFAULT_ROWS: u32 = 100;
/// Each row is read from both ends.
const MAX_ROWS: u32 = 1_000;

/// The arguments of `why` and of `impact`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct ChainRequest {
    /// The id of the event.
    pub id: String,
    /// Most steps away from the event (default 20, at most 200).
    pub depth: Option<u32>,
    /// Most rows (default 100, at most 1000).
    pub limit: Option<u32>,
}

/// How far a chain goes.
#[derive(Clone, Copy, Debug)]
pub(in crate::requests) struct Bounds {
    pub(in crate::requests) depth: u32,
    pub(in crate::requests) rows: usize,
}

impl Bounds {
    pub(in crate::requests) fn of(request: &ChainRequest) -> Result<Self> {
        let depth = cursor::within("depth", request.depth, DEFAULT_DEPTH, 0..=MAX_DEPTH)?;
        let rows = cursor::within("limit", request.limit, DEFAULT_ROWS, 1..=MAX_ROWS)?;
        Ok(Self { depth: u32::try_from(depth).unwrap_or(MAX_DEPTH), rows })
    }

    /// A chain of so many rows.
    pub(in crate::requests) const fn of_rows(rows: usize) -> Self {
        Self { depth: DEFAULT_DEPTH, rows }
    }
}

/// Why a row has no more rows behind it.
#[derive(Clone, Copy, Debug)]
pub(in crate::requests) enum End {
    Known(Stop),
    Depth,
    Limit,
}

/// The rows of a chain, by their distance.
#[derive(Debug)]
pub(in crate::requests) struct Links<'a> {
    bounds: Bounds,
    rows: Vec<(Row<'a>, u32, Option<End>)>,
    places: HashMap<EventId, usize>,
    /// More rows belong to it.
    pub(in crate::requests) cut: bool,
    /// Where it was cut because no more may be read: the rows before, of which all was read.
    pub(in crate::requests) n_known: usize,
}

impl<'a> Links<'a> {
    pub(in crate::requests) fn new(first: Row<'a>, bounds: Bounds) -> Self {
        let places = [(first.id(), 0)].into_iter().collect();
        Self { bounds, rows: [(first, 0, None)].into(), places, cut: false, n_known: 0 }
    }

    /// The row at a place, and its depth.
    pub(in crate::requests) fn get(&self, at: usize) -> Option<(Row<'a>, u32)> {
        self.rows.get(at).map(|(row, depth, _)| (*row, *depth))
    }

    /// Whether rows of this depth are the last.
    pub(in crate::requests) const fn is_deepest(&self, depth: u32) -> bool {
        depth >= self.bounds.depth
    }

    /// Adds a row behind another, if there is room; `false` if there is none.
    pub(in crate::requests) fn add(&mut self, row: Row<'a>, depth: u32) -> bool {
        if self.places.contains_key(&row.id()) {
            return true;
        }
        if self.rows.len() >= self.bounds.rows {
            self.cut = true;
            return false;
        }
        self.places.insert(row.id(), self.rows.len());
        self.rows.push((row, depth, None));
        true
    }

    /// From this row on it is not known what more belongs to it: to read that would cost more than one answer may.
    pub(in crate::requests) fn cut_from(&mut self, at: usize) {
        self.cut = true;
        self.n_known = at;
        self.rows.iter_mut().skip(at).for_each(|(_, _, end)| *end = Some(End::Limit));
    }

    pub(in crate::requests) fn end(&mut self, at: usize, end: End) {
        if let Some((_, _, slot)) = self.rows.get_mut(at) {
            *slot = Some(end);
        }
    }

    /// The rows as the API shows them, with those of their causes that are among them.
    pub(in crate::requests) fn shown(&self, causes: &mut Causes<'a>, view: &mut View<'_>) -> Vec<Step> {
        let step = |(row, depth, end): &(Row<'a>, u32, Option<End>)| {
            let found = causes.of(row);
            let among = found.edges.iter().filter(|edge| self.places.contains_key(&edge.cause.id()));
            let edge = |edge: &Edge<'_>| answer::Edge {
                id: edge.cause.id().to_string(),
                kind: edge.kind.name().into(),
                certainty: edge.certainty.name().into(),
                n: edge.n,
            };
            Step { depth: *depth, event: view.event(row), causes: among.map(edge).collect(), stop: end.map(End::shown) }
        };
        self.rows.iter().map(step).collect()
    }

    /// What the chain rests on.
    pub(in crate::requests) fn coverage(&self, trace: &Trace, n_events: u64) -> Coverage {
        let ticks = || self.rows.iter().map(|(row, ..)| row.tick());
        let window = Window { from: ticks().min().unwrap_or_default(), to: ticks().max().unwrap_or_default() };
        let mut coverage = coverage(trace, window, Class::ALL, n_events);
        coverage.not_traced = self.missing(trace);
        coverage.truncated = self.cut;
        coverage
    }

    /// Where no process looked, and so the chain stops.
    fn missing(&self, trace: &Trace) -> Vec<NotTraced> {
        let mut missing = Vec::new();
        for (row, _, end) in &self.rows {
            let Some(End::Known(Stop::NotTraced(class))) = end else { continue };
            let process = if row.kind() == Kind::Spawn { row.peer_process() } else { row.process() };
            let moment = Window { from: row.tick(), to: row.tick() };
            missing.extend(process.into_iter().flat_map(|process| not_traced(trace, process, *class, moment)));
        }
        missing
    }
}

impl End {
    fn shown(self) -> answer::Stop {
        let (reason, what) = match self {
            Self::Known(stop) => {
                let (reason, what) = stop.names();
                (reason, Some(what.into()))
            }
            Self::Depth => ("depth", None),
            Self::Limit => ("limit", None),
        };
        answer::Stop { reason: reason.into(), what }
    }
}
