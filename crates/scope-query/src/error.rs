//! Why a question has no answer.

use crate::answer::State;
use alloc::boxed::Box;
use alloc::string::String;
use thiserror::Error as ThisError;

/// An error of the API. The message names the value and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The trace has never seen it.
    #[error("{0}")]
    NotFound(String),
    /// It was there, but what would answer was not being recorded.
    #[error("{0}")]
    NotTraced(String),
    /// It was recorded, and has been evicted since.
    #[error("{0}")]
    Evicted(String),
    /// The state is known in part only.
    #[error("{message}")]
    IncompleteState {
        /// What is missing.
        message: String,
        /// The partial state.
        partial: Box<State>,
    },
    /// The request is malformed.
    #[error("{0}")]
    BadArgument(String),
    /// To answer would take to read more of the trace than one answer may.
    #[error("the answer would read more than {0} rows of the trace; ask for less time, fewer rows or one process")]
    TooCostly(u64),
    /// Whoever asked has gone.
    #[error("no one waits for the answer")]
    Abandoned,
    /// Not built yet.
    #[error("{0}")]
    NotSupported(String),
    /// The trace cannot be read.
    #[error(transparent)]
    Core(#[from] scope_core::Error),
}

impl Error {
    /// The stable code shown at every edge.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::NotTraced(_) => "not_traced",
            Self::Evicted(_) => "evicted",
            Self::IncompleteState { .. } => "incomplete_state",
            Self::BadArgument(_) => "bad_argument",
            Self::TooCostly(_) => "too_costly",
            Self::Abandoned => "abandoned",
            Self::NotSupported(_) => "not_supported",
            Self::Core(error) => error.code(),
        }
    }

    /// The partial state of [`Error::IncompleteState`].
    #[must_use]
    pub fn partial(&self) -> Option<&State> {
        match self {
            Self::IncompleteState { partial, .. } => Some(partial),
            _ => None,
        }
    }
}

/// A result of the API.
pub type Result<T> = core::result::Result<T, Error>;
