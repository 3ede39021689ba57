//! The capture buffer of one OS thread: a ring that the thread writes and the sealer reads.
//!
//! Single producer, single consumer, no locks. The producer may be interrupted anywhere; the consumer only reads what was committed.
//! A ring belongs to its thread for the thread's life and is used by one recorder after the other: each record names the generation
//! it was written for, and a sealer ignores those of another.
//!
//! Invariant: the producer never waits. Without room the newest event is dropped and counted.
//! Invariant: the last eighth is kept for critical classes.
//! Invariant: what the sealer has taken out is overwritten with zeros.

use scope_core::event::{Class, N_CLASSES};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, compiler_fence};

/// The most threads that can capture: schedulers, dirty schedulers and the VM's helpers. Events of a further thread are dropped and counted.
const MAX_RINGS: usize = 1024;

static RINGS: [AtomicPtr<Ring>; MAX_RINGS] = [const { AtomicPtr::new(std::ptr::null_mut()) }; MAX_RINGS];
static N_RINGS: AtomicUsize = AtomicUsize::new(0);
/// Events of threads that got no ring, per class, for the recorder of the moment.
pub(crate) static RINGLESS: [AtomicU64; N_CLASSES] = [const { AtomicU64::new(0) }; N_CLASSES];

/// Marks the rest of the ring, up to its end, as unused. Never a record's first word: that has a length of at least 8.
const PAD: u64 = u64::MAX;

/// What happened to the events of one class on one thread.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    pub(crate) emitted: AtomicU64,
    pub(crate) filtered: AtomicU64,
    pub(crate) sampled_out: AtomicU64,
    pub(crate) dropped: AtomicU64,
    /// Calls inside a behaviour that did not have the shape that is known.
    pub(crate) unexpected: AtomicU64,
    /// What the sampler was asked about, and what it kept of that. A return is not asked about.
    pub(crate) decided: AtomicU64,
    pub(crate) kept: AtomicU64,
}

impl Counter {
    fn reset(&self) {
        let Self { emitted, filtered, sampled_out, dropped, unexpected, decided, kept } = self;
        let all = [emitted, filtered, sampled_out, dropped, unexpected, decided, kept];
        all.into_iter().for_each(|count| count.store(0, Relaxed));
    }
}

/// Adds one to a counter that only this thread writes.
#[inline(always)]
pub(crate) fn bump(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Ring {
    // Written by the producer.
    /// Position after the last committed record, in bytes since the ring was made; odd while the producer is in a callback.
    head: AtomicU64,
    /// The consumer's position as the producer last saw it.
    tail_seen: AtomicU64,
    generation: AtomicU32,
    /// This ring's number, from 1; 0 is the recorder itself.
    pub(crate) thread: u16,
    capacity: u64,
    data: *mut u8,
    pub(crate) counters: [Counter; N_CLASSES],
    // Written by the consumer.
    tail: Tail,
}

#[derive(Debug)]
#[repr(C, align(64))]
struct Tail(AtomicU64);

// SAFETY: `data` is written by the owning thread beyond the committed head only, and read by one consumer (the sealer, under its
// lock) up to it; head and tail are atomics with release/acquire pairs.
unsafe impl Sync for Ring {}
// SAFETY: as above; the pointer owns a leaked allocation.
unsafe impl Send for Ring {}

thread_local! {
    static MINE: std::cell::Cell<*const Ring> = const { std::cell::Cell::new(std::ptr::null()) };
}

/// The ring of this thread, made at its first event. `None` when there are too many threads.
#[inline(always)]
pub(crate) fn mine(buffer_bytes: &AtomicUsize) -> Option<&'static Ring> {
    let ring = MINE.with(std::cell::Cell::get);
    if ring.is_null() {
        return make(buffer_bytes.load(Relaxed));
    }
    // SAFETY: rings are leaked: a non-null pointer stays valid for the life of the process.
    Some(unsafe { &*ring })
}

#[cold]
#[inline(never)]
fn make(capacity: usize) -> Option<&'static Ring> {
    let index = N_RINGS.fetch_add(1, Relaxed);
    if index >= MAX_RINGS {
        N_RINGS.store(MAX_RINGS, Relaxed);
        return None;
    }
    // Zeroed pages come from the OS on first touch: a thread that captures little costs little.
    let data = vec![0u64; capacity / 8].leak().as_mut_ptr().cast::<u8>();
    let ring: &'static Ring = Box::leak(Box::new(Ring {
        head: AtomicU64::new(0),
        tail_seen: AtomicU64::new(0),
        generation: AtomicU32::new(0),
        thread: index as u16 + 1,
        capacity: capacity as u64,
        data,
        counters: Default::default(),
        tail: Tail(AtomicU64::new(0)),
    }));
    MINE.with(|mine| mine.set(ring));
    RINGS[index].store(std::ptr::from_ref(ring).cast_mut(), Release);
    Some(ring)
}

/// Every ring made so far.
pub(crate) fn all() -> impl Iterator<Item = &'static Ring> {
    let n = N_RINGS.load(Acquire).min(MAX_RINGS);
    RINGS[..n].iter().filter_map(|ring| {
        // SAFETY: as in `mine`; a slot is null only while its thread is still making the ring.
        unsafe { ring.load(Acquire).as_ref() }
    })
}

/// Room for one record, between [`Ring::reserve`] and [`Ring::commit`].
#[derive(Debug)]
pub(crate) struct Room {
    at: u64,
    pub(crate) bytes: *mut u8,
}

impl Ring {
    /// Marks the thread as being in a callback, for [`Ring::is_quiet`], and adopts the generation.
    #[inline(always)]
    pub(crate) fn enter(&self, generation: u32) {
        self.head.store(self.head.load(Relaxed) | 1, Relaxed);
        // Keeps the compiler from moving the clock read or the table look-up before the mark.
        compiler_fence(SeqCst);
        if self.generation.load(Relaxed) != generation {
            self.adopt(generation);
        }
    }

    #[cold]
    fn adopt(&self, generation: u32) {
        for counter in &self.counters {
            counter.reset();
        }
        self.generation.store(generation, Release);
    }

    /// Ends a callback that wrote nothing.
    #[inline(always)]
    pub(crate) fn leave(&self) {
        self.head.store(self.head.load(Relaxed) & !1, Release);
    }

    /// Room for a record of at most `max_bytes`, or `None` (nothing is counted here).
    #[inline(always)]
    pub(crate) fn reserve(&self, max_bytes: u64, class: Class) -> Option<Room> {
        let max_bytes = max_bytes.next_multiple_of(8);
        let mut at = self.head.load(Relaxed) & !1;
        let spare = if class.is_critical() { 0 } else { self.capacity / 8 };
        let to_end = self.capacity - (at & (self.capacity - 1));
        let skip = if to_end < max_bytes { to_end } else { 0 };
        let needed = skip + max_bytes + spare;
        if self.capacity - (at - self.tail_seen.load(Relaxed)) < needed {
            let tail = self.tail.0.load(Acquire);
            self.tail_seen.store(tail, Relaxed);
            if self.capacity - (at - tail) < needed {
                return None;
            }
        }
        if skip > 0 {
            // SAFETY: `at` is inside the ring, 8-aligned and not yet committed; `skip >= 8` as both are multiples of 8.
            unsafe { self.data.add((at & (self.capacity - 1)) as usize).cast::<u64>().write(PAD) };
            at += skip;
        }
        // SAFETY: the masked position is inside the allocation, with `max_bytes` contiguous bytes behind it.
        Some(Room { at, bytes: unsafe { self.data.add((at & (self.capacity - 1)) as usize) } })
    }

    /// Makes a record of `n_bytes` (a multiple of 8, at most what was reserved) visible to the consumer and ends the callback.
    #[inline(always)]
    pub(crate) fn commit(&self, room: &Room, n_bytes: u64) {
        self.head.store(room.at + n_bytes, Release);
    }

    /// Whether the producer is outside a callback.
    pub(crate) fn is_quiet(&self) -> bool {
        self.head.load(Acquire) & 1 == 0
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Acquire)
    }

    /// Bytes committed and not yet taken, and the capacity.
    pub(crate) fn fill(&self) -> (u64, u64) {
        ((self.head.load(Acquire) & !1) - self.tail.0.load(Acquire), self.capacity)
    }

    /// Moves every committed record to the end of `out`, without the padding, and says whether the producer was outside a callback.
    /// Only one consumer may call this at a time.
    pub(crate) fn take(&self, out: &mut Vec<u8>) -> bool {
        let mark = self.head.load(Acquire);
        let head = mark & !1;
        let tail = self.tail.0.load(Relaxed);
        let first = (tail & (self.capacity - 1)) as usize;
        let n = (head - tail) as usize;
        let n_first = n.min(self.capacity as usize - first);
        self.take_stretch(first, n_first, out);
        self.take_stretch(0, n - n_first, out);
        self.tail.0.store(head, Release);
        mark & 1 == 0
    }

    /// Takes one contiguous stretch: the records in it, up to padding, then zeroes it.
    fn take_stretch(&self, from: usize, n_bytes: usize, out: &mut Vec<u8>) {
        // SAFETY: the stretch is committed and not yet given back, so the producer does not touch it.
        let stretch = unsafe { std::slice::from_raw_parts_mut(self.data.add(from), n_bytes) };
        let mut end = 0;
        while let Some(word) = stretch[end..].first_chunk::<8>() {
            let word = u64::from_ne_bytes(*word);
            let n = (word as u32) as usize;
            if word == PAD || n < 8 || n > stretch.len() - end {
                break;
            }
            end += n;
        }
        out.extend_from_slice(&stretch[..end]);
        stretch.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static CAPACITY: AtomicUsize = AtomicUsize::new(1 << 12);

    /// Writes a record of `n_words` words filled with `i`; whether there was room.
    fn write(ring: &Ring, i: u64, n_words: u64, class: Class) -> bool {
        ring.enter(1);
        let Some(room) = ring.reserve(n_words * 8 + 64, class) else {
            ring.leave();
            return false;
        };
        for word in 0..n_words {
            let value = if word == 0 { n_words * 8 } else { i };
            // SAFETY: the room was reserved with space for more than `n_words` words.
            unsafe { room.bytes.cast::<u64>().add(word as usize).write(value) };
        }
        ring.commit(&room, n_words * 8);
        true
    }

    fn records(bytes: &[u8]) -> Vec<(u64, u64)> {
        let words: Vec<u64> = bytes.chunks_exact(8).map(|w| u64::from_ne_bytes(w.try_into().unwrap())).collect();
        let (mut out, mut at) = (Vec::new(), 0);
        while at < words.len() {
            let n = (words[at] / 8) as usize;
            assert!(words[at + 1..at + n].iter().all(|w| *w == words[at + 1]), "a torn record");
            out.push((words[at + 1], n as u64));
            at += n;
        }
        out
    }

    #[test]
    fn what_is_committed_is_taken_once_in_order_and_zeroed() {
        std::thread::spawn(|| {
            let ring = mine(&CAPACITY).unwrap();
            let done = std::sync::atomic::AtomicBool::new(false);
            std::thread::scope(|scope| {
                let taker = scope.spawn(|| {
                    let mut bytes = Vec::new();
                    while !done.load(Acquire) {
                        ring.take(&mut bytes);
                    }
                    assert!(ring.take(&mut bytes));
                    bytes
                });
                let (mut written, mut seed) = (Vec::new(), 7u64);
                let mut i = 0;
                while written.len() < 20_000 {
                    i += 1;
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let n_words = 2 + (seed >> 60);
                    if write(ring, i, n_words, Class::Call) {
                        written.push((i, n_words));
                    } else {
                        std::thread::yield_now();
                    }
                }
                done.store(true, Release);
                let taken = records(&taker.join().unwrap());
                assert_eq!(taken, written);
            });
            // SAFETY: the allocation has `capacity` bytes, and no process writes any more.
            let left = unsafe { std::slice::from_raw_parts(ring.data, ring.capacity as usize) };
            assert!(left.iter().all(|b| *b == 0), "drained bytes are left in the ring");
        })
        .join()
        .unwrap();
    }

    #[test]
    fn the_last_eighth_is_kept_for_critical_classes() {
        std::thread::spawn(|| {
            let ring = mine(&CAPACITY).unwrap();
            let mut n = 0;
            while write(ring, 1, 4, Class::Message) {
                n += 1;
            }
            let used = ring.fill().0;
            assert!(n > 0 && used <= 4096 - 4096 / 8, "{used} bytes used");
            assert!(write(ring, 2, 4, Class::Process), "the reserve is for critical classes");
            while write(ring, 2, 4, Class::Process) {}
            assert!(ring.fill().0 > 4096 - 256, "the reserve was not used up");
            ring.take(&mut Vec::new());
            assert!(write(ring, 3, 4, Class::Message), "room again after the take");
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_new_generation_starts_its_counters_at_zero() {
        std::thread::spawn(|| {
            let ring = mine(&CAPACITY).unwrap();
            ring.enter(1);
            bump(&ring.counters[0].emitted);
            ring.leave();
            assert_eq!((ring.generation(), ring.counters[0].emitted.load(Relaxed)), (1, 1));
            ring.enter(2);
            assert!(!ring.is_quiet());
            ring.leave();
            assert_eq!((ring.generation(), ring.counters[0].emitted.load(Relaxed)), (2, 0));
            assert!(ring.is_quiet());
        })
        .join()
        .unwrap();
    }
}
