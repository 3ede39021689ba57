//! The difference of two terms: what was added, removed, changed and moved, and what is unknown because it was not recorded.
//!
//! Maps and structs are compared by key, keyword lists by key, other lists by an alignment of their elements, tuples by position. The
//! terms may come from different chunks: [`read`](crate::term::read::read) has turned their ids into meanings.
//!
//! Invariant: a place that was cut, redacted or opaque is [`ChangeKind::Unknown`] unless what is there proves a difference; it is never equal.
//! Invariant: applying the changes to the first term gives the second, where both are complete and the answer is not truncated.
//! Invariant: time and memory grow as n log n of the terms, plus [`Limits::cells`]; recursion ends at [`MAX_DEPTH`](crate::term::MAX_DEPTH).

mod align;
mod evidence;
mod forest;
mod list;
mod map;
mod path;

pub use path::{Place, Step, path_text};

use crate::term::Term;
use alloc::vec::Vec;
use forest::Forest;

/// How much a comparison may do and say.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Changes passed over before the first one listed.
    pub skip: usize,
    /// The most changes listed.
    pub changes: usize,
    /// Cells of the tables that align lists with equal elements, 4 bytes each. With fewer, long lists are aligned less tightly.
    pub cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { skip: 0, changes: 1_000, cells: 1 << 20 }
    }
}

/// What the recorded parts of two terms prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are equal.
    Equal,
    /// They differ.
    Different,
    /// All that was recorded of both agrees, and not all was.
    Unknown,
}

impl Verdict {
    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Different => "different",
            Self::Unknown => "unknown",
        }
    }
}

/// What happened at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is only in the second term.
    Added,
    /// It is only in the first term.
    Removed,
    /// It has another value.
    Changed,
    /// An element of a list is in another place among its neighbours.
    Moved,
    /// Not all of it was recorded.
    Unknown,
}

impl ChangeKind {
    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Unknown => "unknown",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'t> {
    /// What happened.
    pub kind: ChangeKind,
    /// Where, from the whole term inwards.
    pub path: Vec<Step<'t>>,
    /// What was there.
    pub before: Option<&'t Term>,
    /// What is there.
    pub after: Option<&'t Term>,
}

/// The difference of two terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff<'t> {
    /// What is proved about the whole.
    pub verdict: Verdict,
    /// The changes listed, in the order of the first term, each collection's additions last.
    pub changes: Vec<Change<'t>>,
    /// How many there are, listed or not.
    pub n_changes: usize,
    /// A list was too long to be aligned as tightly as possible: fewer changes might describe the same difference.
    pub coarse: bool,
}

/// Compares two terms.
///
/// ```
/// use scope_core::term::diff::{Limits, Verdict, diff, path_text};
/// use scope_core::term::Term;
///
/// let cart = |total| Term::Map(vec![(Term::Atom("total".into()), Term::Integer(total))]);
/// let (before, after) = (cart(1), cart(2));
/// let found = diff(&before, &after, Limits::default());
/// assert_eq!((found.verdict, found.n_changes), (Verdict::Different, 1));
/// assert_eq!(path_text(&found.changes[0].path), ".total");
/// assert_eq!(found.changes[0].after, Some(&Term::Integer(2)));
/// ```
#[must_use]
pub fn diff<'t>(a: &'t Term, b: &'t Term, limits: Limits) -> Diff<'t> {
    let mut forest = Forest::default();
    let (a, b) = (forest.plant(a), forest.plant(b));
    let mut differ = Differ {
        forest: &forest,
        limits,
        path: Vec::new(),
        changes: Vec::new(),
        n_changes: 0,
        different: false,
        unknown: false,
        coarse: false,
    };
    differ.compare(a, b);
    Diff {
        verdict: match (differ.different, differ.unknown) {
            (true, _) => Verdict::Different,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Equal,
        },
        changes: differ.changes,
        n_changes: differ.n_changes,
        coarse: differ.coarse,
    }
}

/// A comparison under way.
struct Differ<'f, 't> {
    forest: &'f Forest<'t>,
    limits: Limits,
    path: Vec<Step<'t>>,
    changes: Vec<Change<'t>>,
    n_changes: usize,
    different: bool,
    unknown: bool,
    coarse: bool,
}

impl<'t> Differ<'_, 't> {
    fn note(&mut self, kind: ChangeKind, before: Option<&'t Term>, after: Option<&'t Term>) {
        match kind {
            ChangeKind::Unknown => self.unknown = true,
            _ => self.different = true,
        }
        let listed = self.n_changes >= self.limits.skip && self.changes.len() < self.limits.changes;
        if listed {
            self.changes.push(Change { kind, path: self.path.clone(), before, after });
        }
        self.n_changes += 1;
    }

    /// Notes a change one step further in.
    fn note_at(&mut self, step: Step<'t>, kind: ChangeKind, before: Option<&'t Term>, after: Option<&'t Term>) {
        self.path.push(step);
        self.note(kind, before, after);
        self.path.pop();
    }

    /// Compares two nodes one step further in.
    fn compare_at(&mut self, step: Step<'t>, a: u32, b: u32) {
        self.path.push(step);
        self.compare(a, b);
        self.path.pop();
    }

    fn compare(&mut self, a: u32, b: u32) {
        let (left, right) = (self.forest.node(a), self.forest.node(b));
        if left.id == right.id && left.exact {
            return;
        }
        match (left.term, right.term) {
            (Term::Tuple(_) | Term::TupleCut(..), Term::Tuple(_) | Term::TupleCut(..)) => self.tuples(a, b),
            (Term::Map(_) | Term::MapCut(..), Term::Map(_) | Term::MapCut(..)) => self.maps(a, b),
            (Term::List(..), Term::List(..)) => self.lists(a, b),
            (Term::Record(..), Term::Record(..)) => self.tuples(a, b),
            (before, after) => {
                let differs = evidence::differ(before, after);
                let kind = if differs { ChangeKind::Changed } else { ChangeKind::Unknown };
                self.note(kind, Some(before), Some(after));
            }
        }
    }

    fn tuples(&mut self, a: u32, b: u32) {
        let (left, right) = (self.forest.node(a), self.forest.node(b));
        let arity = |term: &Term| match term {
            Term::TupleCut(_, arity) => *arity as usize,
            Term::Tuple(elements) => elements.len(),
            Term::Record(_, parts) => parts.len(),
            _ => 0,
        };
        if arity(left.term) != arity(right.term) {
            return self.note(ChangeKind::Changed, Some(left.term), Some(right.term));
        }
        let (before, after) = (self.forest.children(a), self.forest.children(b));
        for (step, (a, b)) in (0..).zip(before.iter().zip(after)) {
            self.compare_at(Step::element(Some(step), Some(step)), *a, *b);
        }
        if before.len().min(after.len()) < arity(left.term) {
            self.note(ChangeKind::Unknown, Some(left.term), Some(right.term));
        }
    }
}
