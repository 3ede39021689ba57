//! What may be held of one class, within what may be held of all.
//!
//! Invariant: an age limit advances in steps of an eighth of it, so that the passing of time alone does not seal an open chunk at every
//! snapshot: a row is held at least as long as the limit, and at most an eighth longer.

use super::Store;
use crate::event::{Class, N_CLASSES};

/// The limits of a class; `None` leaves it to the limits of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Events, exact in every answer.
    pub max_events: Option<u64>,
    /// Bytes of its sealed chunks.
    pub max_bytes: Option<u64>,
    /// Nanoseconds.
    pub max_age_ns: Option<u64>,
}

impl Retention {
    /// The first tick that is young enough at `now`.
    fn youngest_tick(&self, now: u64) -> Option<u64> {
        let age = self.max_age_ns?;
        let step = (age / 8).max(1);
        Some(now.saturating_sub(age) / step * step)
    }
}

impl Store {
    /// The limits of each class, by `Class as usize`.
    #[must_use]
    pub const fn retention(&self) -> &[Retention; N_CLASSES] {
        &self.retention
    }

    /// Changes what may be held, from the next settling on.
    pub(crate) fn set_limits(&mut self, limits: super::Limits, retention: [Retention; N_CLASSES]) {
        self.limits = limits;
        self.retention = retention;
    }

    /// Sets the current time; returns whether anything has become too old.
    pub(crate) fn set_time(&mut self, now: u64) -> bool {
        self.now = self.now.max(now);
        Class::ALL.iter().any(|class| {
            let youngest = self.youngest_tick(*class);
            youngest.is_some_and(|tick| tick > self.low_watermarks[*class as usize].tick)
        })
    }

    /// The first tick of a class that is young enough now.
    pub(super) fn youngest_tick(&self, class: Class) -> Option<u64> {
        self.retention[class as usize].youngest_tick(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn a_row_is_held_as_long_as_asked_and_an_eighth_longer_at_most(age: u32, now: u32) -> bool {
            let (age, now) = (u64::from(age) + 8, u64::from(now));
            let retention = Retention { max_age_ns: Some(age), ..Retention::default() };
            let tick = retention.youngest_tick(now).unwrap();
            tick <= now.saturating_sub(age) && now.saturating_sub(tick) <= age.max(now.min(age)) + age / 8
        }
    }
}
