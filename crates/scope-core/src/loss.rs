//! Every event that is not there, by class and reason.
//!
//! Invariant: per class, `emitted = stored + evicted + sampled_out + filtered + dropped(all reasons)`.

use crate::event::{Class, N_CLASSES};
use alloc::string::String;
use alloc::vec::Vec;

/// Why events were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Reason {
    /// The capture buffer of a thread was full.
    BufferFull = 0,
    /// The record did not decode (a defect of ours, or memory damage); counted rather than hidden.
    BadRecord = 1,
    /// A chunk of a file was damaged.
    Damaged = 2,
    /// A chunk or section of a newer format was skipped.
    NewerKind = 3,
    /// The file ended early.
    Truncated = 4,
    /// A call inside one of OTP's behaviours did not have the shape that is known, so it was not read.
    UnknownShape = 5,
    /// The VM did not trace for the recorder: another program took its trace flags, patterns or sessions. How many events that were
    /// cannot be counted.
    TracingLost = 6,
}

impl Reason {
    /// Every reason, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::BufferFull,
        Self::BadRecord,
        Self::Damaged,
        Self::NewerKind,
        Self::Truncated,
        Self::UnknownShape,
        Self::TracingLost,
    ];

    /// How many reasons there are, from the first on, whose events can be counted.
    pub const N_COUNTED: usize = 6;

    /// The name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BufferFull => "buffer_full",
            Self::BadRecord => "bad_record",
            Self::Damaged => "damaged",
            Self::NewerKind => "newer_kind",
            Self::Truncated => "truncated",
            Self::UnknownShape => "unknown_shape",
            Self::TracingLost => "tracing_lost",
        }
    }
}

/// The counters of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Events the traced processes produced for this recorder.
    pub emitted: u64,
    /// Events held now (sealed or still open).
    pub stored: u64,
    /// Events stored once and evicted since.
    pub evicted: u64,
    /// Events not kept because of the sample rate.
    pub sampled_out: u64,
    /// Events of functions or processes that are not targets.
    pub filtered: u64,
    /// Events lost, by [`Reason`], of those that can be counted.
    pub dropped: [u64; Reason::N_COUNTED],
}

impl ClassCounts {
    /// All drops.
    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().sum()
    }

    /// Whether the loss equation holds.
    #[must_use]
    pub fn balanced(&self) -> bool {
        self.emitted == self.stored + self.evicted + self.sampled_out + self.filtered + self.dropped_total()
    }
}

/// Counters per class, indexed by `Class as usize`.
pub type Counts = [ClassCounts; N_CLASSES];

/// One stretch of lost events, as coverage shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The class, or `None` when the damage hides it.
    pub class: Option<Class>,
    /// How many events; `None` when unknowable.
    pub n_events: Option<u64>,
    /// First tick they can have had.
    pub from_tick: u64,
    /// Last tick they can have had.
    pub to_tick: u64,
    /// Why.
    pub reason: Reason,
    /// Details for people, e.g. `chunk message-12: checksum of the payload`.
    pub detail: String,
}

/// Losses in order of `from_tick`.
pub type Losses = Vec<Loss>;
