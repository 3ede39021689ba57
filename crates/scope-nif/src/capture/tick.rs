//! Reading the clocks: a cheap raw tick for the hot path, Erlang's monotonic time and the wall clock.
//!
//! The tick is the time stamp counter where the CPU promises that it runs at one rate on every core (12-13 ns to read; the VM's
//! monotonic clock takes 65-100), else the operating system's monotonic clock in nanoseconds.

use rustler::sys::{ErlNifTimeUnit, enif_monotonic_time, enif_time_offset};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Instant;

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
pub(crate) fn now(tsc: bool) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if tsc {
        // SAFETY: reading the time stamp counter has no precondition on x86-64 (it would trap only where the OS forbids it, which none does).
        return unsafe { std::arch::x86_64::_rdtsc() };
    }
    let _ = tsc;
    os_ns() as u64
}

/// The operating system's monotonic clock, from the first call on.
fn os_ns() -> i64 {
    START.get_or_init(Instant::now).elapsed().as_nanos() as i64
}

/// Erlang's monotonic time minus [`os_ns`], as last measured.
static ERLANG_OFFSET: AtomicI64 = AtomicI64::new(0);

/// Measures how Erlang's monotonic time stands to the operating system's; returns wall clock minus monotonic time, or `None` on a thread
/// that is no scheduler: there the VM does not tell its time (`ERL_NIF_TIME_ERROR`), so the sealer goes by what was last measured here.
pub(crate) fn sync() -> Option<i64> {
    // SAFETY: callable from any thread.
    let read = || unsafe { enif_monotonic_time(ErlNifTimeUnit::ERL_NIF_NSEC) };
    let offsets = (0..5).map(|_| {
        let before = os_ns();
        let erlang = read();
        let after = os_ns();
        (after - before, erlang, before + (after - before) / 2)
    });
    let (_, erlang, os) = offsets.min_by_key(|(gap, _, _)| *gap).filter(|(_, erlang, _)| *erlang != i64::MIN)?;
    ERLANG_OFFSET.store(erlang - os, Relaxed);
    // SAFETY: callable from any thread.
    Some(unsafe { enif_time_offset(ErlNifTimeUnit::ERL_NIF_NSEC) })
}

/// The raw tick and Erlang's monotonic time at one moment: the reading with the smallest gap between two ticks of five.
pub(crate) fn both(tsc: bool) -> (u64, i64) {
    let readings = (0..5).map(|_| {
        let before = now(tsc);
        let ns = os_ns();
        let after = now(tsc);
        (after.wrapping_sub(before), before + (after.wrapping_sub(before)) / 2, ns)
    });
    let (_, tick, ns) = readings.min_by_key(|(gap, _, _)| *gap).unwrap_or_default();
    (tick, ns + ERLANG_OFFSET.load(Relaxed))
}
