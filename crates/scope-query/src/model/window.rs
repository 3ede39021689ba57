//! The stretch of time a request asks about.
//!
//! Invariant: `from <= to`, and both are times that an answer can hold.

use crate::error::{Error, Result};
use alloc::format;
use scope_core::OrderKey;
use scope_core::event::MAX_TICK;
use scope_core::trace::Trace;

/// From and to, both inclusive, in ns since the recorder's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Window {
    /// The window of a request; an end that was not given is open.
    pub(crate) fn new(from: Option<u64>, to: Option<u64>) -> Result<Self> {
        let window = Self {
            from: from.map_or(Ok(0), |time| checked("from", time))?,
            to: to.map_or(Ok(MAX_TICK), |time| checked("to", time))?,
        };
        if window.from > window.to {
            return Err(Error::BadArgument(format!("from: {} is after to: {}", window.from, window.to)));
        }
        Ok(window)
    }

    /// One moment.
    pub(crate) fn moment(time: u64) -> Result<Self> {
        let time = checked("time", time)?;
        Ok(Self { from: time, to: time })
    }

    /// Everything the trace holds.
    pub(crate) const fn all() -> Self {
        Self { from: 0, to: MAX_TICK }
    }

    /// The smallest order key inside.
    pub(crate) const fn first_key(self) -> OrderKey {
        OrderKey::at(self.from)
    }

    /// The largest order key inside.
    pub(crate) const fn last_key(self) -> OrderKey {
        OrderKey::end_of(self.to)
    }

    /// Whether a time is inside.
    pub(crate) const fn contains(self, tick: u64) -> bool {
        self.from <= tick && tick <= self.to
    }

    /// Whether something that lasted from `start` to `end` touches the window.
    pub(crate) const fn touches(self, start: u64, end: u64) -> bool {
        start <= self.to && self.from <= end
    }

    /// The window brought within what the trace holds.
    pub(crate) fn clipped(self, trace: &Trace) -> Self {
        let (first, last) = trace.span().unwrap_or((0, 0));
        Self { from: self.from.clamp(first, last), to: self.to.clamp(first, last) }
    }
}

/// A time of a request, refused when no edge could hold it exactly.
fn checked(field: &str, time: u64) -> Result<u64> {
    if time <= MAX_TICK {
        return Ok(time);
    }
    Err(Error::BadArgument(format!(
        "{field}: {time} is not a time of a trace: nanoseconds since the recorder's epoch, at most {MAX_TICK}"
    )))
}
