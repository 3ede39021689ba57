//! What callbacks remember of a process from one event to the next: how it is traced when it was spawned by a followed process, and which
//! of its open calls were sampled out.
//!
//! A fixed table of slots. A process has one of a few neighbouring slots; only events of the process itself change it, and the VM runs a
//! process on one scheduler at a time, so no two threads write one slot.
//!
//! Invariant: no lock, no allocation; a process that finds no slot is not followed, and none of its calls is sampled out.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Relaxed};

/// 2 MiB of zero pages, touched only where they are used.
const N_SLOTS: usize = 1 << 16;
/// How many places a process is looked for in: two cache lines' worth of slots.
const N_TRIES: usize = 8;

#[derive(Debug)]
struct Slot {
    /// The pid's word; 0 is a free slot.
    process: AtomicU64,
    /// The filter mask it was spawned with; 0 for none.
    mask: AtomicU64,
    /// One bit for each open call, the innermost lowest: whether it was kept.
    kept: AtomicU64,
    /// Open calls. Those deeper than the bits share the fate of the 64th.
    depth: AtomicU32,
}

static SLOTS: [Slot; N_SLOTS] = [const {
    Slot { process: AtomicU64::new(0), mask: AtomicU64::new(0), kept: AtomicU64::new(0), depth: AtomicU32::new(0) }
}; N_SLOTS];
/// Whether any slot may be in use.
static USED: AtomicBool = AtomicBool::new(false);

const N_BITS: u32 = u64::BITS;

fn neighbours(process: u64) -> impl Iterator<Item = &'static Slot> {
    let at = (process.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize;
    (0..N_TRIES).filter_map(move |i| SLOTS.get((at + i) & (N_SLOTS - 1)))
}

#[inline(always)]
fn find(process: u64) -> Option<&'static Slot> {
    if !USED.load(Relaxed) {
        return None;
    }
    neighbours(process).find(|slot| slot.process.load(Relaxed) == process)
}

fn take(process: u64) -> Option<&'static Slot> {
    if let Some(slot) = find(process) {
        return Some(slot);
    }
    USED.store(true, Relaxed);
    let slot = neighbours(process).find(|slot| slot.process.compare_exchange(0, process, AcqRel, Acquire).is_ok())?;
    slot.mask.store(0, Relaxed);
    slot.kept.store(0, Relaxed);
    slot.depth.store(0, Relaxed);
    Some(slot)
}

/// A followed process spawned this one: it is traced with the same mask.
pub(crate) fn follow(process: u64, mask: u64) {
    if let Some(slot) = take(process) {
        slot.mask.store(mask, Relaxed);
    }
}

/// The mask a process was spawned with, if it was followed.
#[inline(always)]
pub(crate) fn mask(process: u64) -> Option<u64> {
    find(process).map(|slot| slot.mask.load(Relaxed)).filter(|mask| *mask != 0)
}

/// Whether a process has calls that are remembered.
#[inline(always)]
pub(crate) fn has_open_calls(process: u64) -> bool {
    find(process).is_some_and(|slot| slot.depth.load(Relaxed) > 0)
}

/// A call whose return will come was kept or not. Returns whether it may be left out: not without a slot.
pub(crate) fn called(process: u64, keep: bool) -> bool {
    let Some(slot) = take(process) else { return true };
    let depth = slot.depth.load(Relaxed);
    let kept = slot.kept.load(Relaxed);
    slot.depth.store(depth.saturating_add(1), Relaxed);
    if depth >= N_BITS {
        return kept & 1 != 0;
    }
    slot.kept.store(kept << 1 | u64::from(keep), Relaxed);
    keep
}

/// A call ended: whether it was kept. One that is not remembered was.
pub(crate) fn returned(process: u64) -> bool {
    let Some(slot) = find(process) else { return true };
    let depth = slot.depth.load(Relaxed);
    if depth == 0 {
        return true;
    }
    slot.depth.store(depth - 1, Relaxed);
    let kept = slot.kept.load(Relaxed);
    if depth <= N_BITS {
        slot.kept.store(kept >> 1, Relaxed);
    }
    kept & 1 != 0
}

/// A process ended: its slot is free.
pub(crate) fn ended(process: u64) {
    if let Some(slot) = find(process) {
        slot.process.store(0, Relaxed);
    }
}

/// No process is followed any more.
pub(crate) fn follow_no_process() {
    if USED.load(Relaxed) {
        SLOTS.iter().for_each(|slot| slot.mask.store(0, Relaxed));
    }
}

/// Forgets everything, for a new recorder.
pub(crate) fn clear() {
    if USED.swap(false, Relaxed) {
        SLOTS.iter().for_each(|slot| slot.process.store(0, Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_is_kept_as_its_call_is_at_any_depth() {
        let process = 0x7003;
        let mut calls = Vec::new();
        for i in 0..200u32 {
            calls.push(called(process, i % 3 == 0));
        }
        assert_eq!(&calls[..4], [true, false, false, true]);
        for kept in calls.into_iter().rev() {
            assert_eq!(returned(process), kept);
        }
        assert!(returned(process), "a return no process remembers is kept");
        assert!(!has_open_calls(process));
    }

    #[test]
    fn a_followed_process_has_its_mask_until_it_ends() {
        let process = 0x9903;
        assert_eq!(mask(process), None);
        follow(process, 5);
        assert_eq!(mask(process), Some(5));
        ended(process);
        assert_eq!(mask(process), None);
    }

    #[test]
    fn without_a_slot_nothing_is_followed_and_no_call_left_out() {
        // TermInterner that look for a slot at the same place.
        let at = |word: u64| (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & (N_SLOTS - 1);
        let mut crowd = (1u64..).map(|n| n << 4 | 3).filter(|word| at(*word) == 77);
        for _ in 0..N_TRIES {
            follow(crowd.next().unwrap(), 1);
        }
        let late = crowd.next().unwrap();
        follow(late, 1);
        assert_eq!(mask(late), None);
        assert!(called(late, false) && returned(late));
    }
}
