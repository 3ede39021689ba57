//! One recorder: its generation, its sealer thread, and its end.
//!
//! Invariant: at most one recorder records at a time; the tracer state of any other is answered `remove`.
//! Invariant: when the owner dies, recording ends at once, whatever else happens.

use crate::capture::filter;
use crate::capture::process_table;
use crate::capture::ring;
use crate::capture::sampling;
use crate::capture::tracer::ACTIVE;
use crate::sealer::RecorderCore;
use crate::sealer::owner_message;
use rustler::LocalPid;
use scope_core::event::N_CLASSES;
use scope_core::sampler::Rate;
use scope_core::trace::Trace;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

/// Pause between drains while buffers fill fast, and else. Nothing wakes the sealer (a producer makes no system call): a burst must fit
/// into the buffers for one idle pause. 8 MiB hold some 24 ms of the fastest capture; an idle drain takes a few microseconds, and to be woken a
/// thousand times a second costs a node with few events more than their sealing.
const BUSY: Duration = Duration::from_millis(1);
const IDLE: Duration = Duration::from_millis(8);
/// How long a stop waits for producers that are inside a callback.
const STOP_PATIENCE: Duration = Duration::from_secs(1);
/// How often the owner is recorded at most who spawned.
const TELL_PARENTS: Duration = Duration::from_millis(100);
/// An open chunk older than this is sealed even if small.
const SEAL_AFTER_NS: u64 = 30_000_000_000;

static GENERATION: AtomicU32 = AtomicU32::new(0);
/// The recorder that records, if any.
static RUNNING: Mutex<Option<Arc<Recorder>>> = Mutex::new(None);

#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) generation: u32,
    owner: LocalPidDebug,
    sealing: Mutex<RecorderCore>,
    stopping: AtomicBool,
    /// Set by the sealer when nothing more will be taken in.
    ended: AtomicBool,
    sealer: Mutex<Option<JoinHandle<()>>>,
}

/// A pid that can be shown in a debug print.
struct LocalPidDebug(LocalPid);

impl std::fmt::Debug for LocalPidDebug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("owner")
    }
}

/// What a recorder is started with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) caps: [usize; N_CLASSES],
    pub(crate) depth: u32,
    pub(crate) buffer_bytes: usize,
    pub(crate) rate: Rate,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts recording. `sealing` makes the state for a generation; `state_word` the word of the tracer state for it.
/// `None` when another recorder records.
pub(crate) fn start(
    owner: LocalPid,
    settings: &Settings,
    sealing: impl FnOnce(u32) -> RecorderCore,
    state_word: impl FnOnce(u32) -> u64,
) -> Option<Arc<Recorder>> {
    let mut running = lock(&RUNNING);
    if running.as_ref().is_some_and(|old| !old.ended.load(SeqCst)) {
        return None;
    }
    let generation = GENERATION.fetch_add(1, Relaxed) + 1;
    let recorder = Arc::new(Recorder {
        generation,
        owner: LocalPidDebug(owner),
        sealing: Mutex::new(sealing(generation)),
        stopping: AtomicBool::new(false),
        ended: AtomicBool::new(false),
        sealer: Mutex::new(None),
    });
    filter::replace(filter::Filter::default());
    process_table::clear();
    sampling::set(settings.rate, u64::from(generation));
    ring::RINGLESS.iter().for_each(|n| n.store(0, Relaxed));
    let its = Arc::clone(&recorder);
    let spawned = std::thread::Builder::new().name("scope_sealer".into()).spawn(move || its.run());
    *lock(&recorder.sealer) = Some(spawned.ok()?);
    ACTIVE.begin(state_word(generation), generation, &settings.caps, settings.depth, settings.buffer_bytes);
    *running = Some(Arc::clone(&recorder));
    Some(recorder)
}

impl Recorder {
    pub(crate) fn is_running(&self) -> bool {
        !self.stopping.load(SeqCst)
    }

    /// The state, with everything committed so far taken in. For schedulers' threads: it also looks at Erlang's clock.
    pub(crate) fn drained(&self) -> MutexGuard<'_, RecorderCore> {
        crate::capture::tick::sync();
        let mut sealing = lock(&self.sealing);
        if !self.ended.load(SeqCst) {
            sealing.drain();
        }
        sealing
    }

    /// The same, but where nothing is traced nothing is committed either.
    pub(crate) fn drained_if_traced(&self) -> MutexGuard<'_, RecorderCore> {
        let sealing = lock(&self.sealing);
        if sealing.manual {
            return sealing;
        }
        drop(sealing);
        self.drained()
    }

    /// The state as it is.
    pub(crate) fn core(&self) -> MutexGuard<'_, RecorderCore> {
        lock(&self.sealing)
    }

    /// What can be asked now.
    pub(crate) fn snapshot(&self) -> Trace {
        let mut sealing = self.drained();
        let watermark = sealing.watermark();
        sealing.writer.snapshot(watermark)
    }

    /// Ends recording at once; the sealer finishes in its own time.
    pub(crate) fn end(&self) {
        ACTIVE.end(self.generation);
        self.stopping.store(true, SeqCst);
        if let Some(thread) = self.sealer_thread() {
            thread.unpark();
        }
    }

    fn sealer_thread(&self) -> Option<Thread> {
        lock(&self.sealer).as_ref().map(|handle| handle.thread().clone())
    }

    /// Ends recording and waits until everything captured is in the store.
    pub(crate) fn stop(&self) {
        self.end();
        let handle = lock(&self.sealer).take();
        if let Some(handle) = handle {
            // A sealer that panicked has nothing more to say; what it stored can still be asked.
            let _ = handle.join();
        }
    }

    /// The sealer's thread.
    fn run(&self) {
        let mut pause = BUSY;
        let mut recorded = Instant::now();
        while !self.stopping.load(SeqCst) {
            std::thread::park_timeout(pause);
            let tell = recorded.elapsed() >= TELL_PARENTS;
            let (is_pressed, notices) = {
                let mut sealing = self.core();
                let is_pressed = sealing.drain();
                sealing.seal_older(SEAL_AFTER_NS);
                (is_pressed, sealing.take_notices(tell))
            };
            if tell {
                recorded = Instant::now();
            }
            owner_message::send(&self.owner.0, &notices);
            filter::reclaim();
            pause = if is_pressed { BUSY } else { (pause * 2).min(IDLE) };
        }
        let patience = Instant::now();
        while ring::all().any(|ring| !ring.is_quiet()) && patience.elapsed() < STOP_PATIENCE {
            std::thread::sleep(BUSY);
        }
        let mut sealing = self.core();
        sealing.drain();
        sealing.reconcile();
        sealing.writer.seal(u64::MAX);
        self.ended.store(true, SeqCst);
        drop(sealing);
        let mut running = lock(&RUNNING);
        if running.as_ref().is_some_and(|r| r.generation == self.generation) {
            *running = None;
        }
    }
}
