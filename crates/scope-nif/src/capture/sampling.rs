//! Which calls and messages are left out at a sample rate below one; see `scope_core::sampler`.
//!
//! A call is decided once, when the VM asks whether tracing is on: of a call left out it makes no event and traces no return. What is asked
//! then is the process alone, and a server's own functions must not be left out: in a process that is traced for its states, a call is decided
//! when its event comes, and its return shares its fate by [`remembered`]. A message is decided by a hash of the bytes its term walks to, so that
//! sender and receiver agree without a word; messages that look equal share a fate.
//!
//! Invariant: at the full rate nothing is decided and nothing is counted.

use crate::capture::filter;
use crate::capture::process_table;
use crate::capture::ring::{self, Counter, Ring};
use scope_core::event::Class;
use scope_core::sampler::Rate;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The rate of the recorder of the moment, in parts per million.
static PPM: AtomicU32 = AtomicU32::new(Rate::ALL.ppm());
static SEED: AtomicU64 = AtomicU64::new(0);

/// Sets the rate.
pub(crate) fn set(rate: Rate, seed: u64) {
    SEED.store(seed, Relaxed);
    PPM.store(rate.ppm(), Relaxed);
}

/// The rate.
pub(crate) fn rate() -> Rate {
    Rate::new(PPM.load(Relaxed)).unwrap_or(Rate::ALL)
}

/// Whether anything is left out.
#[inline(always)]
pub(crate) fn is_on() -> bool {
    PPM.load(Relaxed) != Rate::ALL.ppm()
}

/// The rate, if it is not the full one.
#[inline(always)]
fn below_one() -> Option<Rate> {
    let ppm = PPM.load(Relaxed);
    if ppm == Rate::ALL.ppm() { None } else { Rate::new(ppm) }
}

/// Whether the thread's next call is kept.
fn keeps_next(ring: &Ring, rate: Rate) -> bool {
    let counter = &ring.counters[Class::Call as usize];
    let n = counter.decided.load(Relaxed);
    decided(counter, rate.keeps_nth(n, SEED.load(Relaxed) ^ u64::from(ring.thread).rotate_right(16)))
}

/// Counts a decision.
fn decided(counter: &Counter, keeps: bool) -> bool {
    ring::bump(&counter.decided);
    if keeps {
        ring::bump(&counter.kept);
    }
    keeps
}

/// Whether the VM shall make an event of a call in this process: asked once for each call.
#[inline(always)]
pub(crate) fn enables_call(ring: &Ring, process: u64) -> bool {
    let Some(rate) = below_one() else { return true };
    if filter::current().is_some_and(|f| f.is_server(process)) {
        return true;
    }
    keeps_next(ring, rate)
}

/// Whether a call is recorded whose event came. `returns`: its return will come too.
#[inline(always)]
pub(crate) fn keeps_call(ring: &Ring, is_server: impl FnOnce() -> bool, process: u64, returns: bool) -> bool {
    let rate = below_one().filter(|_| is_server());
    if rate.is_none() && !process_table::has_open_calls(process) {
        return true;
    }
    let keep = rate.is_none_or(|rate| keeps_next(ring, rate));
    if returns { process_table::called(process, keep) } else { keep }
}

/// Whether a message is recorded, by the bytes it walks to.
#[inline(always)]
pub(crate) fn keeps_message(ring: &Ring, walked: &[u8]) -> bool {
    let Some(rate) = below_one() else { return true };
    decided(&ring.counters[Class::Message as usize], rate.keeps_key(xxh3_64_with_seed(walked, SEED.load(Relaxed))))
}
