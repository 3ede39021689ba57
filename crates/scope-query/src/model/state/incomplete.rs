//! Where a term is incomplete, for the message of an error.

use crate::error::Result;
use crate::model::term_ref::TermRef;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::term::{Term, read};

/// How many places a message names.
const MAX_SHOWN: usize = 5;

/// The incomplete places of a term as text, each with its path as a `term` request takes it: `cut at [0, 2], redacted at [1]`.
pub(crate) fn places(located: &TermRef<'_>) -> Result<String> {
    let term = read::read(located.term.bytes, &located.names)?;
    let mut found = Vec::new();
    visit(&term, &mut Vec::new(), &mut found);
    let n_more = found.len().saturating_sub(MAX_SHOWN);
    found.truncate(MAX_SHOWN);
    let shown = found.join(", ");
    Ok(if n_more == 0 { shown } else { format!("{shown} and {n_more} more") })
}

/// A path as a `term` request takes it.
pub(crate) fn written(path: &[u32]) -> String {
    let steps: Vec<String> = path.iter().map(u32::to_string).collect();
    format!("[{}]", steps.join(", "))
}

fn visit(term: &Term, path: &mut Vec<u32>, found: &mut Vec<String>) {
    let mut note = |what: &str| found.push(format!("{what} at {}", written(path)));
    match term {
        Term::Cut | Term::BinaryCut(..) | Term::TupleCut(..) | Term::MapCut(..) => note("cut"),
        Term::Redacted => note("redacted"),
        Term::Opaque(..) => note("opaque"),
        _ => {}
    }
    match term {
        Term::Tuple(elements) | Term::TupleCut(elements, _) => visit_all(elements.iter(), path, found),
        Term::List(elements, tail) => visit_all(elements.iter().chain(tail.as_deref()), path, found),
        Term::Map(pairs) | Term::MapCut(pairs, _) => {
            for (step, (key, value)) in (0..).zip(pairs) {
                path.push(step);
                visit(key, path, found);
                visit(value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn visit_all<'t>(terms: impl Iterator<Item = &'t Term>, path: &mut Vec<u32>, found: &mut Vec<String>) {
    for (step, term) in (0..).zip(terms) {
        path.push(step);
        visit(term, path, found);
        path.pop();
    }
}
