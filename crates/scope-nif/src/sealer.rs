//! The sealer: takes records out of the rings, in order, and turns them into stored events.
//!
//! One thread per recorder drains every few milliseconds; a query drains too, so that it sees everything committed before it asked.
//!
//! Invariant: a record is redacted before anything of it is kept or hashed; drained bytes are zeroed.
//! Invariant: every record of this recorder ends as a stored event or as a counted drop.

pub(crate) mod census;
pub(crate) mod clock;
pub(crate) mod manual_clock;
pub(crate) mod manual_event;
pub(crate) mod owner_message;
pub(crate) mod quota;
pub(crate) mod recorder;
pub(crate) mod term_interner;

use crate::capture::record::{self, Record};
use crate::capture::ring::{self, Ring};
use crate::capture::tick;
use crate::sealer::census::Census;
use crate::sealer::clock::Clock;
use crate::sealer::manual_event::ManualEvent;
use crate::sealer::owner_message::Notice;
use crate::sealer::quota::{Quota, Verdict};
use crate::sealer::term_interner::TermInterner;
use hashbrown::HashMap;
use rustler::sys::ErlNifEnv;
use scope_core::EntityId;
use scope_core::event::{Class, Event, Flags, Kind, N_CLASSES, OrderKey};
use scope_core::header::Header;
use scope_core::loss::{Loss, Reason};
use scope_core::term::redact::Redactor;
use scope_core::term::resolve;
use scope_core::term::write::Term;
use scope_core::writer::Writer;
use std::sync::atomic::Ordering::Relaxed;

/// Open calls of one process at which a pattern with returns is taken to be a loop: each costs the traced process three words of stack.
const MAX_OPEN_CALLS: i64 = 1_000;
/// Open calls from which on the process itself must be spared: the VM looks through all of them at each call. As in `Recorder.Call.Pause`.
const DEEP_OPEN_CALLS: i64 = 3_333;
/// How often the owner is notified of one process at most, unless it got deep.
const NOTIFY_AGAIN_NS: u64 = 100_000_000;
/// Processes that spawned, remembered until the owner is recorded. More would only be recorded later, when they spawn again.
const MAX_PARENTS: usize = 256;
/// A buffer is under pressure when this part of it is filled: 128 KiB of 8 MiB, which the fastest capture writes in less than a millisecond.
const PRESSED_SHARE: u64 = 64;
/// How often an interrupted producer is read again before the watermark is held back for it.
const QUIET_TRIES: usize = 200;

/// The numbers that stand for capture threads in the keys of what no ring brought: events put at their moment, and those event with a time.
/// Rings have numbers between them.
const PUT_THREAD: u16 = 0;
const MANUAL_THREAD: u16 = u16::MAX;

/// Counters of a ring as last seen, so that only differences are added.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    filtered: u64,
    sampled_out: u64,
    dropped: u64,
    unexpected: u64,
    taken: u64,
}

/// One thread's records of a drain.
#[derive(Debug, Default)]
struct Batch {
    thread: u16,
    bytes: Vec<u8>,
    at: usize,
    /// Time and position of the thread's last event, for ties.
    last: (u64, u32),
    seen: [Seen; N_CLASSES],
}

/// The state of a recorder behind its lock.
#[derive(Debug)]
pub(crate) struct RecorderCore {
    generation: u32,
    /// Nothing is traced, and times are event.
    pub(crate) manual: bool,
    pub(crate) clock: Clock,
    pub(crate) writer: Writer,
    words: TermInterner,
    redactor: Redactor,
    batches: Vec<Batch>,
    scratch: Vec<u8>,
    raw: Vec<u8>,
    put_last: (u64, u32),
    /// The latest time event by hand, and how many events were event that were not later than all before.
    manual_last: Option<(u64, u32)>,
    watermark: u64,
    last_drain: u64,
    open_calls: HashMap<u64, i64>,
    /// Processes with too many open calls, each with the time when the owner was last notified of it, and the number of its open calls then.
    runaways: HashMap<u64, (u64, i64)>,
    pub(crate) budgets: Vec<Quota>,
    notices: Vec<Notice>,
    followed: Vec<(u64, u64)>,
    /// TermInterner of processes that spawned others since the owner was recorded.
    parents: Vec<u64>,
    pub(crate) census: Census,
    pub(crate) caps: [usize; N_CLASSES],
    pub(crate) depth: u32,
}

impl RecorderCore {
    pub(crate) fn new(
        generation: u32,
        manual: bool,
        clock: Clock,
        writer: Writer,
        redactor: Redactor,
        caps: [usize; N_CLASSES],
        depth: u32,
    ) -> Self {
        Self {
            generation,
            manual,
            clock,
            writer,
            words: TermInterner::new(),
            redactor,
            batches: Vec::new(),
            scratch: Vec::new(),
            raw: Vec::new(),
            put_last: (0, 0),
            manual_last: None,
            watermark: 0,
            last_drain: 0,
            open_calls: HashMap::new(),
            runaways: HashMap::new(),
            budgets: Vec::new(),
            notices: Vec::new(),
            followed: Vec::new(),
            parents: Vec::new(),
            census: Census::default(),
            caps,
            depth,
        }
    }

    /// Complete up to this time.
    pub(crate) fn watermark(&self) -> u64 {
        self.watermark
    }

    /// Extends the clock map to now.
    pub(crate) fn advance(&mut self) -> u64 {
        let (tick, monotonic_ns) = tick::both(tick::has_tsc());
        self.clock.advance(tick, monotonic_ns)
    }

    /// Takes in everything committed so far; returns whether some buffer had filled so far that it should be emptied again soon.
    pub(crate) fn drain(&mut self) -> bool {
        let now = self.advance();
        let mut complete_to = now;
        let mut is_pressed = false;
        for ring in ring::all() {
            let (filled, capacity) = ring.fill();
            is_pressed |= filled * PRESSED_SHARE >= capacity;
            let batch = batch_of(&mut self.batches, ring.thread);
            batch.at = 0;
            let mut quiet = ring.take(&mut batch.bytes);
            for _ in 0..QUIET_TRIES {
                if quiet {
                    break;
                }
                std::hint::spin_loop();
                quiet = ring.take(&mut batch.bytes);
            }
            if !quiet {
                // The producer was interrupted while it wrote: its next event may lie anywhere after its last one.
                complete_to = complete_to.min(last_tick(&batch.bytes).map_or(batch.last.0, |tick| self.clock.ns(tick)));
            }
        }
        // What was committed while we looked has ticks up to this moment.
        self.advance();
        while let Some(i) = earliest(&self.batches) {
            self.take_in(i);
        }
        for batch in &mut self.batches {
            batch.bytes.fill(0);
            batch.bytes.clear();
            // A burst's memory is event back.
            batch.bytes.shrink_to(1 << 20);
        }
        self.count(now);
        self.watermark = self.watermark.max(complete_to);
        self.writer.set_time(self.watermark);
        self.last_drain = now;
        if self.writer.tidy_symbols() {
            self.words.forget(self.writer.symbols());
        }
        is_pressed
    }

    /// What the owner must be recorded since the last call; who spawned only when it is time to `tell_parents`.
    pub(crate) fn take_notices(&mut self, tell_parents: bool) -> Vec<Notice> {
        if tell_parents && !self.parents.is_empty() {
            self.notices.push(Notice::Spawned(std::mem::take(&mut self.parents)));
        }
        let followed = std::mem::take(&mut self.followed);
        self.notices.extend((!followed.is_empty()).then_some(Notice::Followed(followed)));
        std::mem::take(&mut self.notices)
    }

    /// Takes in the next record of batch `i`.
    fn take_in(&mut self, i: usize) {
        let mut bytes = std::mem::take(&mut self.batches[i].bytes);
        let batch = &mut self.batches[i];
        let rest = bytes.get(batch.at..).unwrap_or_default();
        let n = record::peek(rest).map_or(rest.len(), |(_, n)| n);
        let record = record::read(rest.get(..n).unwrap_or_default());
        batch.at += n;
        if let Some(record) = record.filter(|record| record.generation == self.generation) {
            let batch = &mut self.batches[i];
            let key = next_key(&mut batch.last, self.clock.ns(record.tick), batch.thread);
            let class = record.kind.class() as usize;
            batch.seen[class].taken += 1;
            let counts = &mut self.writer.store_mut().counts_mut()[class];
            counts.emitted += 1;
            match quota::count(&mut self.budgets, &record) {
                Verdict::LeaveOut => counts.filtered += 1,
                Verdict::Keep => self.store(key, &record),
                Verdict::KeepLast(target) => {
                    self.notices.push(Notice::Spent(target));
                    self.store(key, &record);
                }
            }
            self.watch_returns(&record);
        }
        std::mem::swap(&mut self.batches[i].bytes, &mut bytes);
    }

    fn store(&mut self, key: OrderKey, record: &Record<'_>) {
        let mut flags = record.flags;
        self.census.see(record.kind, record.process);
        if record.kind == Kind::Spawn {
            self.words.spawned(record.process);
            if flags.contains(record::FOLLOWED) {
                flags = Flags::NONE;
                self.follow(record.process, record.slot);
            }
        }
        let symbols = self.writer.symbols();
        let [x, y, z] = record.extra;
        let (mut peer, mut what) = (EntityId::NONE, 0);
        match record.kind {
            Kind::Call | Kind::Return | Kind::Exception => what = self.words.function(symbols, record.slot, x, y).0,
            Kind::Spawn => {
                if self.parents.len() < MAX_PARENTS && !self.parents.contains(&record.slot) {
                    self.parents.push(record.slot);
                }
                peer = self.words.entity(symbols, record.slot);
                what = self.words.function(symbols, x, y, z).0;
            }
            Kind::Send => {
                peer = match record.destination {
                    Some(term) => self.words.destination(symbols, term),
                    None => self.words.entity(symbols, record.slot),
                }
            }
            Kind::Link | Kind::Unlink => peer = self.words.entity(symbols, record.slot),
            _ if record.slot != 0 => what = resolve::Words::atom(&mut self.words, symbols, record.slot).0,
            _ => {}
        }
        let process = self.words.entity(symbols, record.process);
        if record.kind == Kind::Exit {
            self.words.ended(record.process);
        }
        let event = Event { key, kind: record.kind, flags, process, peer, what };
        self.push(&event, record.term);
    }

    /// A followed process spawned another: what counts for the one counts for the other.
    fn follow(&mut self, child: u64, parent: u64) {
        self.followed.push((child, parent));
        for processes in self.budgets.iter_mut().filter_map(|budget| budget.processes.as_mut()) {
            if processes.contains(&parent) {
                processes.insert(child);
            }
        }
    }

    fn push(&mut self, event: &Event, raw: Option<&[u8]>) {
        let seed = self.writer.seed();
        let term = raw.map(|raw| {
            resolve::resolve(raw, &mut self.words, self.writer.symbols(), &self.redactor, seed, &mut self.scratch)
        });
        let pushed = match term {
            None => self.writer.push(event, None),
            Some(Ok(resolved)) => self.writer.push(event, Some((&self.scratch, resolved))),
            Some(Err(error)) => Err(error),
        };
        if pushed.is_err() {
            self.lose(event.kind.class(), 1, event.key.tick, event.key.tick, Reason::BadRecord);
        }
    }

    /// Records an event event by hand (control events, sweeps, marks, spans) at this moment.
    ///
    /// # Safety
    /// The words are terms alive in `env`.
    pub(crate) unsafe fn put(&mut self, env: *mut ErlNifEnv, event: &ManualEvent) {
        let now = self.advance();
        let key = next_key(&mut self.put_last, now, PUT_THREAD);
        // SAFETY: as ours.
        unsafe { self.put_with_key(env, event, key) };
    }

    /// The same at a time of the past, or at any in a recording by hand.
    ///
    /// # Safety
    /// As [`RecorderCore::put`].
    pub(crate) unsafe fn put_at(&mut self, env: *mut ErlNifEnv, event: &ManualEvent, ns: u64) {
        // Events come in any order of times; those of one time keep the order in which they were event.
        let (latest, n, tie) = match self.manual_last {
            Some((latest, n)) if ns <= latest => (latest, n.saturating_add(1), n.saturating_add(1)),
            Some((_, n)) => (ns, n, 0),
            None => (ns, 0, 0),
        };
        self.manual_last = Some((latest, n));
        if self.manual {
            self.watermark = self.watermark.max(ns);
        }
        // SAFETY: as ours.
        unsafe { self.put_with_key(env, event, OrderKey { tick: ns, thread: MANUAL_THREAD, tie }) };
    }

    /// # Safety
    /// As [`RecorderCore::put`].
    unsafe fn put_with_key(&mut self, env: *mut ErlNifEnv, event: &ManualEvent, key: OrderKey) {
        let class = event.kind.class();
        self.writer.store_mut().counts_mut()[class as usize].emitted += 1;
        self.census.see(event.kind, event.process);
        if event.kind == Kind::Spawn {
            self.words.spawned(event.process);
        }
        let symbols = self.writer.symbols();
        let what = match event.what {
            Some((module, function, arity)) if function != 0 => self.words.function(symbols, module, function, arity).0,
            Some((atom, _, _)) => resolve::Words::atom(&mut self.words, symbols, atom).0,
            None => 0,
        };
        let process = self.words.entity(symbols, event.process);
        let peer = self.words.entity(symbols, event.peer);
        if event.kind == Kind::Exit {
            self.words.ended(event.process);
        }
        let flags = if event.kind == Kind::Call && event.term.is_none() { Flags::ARITY_ONLY } else { Flags::NONE };
        let made = Event { key, kind: event.kind, flags, process, peer, what };
        let mut raw = std::mem::take(&mut self.raw);
        if let Some(term) = event.term {
            // SAFETY: `walk_into` makes the room; the caller vouches for the term.
            unsafe {
                crate::capture::term_encoder::walk_into(
                    env,
                    term,
                    self.caps[class as usize],
                    self.depth,
                    crate::capture::term_encoder::MAX_SLOW,
                    &mut raw,
                )
            };
        }
        self.push(&made, event.term.map(|_| raw.as_slice()));
        raw.fill(0);
        self.raw = raw;
    }

    /// Forgets everything recorded, and begins a recording of another name with the same clock, limits and options.
    pub(crate) fn clear(&mut self, instance: String) {
        let header = Header { instance, ..self.writer.header().clone() };
        let seed = seed_of(&header);
        let (limits, retention) = (self.writer.store().limits().clone(), *self.writer.store().retention());
        self.writer = Writer::new(header, limits.clone(), seed);
        self.writer.set_limits(limits, retention);
        self.words = TermInterner::new();
        self.census = Census::default();
        self.open_calls.clear();
    }

    /// Seals open chunks that began before `age_ns` ago. Times event by hand are no ages.
    pub(crate) fn seal_older(&mut self, age_ns: u64) {
        if !self.manual {
            self.writer.seal(self.watermark.saturating_sub(age_ns));
        }
    }

    /// Adds what the rings dropped and filtered since the last drain, and records losses as control events.
    fn count(&mut self, now: u64) {
        let (mut dropped, mut unexpected) = ([0; N_CLASSES], [0; N_CLASSES]);
        for ring in ring::all().filter(|ring| ring.generation() == self.generation) {
            let batch = batch_of(&mut self.batches, ring.thread);
            for class in Class::ALL {
                let (i, counter) = (*class as usize, &ring.counters[*class as usize]);
                let (seen, counts) = (&mut batch.seen[i], &mut self.writer.store_mut().counts_mut()[i]);
                let filtered = counter.filtered.load(Relaxed);
                counts.filtered += filtered - seen.filtered;
                counts.emitted += filtered - seen.filtered;
                seen.filtered = filtered;
                let sampled_out = counter.sampled_out.load(Relaxed);
                counts.sampled_out += sampled_out - seen.sampled_out;
                counts.emitted += sampled_out - seen.sampled_out;
                seen.sampled_out = sampled_out;
                let total = counter.dropped.load(Relaxed);
                dropped[i] += total - seen.dropped;
                seen.dropped = total;
                let total = counter.unexpected.load(Relaxed);
                unexpected[i] += total - seen.unexpected;
                seen.unexpected = total;
            }
        }
        for class in Class::ALL {
            let n = dropped[*class as usize] + ring::RINGLESS[*class as usize].swap(0, Relaxed);
            if n > 0 {
                self.writer.store_mut().counts_mut()[*class as usize].emitted += n;
                self.lose(*class, n, self.last_drain, now, Reason::BufferFull);
                // Dropped returns would look like open calls.
                self.open_calls.clear();
            }
            let n = unexpected[*class as usize];
            if n > 0 {
                self.writer.store_mut().counts_mut()[*class as usize].emitted += n;
                self.lose(*class, n, self.last_drain, now, Reason::UnknownShape);
            }
        }
    }

    /// Counts lost events, and says so in the trace itself.
    fn lose(&mut self, class: Class, n: u64, from_tick: u64, to_tick: u64, reason: Reason) {
        let counts = &mut self.writer.store_mut().counts_mut()[class as usize];
        counts.dropped[reason as usize] += n;
        let loss = Loss { class: Some(class), n_events: Some(n), from_tick, to_tick, reason, detail: String::new() };
        self.writer.store_mut().add_loss(loss.clone());
        self.note_loss(class, &loss);
    }

    /// The VM did not trace events of a class for us from a time of the recording until now. A stretch that goes on is one loss.
    pub(crate) fn lose_tracing(&mut self, class: Class, from_tick: u64) {
        let to_tick = self.advance().max(from_tick);
        let reason = Reason::TracingLost;
        let loss = Loss { class: Some(class), n_events: None, from_tick, to_tick, reason, detail: String::new() };
        if self.writer.store_mut().lengthen_loss(loss.clone()) {
            self.note_loss(class, &loss);
        }
        // The returns that were not traced would look like open calls.
        self.open_calls.clear();
    }

    /// Says in the trace itself that events were lost.
    fn note_loss(&mut self, class: Class, loss: &Loss) {
        let Loss { from_tick, to_tick, reason, .. } = *loss;
        let key = next_key(&mut self.put_last, to_tick, PUT_THREAD);
        let what = self.writer.symbols().intern_atom(class.name()).0;
        let event =
            Event { key, kind: Kind::Loss, flags: Flags::NONE, process: EntityId::NONE, peer: EntityId::NONE, what };
        let atom = |text: &str| Term::Atom(text.into());
        let details = Term::Map(vec![
            (atom("n"), loss.n_events.map_or_else(|| atom("nil"), |n| Term::Integer(n as i64))),
            (atom("from"), Term::Integer(from_tick as i64)),
            (atom("to"), Term::Integer(to_tick as i64)),
            (atom("reason"), atom(reason.name())),
        ]);
        self.writer.store_mut().counts_mut()[Class::Control as usize].emitted += 1;
        let seed = self.writer.seed();
        let mut raw = Vec::new();
        scope_core::term::write::write(&details, self.writer.symbols(), &mut raw);
        let resolved =
            resolve::resolve(&raw, &mut resolve::Ids, self.writer.symbols(), &self.redactor, seed, &mut self.scratch);
        let pushed = resolved.and_then(|resolved| self.writer.push(&event, Some((&self.scratch, resolved))));
        if pushed.is_err() {
            self.writer.store_mut().counts_mut()[Class::Control as usize].dropped[Reason::BadRecord as usize] += 1;
        }
    }

    /// When the recorder has stopped and every producer is quiet: what the producers counted must be what was taken, dropped or
    /// filtered. A difference is a lost record, and is counted as one.
    pub(crate) fn reconcile(&mut self) {
        let now = self.advance();
        let generation = self.generation;
        for ring in ring::all().filter(|ring| ring.generation() == generation && ring.is_quiet()) {
            for class in Class::ALL {
                let seen = batch_of(&mut self.batches, ring.thread).seen[*class as usize];
                let emitted = ring.counters[*class as usize].emitted.load(Relaxed);
                let accounted = seen.taken + seen.filtered + seen.sampled_out + seen.dropped + seen.unexpected;
                if emitted > accounted {
                    self.writer.store_mut().counts_mut()[*class as usize].emitted += emitted - accounted;
                    self.lose(*class, emitted - accounted, 0, now, Reason::BadRecord);
                }
            }
        }
    }

    /// Counts calls less returns per process; names a process with too many, and a function whose returns must go.
    fn watch_returns(&mut self, record: &Record<'_>) {
        let change = match record.kind {
            Kind::Call if !record.flags.contains(Flags::NO_RETURN) => 1,
            Kind::Return | Kind::Exception => -1,
            Kind::Exit => {
                self.open_calls.remove(&record.process);
                self.runaways.remove(&record.process);
                return;
            }
            _ => return,
        };
        let open = self.open_calls.entry(record.process).or_insert(0);
        *open = (*open + change).max(0);
        let depth = *open;
        let (module, [function, arity, _]) = (record.slot, record.extra);
        if depth <= MAX_OPEN_CALLS {
            return;
        }
        // Each process suffers on its own, whichever function it was that another process was named for.
        let now = self.clock.ns(record.tick);
        let is_due = self.runaways.get(&record.process).is_none_or(|(last, before)| {
            now >= last + NOTIFY_AGAIN_NS || (depth > DEEP_OPEN_CALLS && *before <= DEEP_OPEN_CALLS)
        });
        if is_due {
            self.runaways.insert(record.process, (now, depth));
            self.notices.push(Notice::ReturnsOff { module, function, arity, process: record.process, depth });
        }
    }
}

/// The seed of a recording's match keys.
pub(crate) fn seed_of(header: &Header) -> u64 {
    xxhash_rust::xxh3::xxh3_64(header.instance.as_bytes())
}

/// The key of a thread's next event; times never go back within a thread.
fn next_key(last: &mut (u64, u32), ns: u64, thread: u16) -> OrderKey {
    *last = if ns > last.0 { (ns, 0) } else { (last.0, last.1 + 1) };
    OrderKey { tick: last.0, thread, tie: last.1 }
}

/// The batch whose next record is the earliest.
fn earliest(batches: &[Batch]) -> Option<usize> {
    let next = |batch: &Batch| record::peek(batch.bytes.get(batch.at..)?).map(|(tick, _)| tick);
    (0..batches.len()).filter_map(|i| Some((next(&batches[i])?, i))).min().map(|(_, i)| i)
}

/// The tick of the last record.
fn last_tick(bytes: &[u8]) -> Option<u64> {
    let (mut at, mut last) = (0, None);
    while let Some((tick, n)) = bytes.get(at..).and_then(record::peek) {
        (at, last) = (at + n, Some(tick));
    }
    last
}

fn batch_of(batches: &mut Vec<Batch>, thread: u16) -> &mut Batch {
    let i = batches.iter().position(|b| b.thread == thread).unwrap_or_else(|| {
        batches.push(Batch { thread, ..Batch::default() });
        batches.len() - 1
    });
    &mut batches[i]
}

/// Of a class, what the samplers of all threads have decided on for a recorder, and what they kept of it.
pub(crate) fn sampled(generation: u32, class: Class) -> (u64, u64) {
    let counters =
        ring::all().filter(|ring| ring.generation() == generation).map(|ring| &ring.counters[class as usize]);
    counters.fold((0, 0), |(decided, kept), n| (decided + n.decided.load(Relaxed), kept + n.kept.load(Relaxed)))
}

/// Bytes in all rings, for `status`.
pub(crate) fn fills() -> Vec<(u16, u64, u64)> {
    ring::all().map(|ring: &Ring| (ring.thread, ring.fill().0, ring.fill().1)).collect()
}
