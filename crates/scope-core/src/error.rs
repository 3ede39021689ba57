//! What can go wrong in the core.
//!
//! Invariant: damage inside a trace is not an error but a named, counted loss ([`crate::loss`]); an error means that the
//! bytes as a whole cannot be used, or that an argument is out of its range.

use alloc::string::String;
use thiserror::Error as ThisError;

/// An error of the core.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not an ElixirScope trace.
    #[error("not an ElixirScope trace: {0}")]
    NotATrace(String),
    /// The trace was written by a newer major version of the format.
    #[error("this trace has format version {found}, this reader knows versions up to {known}")]
    NewerFormat {
        /// The version in the file.
        found: u16,
        /// The newest version this reader supports.
        known: u16,
    },
    /// A section, chunk or term is damaged.
    #[error("damaged {what}: {why}")]
    Corrupt {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A part that a newer version of the format may have written; it was skipped.
    #[error("this {what} is of a kind unknown to this version")]
    NewerKind {
        /// Which part.
        what: &'static str,
    },
    /// To read it all would take more memory than allowed.
    #[error("the trace takes more than {max_bytes} bytes when it is read")]
    TooLarge {
        /// What is allowed.
        max_bytes: u64,
    },
    /// An argument is out of its range.
    #[error("{0}")]
    BadArgument(String),
}

impl Error {
    /// The stable code shown at every edge.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotATrace(_) => "not_a_trace",
            Self::NewerFormat { .. } => "newer_format",
            Self::Corrupt { .. } => "corrupt",
            Self::NewerKind { .. } => "newer_kind",
            Self::TooLarge { .. } => "too_large",
            Self::BadArgument(_) => "bad_argument",
        }
    }
}

/// A result of the core.
pub type Result<T> = core::result::Result<T, Error>;
