//! Whether a row is what a filter asks for, when not everything was kept.
//!
//! `and` is the least of several, `or` the greatest, so that a row is wanted for sure only if it is so whatever was not kept.

use scope_core::term::pattern::Match;

/// What is known of a test on a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    /// It fails.
    No,
    /// What would show it was not recorded.
    Unrecorded,
    /// It may hold: what it looks at was recorded in part.
    Possible,
    /// It holds.
    Yes,
}

impl Truth {
    pub(crate) const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    pub(crate) const fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            unknown => unknown,
        }
    }
}

impl From<Match> for Truth {
    fn from(found: Match) -> Self {
        match found {
            Match::No => Self::No,
            Match::Possible => Self::Possible,
            Match::Yes => Self::Yes,
        }
    }
}
