//! How sure something is that was put together from several events.

/// From what must be to what may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// The events themselves say so, and nothing that is missing could say otherwise.
    Certain,
    /// It is so unless something unusual happened that was not recorded.
    Likely,
    /// One of several explanations.
    Possible,
}

impl Certainty {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}
