//! A recording without a tracer: what happened, and when, is recorded by hand.
//!
//! Invariant: its clock is the VM's, moved; so an event given without a time comes after what was given before it.

use crate::sealer::clock::Clock;

/// How far back of the start an event may lie where the user names no time 0: 30 of the 104 days that a recording can hold.
const PAST_NS: i64 = 30 * 86_400_000_000_000;

/// What `start` is recorded of such a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ManualClock {
    /// The user's time at the start, which is time 0; `None`: Erlang's monotonic time, and time 0 lies [`PAST_NS`] back.
    pub(crate) epoch_ns: Option<i64>,
}

impl ManualClock {
    /// The recording's clock, started at `tick`, which was `monotonic_ns` and `wall_ns`.
    pub(crate) fn clock(self, tick: u64, monotonic_ns: i64, wall_ns: i64) -> Clock {
        let past_ns = if self.epoch_ns.is_some() { 0 } else { PAST_NS };
        let mut clock = Clock::begun(tick, monotonic_ns, wall_ns, past_ns);
        clock.epoch_monotonic_ns = self.epoch_ns.unwrap_or(clock.epoch_monotonic_ns);
        clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_0_lies_back_or_is_what_the_user_says() {
        let mut real = ManualClock { epoch_ns: None }.clock(100, -5_000, 7_000);
        assert_eq!((real.epoch_monotonic_ns, real.epoch_wall_ns), (-5_000 - PAST_NS, 7_000 - PAST_NS));
        assert_eq!((real.ns(100), real.advance(200, -4_900)), (PAST_NS as u64, PAST_NS as u64 + 100));
        let mut own = ManualClock { epoch_ns: Some(10) }.clock(100, -5_000, 7_000);
        assert_eq!((own.epoch_monotonic_ns, own.epoch_wall_ns), (10, 7_000));
        assert_eq!((own.ns(100), own.advance(200, -4_900)), (0, 100));
    }
}
