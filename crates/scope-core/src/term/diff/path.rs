//! Where in two terms a change is: for programs as the steps of a `term` request, for people as text.
//!
//! The text: `.name` for an atom key of a map or keyword list, `[key]` for other keys as `inspect` shows them, `[n]` for the n-th element
//! (from 0) of a list or tuple, `[tail]` for the tail of an improper list.

use crate::term::Term;
use crate::term::inspect::inspect_tree;
use alloc::format;
use alloc::string::String;

/// What a step leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place<'t> {
    /// The value of a map's key, or the pair of a keyword list with that key.
    Key(&'t Term),
    /// An element of a list or tuple.
    Element,
    /// The value in a pair of a keyword list; the step before names its key.
    Value,
    /// The tail of an improper list.
    Tail,
}

/// One step inwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<'t> {
    /// What it leads to.
    pub place: Place<'t>,
    /// Its number in the first term, as in [`Child::step`](crate::term::part::Child::step); `None` when it is not there.
    pub before: Option<u32>,
    /// Its number in the second term.
    pub after: Option<u32>,
}

impl<'t> Step<'t> {
    pub(super) const fn element(before: Option<u32>, after: Option<u32>) -> Self {
        Self { place: Place::Element, before, after }
    }

    pub(super) const fn key(key: &'t Term, before: Option<u32>, after: Option<u32>) -> Self {
        Self { place: Place::Key(key), before, after }
    }
}

/// A path as text.
#[must_use]
pub fn path_text(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step.place {
            Place::Key(Term::Atom(name)) if is_plain(name) => text += &format!(".{name}"),
            Place::Key(key) => text += &format!("[{}]", inspect_tree(key)),
            Place::Element => text += &format!("[{}]", step.after.or(step.before).unwrap_or_default()),
            Place::Value => {}
            Place::Tail => text += "[tail]",
        }
    }
    text
}

/// Whether an atom can be written after a dot.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
