//! `events`: events in order, filtered.

use super::page::Page;
use crate::api::Answer;
use crate::api::answer::Data;
use crate::api::request::Events;
use crate::coverage::coverage;
use crate::cursor::{self, Cursor};
use crate::error::{Error, Result};
use crate::row::Row;
use crate::spelling;
use crate::view::View;
use crate::watch::not_traced;
use crate::who;
use crate::window::Window;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::event::N_CLASSES;
use scope_core::trace::{Direction, RowIter, Trace};
use scope_core::{AtomId, Class, Kind, OrderKey, ProcessKey};

const KIND: &str = "events";

pub(super) fn answer(trace: &Trace, request: &Events) -> Result<Answer> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let mut filter = Filter::new(request)?;
    let process = request.process.as_deref().map(|text| who::resolve(trace, "process", text, window)).transpose()?;

    let mut n_events = 0;
    let mut passes = cursor::resume(after);
    let rows = rows(trace, process, &filter.classes, window, request.backward, after)
        .map(|at| Row::read(trace, at))
        .filter(|row| passes(row.key(), row.id()))
        .inspect(|_| n_events += 1)
        .filter(|row| filter.passes(row));
    let page = Page::take(rows, limit, |row| (row.key(), row.id()));

    let mut coverage = coverage(trace, window, &filter.classes, n_events);
    if let (Some(process), true) = (process, filter.named_classes) {
        let classes = filter.classes.iter();
        coverage.not_traced =
            classes.flat_map(|class| not_traced(trace, process, *class, window.clipped(trace))).collect();
    }
    coverage.truncated = page.truncated();
    let mut view = View::new(trace);
    let next = page.next(KIND);
    Ok(Answer { data: Data::Events(page.rows.iter().map(|row| view.event(row)).collect()), coverage, next })
}

/// The rows to look at, from the cursor's key on.
pub(super) fn rows<'a>(
    trace: &'a Trace,
    process: Option<ProcessKey>,
    classes: &[Class],
    window: Window,
    backward: bool,
    after: Option<Cursor>,
) -> RowIter<'a> {
    let (mut from, mut to): (OrderKey, OrderKey) = (window.first_key(), window.last_key());
    let direction = if backward {
        to = after.map_or(to, |cursor| to.min(cursor.key));
        Direction::Backward
    } else {
        from = after.map_or(from, |cursor| from.max(cursor.key));
        Direction::Forward
    };
    match process {
        Some(process) => trace.process_rows(process, classes, from, to, direction),
        None => trace.rows(classes, from, to, direction),
    }
}

/// What of a request is decided row by row.
pub(super) struct Filter {
    pub(super) classes: Vec<Class>,
    /// The request names the classes or kinds it wants.
    pub(super) named_classes: bool,
    kinds: Option<Vec<Kind>>,
    module: Option<String>,
    function: Option<String>,
    /// Per class, the ids of `module` and `function` in the chunk looked at last.
    ids: [Option<Ids>; N_CLASSES],
}

#[derive(Clone, Copy)]
struct Ids {
    chunk_idx: u32,
    module: Option<AtomId>,
    function: Option<AtomId>,
}

impl Filter {
    pub(super) fn new(request: &Events) -> Result<Self> {
        let kinds = request.kinds.as_deref().map(kinds).transpose()?;
        let named = request.classes.as_deref().map(classes).transpose()?;
        let wanted = |class: &&Class| {
            named.as_ref().is_none_or(|named| named.contains(class))
                && kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind.class() == **class))
        };
        let atom = |field: &str, text: &Option<String>| {
            let read = |text: &String| {
                spelling::atom(text).ok_or_else(|| Error::BadArgument(format!("{field}: {text:?} is not a name")))
            };
            text.as_ref().map(read).transpose()
        };
        Ok(Self {
            classes: Class::ALL.iter().filter(wanted).copied().collect(),
            named_classes: request.classes.is_some() || request.kinds.is_some(),
            module: atom("module", &request.module)?,
            function: request.function.clone(),
            kinds,
            ids: [None; N_CLASSES],
        })
    }

    pub(super) fn passes(&mut self, row: &Row<'_>) -> bool {
        if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&row.kind())) {
            return false;
        }
        if self.module.is_none() && self.function.is_none() {
            return true;
        }
        let ids = self.ids(row);
        let mfa = row.event.mfa().and_then(|mfa| row.chunk.mfa(mfa));
        let module = mfa.map(|mfa| mfa.module).or_else(|| row.event.atom());
        let is = |asked: &Option<String>, id: Option<AtomId>, found: Option<AtomId>| {
            asked.is_none() || id.is_some() && id == found
        };
        is(&self.module, ids.module, module) && is(&self.function, ids.function, mfa.map(|mfa| mfa.function))
    }

    fn ids(&mut self, row: &Row<'_>) -> Ids {
        let slot = &mut self.ids[row.chunk.class() as usize];
        match slot {
            Some(ids) if ids.chunk_idx == row.chunk_idx => *ids,
            _ => {
                let find = |text: &Option<String>| text.as_deref().and_then(|text| row.chunk.find_atom(text));
                *slot.insert(Ids {
                    chunk_idx: row.chunk_idx,
                    module: find(&self.module),
                    function: find(&self.function),
                })
            }
        }
    }
}

fn classes(names: &[String]) -> Result<Vec<Class>> {
    names
        .iter()
        .map(|name| Class::from_name(name).ok_or_else(|| unknown("classes", name, Class::ALL, Class::name)))
        .collect()
}

fn kinds(names: &[String]) -> Result<Vec<Kind>> {
    names
        .iter()
        .map(|name| Kind::from_name(name).ok_or_else(|| unknown("kinds", name, Kind::ALL, Kind::name)))
        .collect()
}

fn unknown<T: Copy>(field: &str, name: &str, all: &[T], shown: impl Fn(T) -> &'static str) -> Error {
    let all: Vec<&str> = all.iter().map(|value| shown(*value)).collect();
    Error::BadArgument(format!("{field}: {name:?} is none of {}", all.join(", ")))
}
