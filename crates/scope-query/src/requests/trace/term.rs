//! `term`: one term, or a part of it, in full.

use crate::answer::{Answer, TermKind};
use crate::argument::cursor;
use crate::argument::null::null_is_default;
use crate::error::{Error, Result};
use crate::model::state::incomplete::written;
use crate::model::term_ref::{event_of, locate};
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::inspect::{Limits, inspect};
use scope_core::term::part::part;
use scope_core::trace::Trace;
use serde::{Deserialize, Serialize};

const KIND: &str = "term";

/// Children shown when the request names no limit; Elixir's default for `inspect`.
const DEFAULT_CHILDREN: u32 = 50;

/// The arguments of `term`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct TermRequest {
    /// The id of a term, from an answer.
    pub id: String,
    /// Steps into the term: element positions from 0 (for a map: the n-th pair's value).
    #[serde(default, deserialize_with = "null_is_default")]
    #[cfg_attr(feature = "schema", ts(as = "Option<Vec<u32>>", optional = nullable), schemars(with = "Option<Vec<u32>>"))]
    pub path: Vec<u32>,
    /// Elements shown per collection (default 50).
    pub limit: Option<u32>,
    /// Cursor into the children of a long collection.
    pub after: Option<String>,
}

/// A part of a term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct TermPart {
    /// The term's id.
    pub id: String,
    /// The path asked.
    pub path: Vec<u32>,
    /// `integer`, `float`, `atom`, `binary`, `tuple`, `list`, `map`, `record`, `pid`, `port`, `reference`, `function`, `opaque`, `redacted`, `cut`.
    pub kind: TermKind,
    /// As `inspect` shows it.
    pub text: String,
    /// Number of children (0 for a scalar).
    pub size: u64,
    /// The page of children.
    pub children: Vec<TermChild>,
}

/// A child of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct TermChild {
    /// Its step in a path.
    pub step: u32,
    /// A map's key as text, else `null`.
    pub key: Option<String>,
    /// The child as text.
    pub text: String,
    /// Number of its own children.
    pub size: u64,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &TermRequest) -> Result<Answer<TermPart>> {
    let limit = cursor::limit(Some(request.limit.unwrap_or(DEFAULT_CHILDREN)))?;
    let first = cursor::count(KIND, request.after.as_deref())?;
    let located = locate(trace, &request.id)?;
    let found = part(located.term.bytes, &request.path)?.ok_or_else(|| {
        Error::NotFound(format!("path: {} leads nowhere in the term {}", written(&request.path), request.id))
    })?;

    let limits = Limits { elements: Some(limit), ..Limits::default() };
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
    Ok(Answer { data, coverage, next })
}
