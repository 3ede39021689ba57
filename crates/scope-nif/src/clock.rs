//! The recorder's clock: a cheap raw tick for the hot path, and the one monotone map from ticks to nanoseconds.
//!
//! The tick is the time stamp counter where the CPU promises that it runs at one rate on every core (12-13 ns to read; the VM's
//! monotonic clock takes 65-100), else the operating system's monotonic clock in nanoseconds.
//!
//! Invariant: the map is monotone and never changes where it was once asked: segments are only ever added at its end.

use rustler::sys::{ErlNifTimeUnit, enif_monotonic_time, enif_time_offset};
use std::sync::OnceLock;
use std::time::Instant;

/// Segments kept; a record older than the oldest is clamped to it. One segment is made each drain (1 to 50 ms).
const MAX_SEGMENTS: usize = 4096;

/// Anchors closer than this are not measured but extrapolated: reading the clocks has an error of some 50 ns.
const MIN_SEGMENT_NS: u64 = 2_000_000;

static HAS_TSC: OnceLock<bool> = OnceLock::new();
static START: OnceLock<Instant> = OnceLock::new();

/// Whether the tick is the CPU's counter.
pub(crate) fn has_tsc() -> bool {
    *HAS_TSC.get_or_init(invariant_tsc)
}

#[cfg(target_arch = "x86_64")]
fn invariant_tsc() -> bool {
    use std::arch::x86_64::__cpuid;
    // "Invariant TSC": CPUID leaf 8000_0007h, EDX bit 8 (Intel SDM 18.17.1, AMD APM 13.2.4).
    __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & (1 << 8) != 0
}

#[cfg(not(target_arch = "x86_64"))]
fn invariant_tsc() -> bool {
    false
}

/// The raw tick now.
#[inline(always)]
pub(crate) fn tick(tsc: bool) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if tsc {
        // SAFETY: reading the time stamp counter has no precondition on x86-64 (it would trap only where the OS forbids it, which none does).
        return unsafe { std::arch::x86_64::_rdtsc() };
    }
    let _ = tsc;
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// Erlang's monotonic time in nanoseconds.
fn monotonic_ns() -> i64 {
    // SAFETY: callable from any thread that the VM or this library started.
    unsafe { enif_monotonic_time(ErlNifTimeUnit::ERL_NIF_NSEC) }
}

/// Wall clock minus monotonic time, in nanoseconds.
fn offset_ns() -> i64 {
    // SAFETY: as above.
    unsafe { enif_time_offset(ErlNifTimeUnit::ERL_NIF_NSEC) }
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    tick: u64,
    ns: u64,
}

/// The map of one recorder: nanoseconds since its epoch.
#[derive(Debug)]
pub(crate) struct Clock {
    tsc: bool,
    pub(crate) epoch_monotonic_ns: i64,
    pub(crate) epoch_wall_ns: i64,
    anchors: Vec<Anchor>,
}

impl Clock {
    /// A map whose epoch is now.
    pub(crate) fn start() -> Self {
        let tsc = has_tsc();
        let (tick, now) = read_both(tsc);
        Self {
            tsc,
            epoch_monotonic_ns: now,
            epoch_wall_ns: now + offset_ns(),
            anchors: vec![Anchor { tick, ns: 0 }],
        }
    }

    /// Extends the map to now, and returns now as a raw tick and in nanoseconds. Ticks up to this one can be mapped.
    pub(crate) fn advance(&mut self) -> (u64, u64) {
        let (tick, now) = read_both(self.tsc);
        let measured = (now - self.epoch_monotonic_ns).max(0) as u64;
        let last = self.anchors[self.anchors.len() - 1];
        if tick <= last.tick {
            return (last.tick, last.ns);
        }
        let extrapolated = self.extrapolate(tick);
        let ns = match extrapolated {
            Some(ns) if measured.saturating_sub(last.ns) < MIN_SEGMENT_NS => ns,
            _ => measured,
        };
        let ns = ns.max(last.ns);
        self.anchors.push(Anchor { tick, ns });
        if self.anchors.len() > MAX_SEGMENTS {
            self.anchors.drain(..MAX_SEGMENTS / 2);
        }
        (tick, ns)
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

    fn extrapolate(&self, tick: u64) -> Option<u64> {
        let n = self.anchors.len();
        (n >= 2).then(|| interpolate(self.anchors[n - 2], self.anchors[n - 1], tick))
    }
}

fn interpolate(a: Anchor, b: Anchor, tick: u64) -> u64 {
    let (dt, dn) = (u128::from(b.tick - a.tick).max(1), u128::from(b.ns - a.ns));
    a.ns + (u128::from(tick - a.tick) * dn / dt) as u64
}

/// Both clocks at one moment: the reading with the smallest gap between two ticks of five.
fn read_both(tsc: bool) -> (u64, i64) {
    (0..5)
        .map(|_| {
            let before = tick(tsc);
            let now = monotonic_ns();
            let after = tick(tsc);
            (after.wrapping_sub(before), before + (after.wrapping_sub(before)) / 2, now)
        })
        .min_by_key(|(gap, _, _)| *gap)
        .map_or((0, 0), |(_, tick, now)| (tick, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_monotone_and_stable() {
        let mut clock = Clock {
            tsc: false,
            epoch_monotonic_ns: 0,
            epoch_wall_ns: 0,
            anchors: vec![Anchor { tick: 100, ns: 0 }, Anchor { tick: 200, ns: 50 }, Anchor { tick: 300, ns: 50 }],
        };
        let before: Vec<u64> = (90..310).map(|t| clock.ns(t)).collect();
        assert!(before.windows(2).all(|w| w[0] <= w[1]));
        assert_eq!((clock.ns(0), clock.ns(150), clock.ns(250), clock.ns(999)), (0, 25, 50, 50));
        clock.anchors.push(Anchor { tick: 400, ns: 150 });
        assert!((90..300).zip(&before).all(|(t, ns)| clock.ns(t) == *ns));
    }
}
