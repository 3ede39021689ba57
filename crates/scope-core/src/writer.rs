//! From events to sealed chunks: one open chunk per class, sealed by size, handed to the store.
//!
//! Invariant: a snapshot seals a chunk only if the whole window has moved past its first row; frequent snapshots make no tiny chunks.

use crate::chunk::Chunk;
use crate::chunk::build::ChunkBuilder;
use crate::elixir::Elixir;
use crate::event::{Class, Event, EventId, Kind, N_CLASSES, OrderKey};
use crate::file;
use crate::header::Header;
use crate::store::{Limits, Retention, Store};
use crate::term::resolve::Resolved;
use crate::trace::{Source, Trace};
use crate::{EntityId, Symbols, error::Result};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A chunk is sealed at this many rows; fewer make dictionaries repeat, more make a lost chunk hurt and an open one costly to copy.
const MAX_CHUNK_ROWS: u64 = 16_384;

/// With small limits a chunk holds an eighth of what is kept, but not fewer rows than this.
const MIN_CHUNK_ROWS: u64 = 256;
const CHUNKS_PER_LIMIT: u64 = 8;

/// A chunk is sealed at this many bytes of terms.
const MAX_TERM_BYTES: usize = 1 << 20;

/// So many references, or exited processes, are named before they are forgotten (about 10 MB each); fewer would seal small chunks.
const MAX_EPHEMERAL: usize = 100_000;
const MAX_EXITED: usize = 100_000;

/// The write side of a recording: dictionary, open chunks and store.
#[derive(Debug)]
pub struct Writer {
    header: Arc<Header>,
    seed: u64,
    symbols: Symbols,
    /// By `Class as usize`.
    open: [Open; N_CLASSES],
    elixir: Elixir,
    store: Store,
    /// Processes that exited since the dictionary was tidied last, and before that.
    exited: Vec<EntityId>,
    exited_before: Vec<EntityId>,
}

/// The open chunk of a class.
#[derive(Debug)]
struct Open {
    builder: ChunkBuilder,
    /// A copy of the builder as it is, if one was made since the last row.
    frozen: Option<Arc<Chunk>>,
    /// The smallest key among the rows that were above the low watermark when they came.
    first: Option<OrderKey>,
    /// The smallest tick of all rows.
    oldest_tick: u64,
}

impl Open {
    fn new(class: Class) -> Self {
        Self { builder: ChunkBuilder::new(class, 0), frozen: None, first: None, oldest_tick: u64::MAX }
    }

    fn freeze(&mut self, elixir: Elixir) -> Option<Arc<Chunk>> {
        if self.builder.is_empty() {
            return None;
        }
        let frozen = self.frozen.get_or_insert_with(|| {
            let mut chunk = self.builder.freeze();
            chunk.set_elixir(elixir);
            Arc::new(chunk)
        });
        Some(Arc::clone(frozen))
    }

    fn clear(&mut self) {
        self.builder.clear();
        self.frozen = None;
        self.first = None;
        self.oldest_tick = u64::MAX;
    }
}

impl Writer {
    /// `seed` is for the match keys.
    #[must_use]
    pub fn new(header: Header, limits: Limits, seed: u64) -> Self {
        let elixir = Elixir::of(&header.elixir);
        let mut store = Store::new(limits);
        store.set_elixir(elixir);
        Self {
            header: Arc::new(header),
            seed,
            symbols: Symbols::new(),
            open: core::array::from_fn(|n| Open::new(Class::ALL[n])),
            elixir,
            store,
            exited: Vec::new(),
            exited_before: Vec::new(),
        }
    }

    /// Where the recording is made.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The recorder's dictionary: events and in-flight terms use its ids.
    pub const fn symbols(&mut self) -> &mut Symbols {
        &mut self.symbols
    }

    /// The seed of the match keys.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Keeps the dictionary bounded where ever new processes and references are named: once there are too many, forgets references and
    /// the like, and the processes that had exited when it last forgot. Returns whether it did; open chunks are sealed then, and ids of
    /// what was forgotten mean nothing any more. All other ids stay, so that equal terms before and after have equal match keys.
    pub fn tidy_symbols(&mut self) -> bool {
        if self.symbols.n_ephemeral() < MAX_EPHEMERAL && self.exited.len() < MAX_EXITED {
            return false;
        }
        self.seal(u64::MAX);
        self.symbols.forget_ephemeral();
        for process in self.exited_before.drain(..) {
            self.symbols.forget(process);
        }
        // What exited just now may still be in messages on their way.
        core::mem::swap(&mut self.exited, &mut self.exited_before);
        true
    }

    /// Takes one event in; `term` is a resolved in-flight term with its key and completeness. The returned id is final.
    ///
    /// # Errors
    /// As [`ChunkBuilder::push`]; nothing is stored or counted then.
    pub fn push(&mut self, event: &Event, term: Option<(&[u8], Resolved)>) -> Result<EventId> {
        let class = event.kind.class();
        let open = &mut self.open[class as usize];
        let row = open.builder.push(&self.symbols, event, term)?;
        let id = EventId { class, chunk: open.builder.seq(), row };
        open.frozen = None;
        open.oldest_tick = open.oldest_tick.min(event.key.tick);
        if event.kind == Kind::Exit {
            self.exited.push(event.process);
        }
        if self.store.count(id, event, term, &self.symbols) {
            open.first = Some(open.first.map_or(event.key, |first| first.min(event.key)));
        }
        if open.builder.len() as u64 >= max_rows(self.store.limits(), class)
            || open.builder.term_bytes() >= MAX_TERM_BYTES
        {
            self.seal_class(class);
            self.settle(&[]);
        }
        Ok(id)
    }

    /// Seals every open chunk older than `older_than_tick` (by its first row), or all with `u64::MAX`.
    pub fn seal(&mut self, older_than_tick: u64) {
        let mut sealed = false;
        for class in Class::ALL {
            let open = &self.open[*class as usize];
            if !open.builder.is_empty() && open.oldest_tick < older_than_tick {
                self.seal_class(*class);
                sealed = true;
            }
        }
        if sealed {
            self.settle(&[]);
        }
    }

    fn seal_class(&mut self, class: Class) {
        let open = &mut self.open[class as usize];
        if let Some(chunk) = open.freeze(self.elixir) {
            self.store.add(chunk);
            open.clear();
        }
    }

    /// Makes the limits hold. `counted` are copies of the open chunks, when their rows are to count.
    fn settle(&mut self, counted: &[Arc<Chunk>]) {
        loop {
            let still_open =
                counted.iter().filter(|chunk| self.open[chunk.class() as usize].builder.seq() == chunk.seq());
            let still_open: Vec<&Chunk> = still_open.map(|chunk| &**chunk).collect();
            let low_watermarks = self.store.required_low_watermarks(&still_open);
            let passed = Class::ALL.iter().copied().filter(|class| {
                self.open[*class as usize].first.is_some_and(|first| first < low_watermarks[*class as usize])
            });
            let passed: Vec<Class> = passed.collect();
            if passed.is_empty() {
                if low_watermarks == *self.store.low_watermarks() {
                    break;
                }
                self.store.raise(&low_watermarks);
            }
            passed.into_iter().for_each(|class| self.seal_class(class));
        }
        self.store.settle_baseline();
    }

    /// Changes what may be held, of all classes together and of each (by `Class as usize`); what is too much goes at once.
    pub fn set_limits(&mut self, limits: Limits, retention: [Retention; N_CLASSES]) {
        self.store.set_limits(limits, retention);
        self.settle(&[]);
    }

    /// Sets the current time, against which the age of rows is limited.
    pub fn set_time(&mut self, now: u64) {
        if self.store.set_time(now) {
            self.settle(&[]);
        }
    }

    /// The sealed chunks and what is counted.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The same, to add to its counters and losses.
    pub const fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// A view of everything held now, complete up to `watermark`.
    pub fn snapshot(&mut self, watermark: u64) -> Trace {
        let open: Vec<Arc<Chunk>> = self.open.iter_mut().filter_map(|open| open.freeze(self.elixir)).collect();
        self.settle(&open);
        let mut lists = self.store.lists().clone();
        for chunk in open {
            // A chunk that was sealed meanwhile is there already, and is refused.
            Arc::make_mut(&mut lists[chunk.class() as usize]).push(chunk);
        }
        Trace {
            allowance: None,
            header: Arc::clone(&self.header),
            source: Source::Live,
            baseline: self.store.baseline_arc(),
            lists,
            low_watermarks: *self.store.low_watermarks(),
            counts: *self.store.counts(),
            losses: Arc::clone(self.store.losses_arc()),
            watermark,
        }
    }

    /// Writes everything held as a dump.
    pub fn dump(&mut self, watermark: u64) -> Vec<u8> {
        file::write(&self.snapshot(watermark))
    }

    /// Number of open events of a class.
    #[must_use]
    pub const fn n_open(&self, class: Class) -> usize {
        self.open[class as usize].builder.len()
    }
}

/// How many rows a chunk of a class gets.
fn max_rows(limits: &Limits, class: Class) -> u64 {
    let kept = if class.is_critical() { limits.max_critical_events } else { limits.max_events };
    (kept / CHUNKS_PER_LIMIT).clamp(MIN_CHUNK_ROWS, MAX_CHUNK_ROWS)
}
