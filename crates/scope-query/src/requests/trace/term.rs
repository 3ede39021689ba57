//! `term`: one term, or a part of it, in full.

use crate::api::Answer;
use crate::api::answer::{Data, TermChild, TermPart};
use crate::api::request::Term;
use crate::argument::cursor;
use crate::error::{Error, Result};
use crate::model::state::incomplete::written;
use crate::model::term_ref::{event_of, locate};
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use alloc::format;
use alloc::vec::Vec;
use scope_core::term::inspect::{Limits, inspect};
use scope_core::term::part::part;
use scope_core::trace::Trace;

const KIND: &str = "term";

/// Children shown when the request names no limit; Elixir's default for `inspect`.
const DEFAULT_CHILDREN: u32 = 50;

pub(in crate::requests) fn answer(trace: &Trace, request: &Term) -> Result<Answer> {
    let limit = cursor::limit(Some(request.limit.unwrap_or(DEFAULT_CHILDREN)))?;
    let first = cursor::count(KIND, request.after.as_deref())?;
    let located = locate(trace, &request.id)?;
    let found = part(located.term.bytes, &request.path)?.ok_or_else(|| {
        Error::NotFound(format!("path: {} leads nowhere in the term {}", written(&request.path), request.id))
    })?;

    let limits = Limits { elements: limit, ..Limits::default() };
    let text = |bytes: &[u8]| inspect(bytes, &located.names, limits);
    let page = found.children().skip(usize::try_from(first).unwrap_or(usize::MAX)).take(limit);
    let children: Vec<TermChild> = page
        .map(|child| TermChild {
            step: child.step,
            key: child.key.map(|key| text(key.bytes)),
            text: text(child.part.bytes),
            size: child.part.size,
        })
        .collect();
    let end = first.saturating_add(children.len() as u64);
    let next = (end < found.size && !children.is_empty()).then(|| cursor::count_text(KIND, end));

    let class = event_of(&request.id).map(|id| id.class);
    let mut coverage = coverage(trace, Window::all(), class.as_slice(), 1);
    coverage.truncated = next.is_some();
    let data = TermPart {
        id: request.id.clone(),
        path: request.path.clone(),
        kind: found.kind.into(),
        text: text(found.bytes),
        size: found.size,
        children,
    };
    Ok(Answer { data: Data::Term(data), coverage, next })
}
