//! The recorder's clock: the one monotone map from raw ticks to nanoseconds since the recorder's epoch.
//!
//! Invariant: the map is monotone and never changes where it was once asked: segments are only ever added at its end.

/// Segments kept; a record older than the oldest is clamped to it. One segment is made each drain (1 to 50 ms).
const MAX_SEGMENTS: usize = 4096;

/// Anchors closer than this are not measured but extrapolated: reading the clocks has an error of some 50 ns.
const MIN_SEGMENT_NS: u64 = 2_000_000;

#[derive(Clone, Copy, Debug)]
struct Anchor {
    tick: u64,
    ns: u64,
}

/// The map of one recorder: nanoseconds since its epoch.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) epoch_monotonic_ns: i64,
    pub(crate) epoch_wall_ns: i64,
    /// Erlang's monotonic time at the epoch. What is shown as it may be another: see [`manual_clock`](crate::sealer::manual_clock).
    zero_monotonic_ns: i64,
    anchors: Vec<Anchor>,
    /// The last anchor that was measured, not extrapolated.
    measured: Anchor,
    /// Two measured anchors far enough apart to give the rate of the clocks.
    rate: Option<(Anchor, Anchor)>,
}

impl Clock {
    /// A map whose epoch is the moment of `tick`, which was `monotonic_ns` by Erlang's monotonic time and `wall_ns` by the wall clock.
    pub(crate) fn new(tick: u64, monotonic_ns: i64, wall_ns: i64) -> Self {
        Self::begun(tick, monotonic_ns, wall_ns, 0)
    }

    /// The same with an epoch `past_ns` before that moment.
    pub(crate) fn begun(tick: u64, monotonic_ns: i64, wall_ns: i64, past_ns: i64) -> Self {
        let start = Anchor { tick, ns: past_ns.max(0) as u64 };
        Self {
            epoch_monotonic_ns: monotonic_ns - past_ns,
            epoch_wall_ns: wall_ns - past_ns,
            zero_monotonic_ns: monotonic_ns - past_ns,
            anchors: vec![start],
            measured: start,
            rate: None,
        }
    }

    /// Extends the map to `tick`, which was `monotonic_ns`; returns its nanoseconds. Ticks up to this one can be mapped.
    pub(crate) fn advance(&mut self, tick: u64, monotonic_ns: i64) -> u64 {
        let measured = (monotonic_ns - self.zero_monotonic_ns).max(0) as u64;
        let last = self.anchors[self.anchors.len() - 1];
        if tick <= last.tick {
            return last.ns;
        }
        let now = Anchor { tick, ns: measured };
        let ns = match self.rate {
            Some((from, to)) if measured.saturating_sub(self.measured.ns) < MIN_SEGMENT_NS => {
                interpolate(from, to, tick)
            }
            _ => {
                if measured.saturating_sub(self.measured.ns) >= MIN_SEGMENT_NS {
                    self.rate = Some((self.measured, now));
                    self.measured = now;
                }
                measured
            }
        };
        let ns = ns.max(last.ns);
        self.anchors.push(Anchor { tick, ns });
        if self.anchors.len() > MAX_SEGMENTS {
            self.anchors.drain(..MAX_SEGMENTS / 2);
        }
        ns
    }

    /// Nanoseconds of a raw tick. A tick beyond the last anchor is clamped to it, one before the first to that.
    pub(crate) fn ns(&self, tick: u64) -> u64 {
        // Records come in order: the segment is nearly always one of the last two.
        let mut i = self.anchors.len() - 1;
        if tick >= self.anchors[i].tick {
            return self.anchors[i].ns;
        }
        while i > 0 && self.anchors[i].tick > tick {
            i -= 1;
        }
        let (a, b) = (self.anchors[i], self.anchors[i + 1]);
        if tick <= a.tick { a.ns } else { interpolate(a, b, tick) }
    }
}

/// The time of a tick on the line through two anchors.
fn interpolate(a: Anchor, b: Anchor, tick: u64) -> u64 {
    let (dt, dn) = (u128::from(b.tick - a.tick).max(1), u128::from(b.ns - a.ns));
    a.ns + (u128::from(tick - a.tick) * dn / dt) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_monotone_and_stable() {
        let mut clock = Clock::new(100, 1_000_000, 0);
        assert_eq!(clock.advance(200, 1_000_050), 50);
        // Erlang's clock may stand still; the map then does too.
        clock.anchors.push(Anchor { tick: 300, ns: 50 });
        let before: Vec<u64> = (90..310).map(|t| clock.ns(t)).collect();
        assert!(before.windows(2).all(|w| w[0] <= w[1]));
        assert_eq!((clock.ns(0), clock.ns(150), clock.ns(250), clock.ns(999)), (0, 25, 50, 50));
        assert_eq!(clock.advance(400, 1_000_000 + MIN_SEGMENT_NS as i64 + 100), MIN_SEGMENT_NS + 100);
        assert!((90..300).zip(&before).all(|(t, ns)| clock.ns(t) == *ns));
    }

    #[test]
    fn anchors_too_close_to_measure_are_extrapolated() {
        let mut clock = Clock::new(0, 0, 0);
        assert_eq!(clock.advance(1_000, 10_000_000), 10_000_000);
        // 10 us later by the last rate, though the clock was read 60 ns late.
        assert_eq!(clock.advance(1_001, 10_010_060), 10_010_000);
        assert_eq!(clock.advance(900, 9_999_999), 10_010_000);
    }

    /// A rate taken from two readings a moment apart once sent the map astray: all events of the first seconds were at time 0.
    #[test]
    fn many_close_anchors_stay_within_the_reading_error() {
        let (mut clock, mut tick, mut seed) = (Clock::new(5_000, 0, 0), 5_000u64, 1u64);
        for _ in 0..200_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            tick += 100 + (seed >> 50);
            let truth = (tick - 5_000) * 2 / 5;
            let read = truth + (seed >> 33) % 60;
            let ns = clock.advance(tick, read as i64);
            assert!(ns.abs_diff(truth) <= 400, "{ns} instead of {truth}");
        }
    }
}
