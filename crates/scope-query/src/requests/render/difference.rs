//! The difference of two located terms, as the API shows it.

use crate::answer::{Change, Difference};
use crate::error::Result;
use crate::model::term_ref::{TermRef, part_id};
use crate::requests::render::view;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::diff::{self, Limits, Step, path_text};
use scope_core::term::read;

/// A term with its id at the API.
#[derive(Clone, Debug)]
pub(crate) struct Side<'a> {
    pub(crate) id: String,
    pub(crate) located: TermRef<'a>,
}

/// Compares two terms: at most `limit` changes, from the one numbered `skip` on. `base` is the path of both.
pub(crate) fn difference(
    was: &Side<'_>,
    became: &Side<'_>,
    base: &str,
    skip: usize,
    limit: usize,
) -> Result<Difference> {
    let read = |side: &Side<'_>| read::read(side.located.term.bytes, &side.located.names);
    let (before, after) = (read(was)?, read(became)?);
    let found = diff::diff(&before, &after, Limits { skip, changes: limit, ..Limits::default() });
    let mut changes = Vec::with_capacity(found.changes.len());
    for change in &found.changes {
        let before = if change.before.is_some() { shown(was, &change.path, |step| step.before)? } else { None };
        let after = if change.after.is_some() { shown(became, &change.path, |step| step.after)? } else { None };
        let path = path_text(&change.path);
        changes.push(Change { kind: change.kind.name().into(), path: [base, &path].concat(), before, after });
    }
    Ok(Difference {
        verdict: found.verdict.name().into(),
        changes,
        n_changes: found.n_changes as u64,
        coarse: found.coarse,
    })
}

fn shown(
    side: &Side<'_>,
    path: &[Step<'_>],
    number: impl Fn(&Step<'_>) -> Option<u32>,
) -> Result<Option<crate::answer::Term>> {
    let Some(steps) = path.iter().map(number).collect::<Option<Vec<u32>>>() else { return Ok(None) };
    let part = side.located.part(&steps)?;
    Ok(part.map(|part| view::part_term(part_id(&side.id, &steps), &part)))
}
