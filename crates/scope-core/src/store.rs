//! The bounded store: sealed chunks per class, evicted oldest first into the baseline.
//!
//! A low watermark per class decides which rows are visible: rows below it are hidden, and the baseline summarises them. A chunk whose
//! last row has sunk below the low watermark is let go.
//!
//! Invariant: low watermarks only rise; a row below its low watermark is folded into the baseline exactly once.
//! Invariant: per class, `stored` counts the rows at or above the low watermark, `evicted` those below.

mod low_watermark;
mod retention;

use crate::Symbols;
use crate::baseline::Baseline;
use crate::baseline::is_folded;
use crate::chunk::Chunk;
use crate::elixir::Elixir;
use crate::event::{Class, Event, EventId, N_CLASSES, OrderKey};
use crate::loss::{Counts, Loss, Losses};
use crate::term::resolve::Resolved;
use crate::trace::chunk_list::ChunkList;
use crate::trace::{Direction, RowIter, Selection};
use alloc::sync::Arc;

pub use retention::Retention;

/// What a store may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events of the non-critical classes together, exact in every answer.
    pub max_events: u64,
    /// Bytes of all chunks together (columns, terms, dictionaries, index).
    pub max_bytes: u64,
    /// Events of each critical class.
    pub max_critical_events: u64,
    /// Bytes of the baseline.
    pub max_baseline_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_events: 10_000, max_bytes: 256 << 20, max_critical_events: 100_000, max_baseline_bytes: 64 << 20 }
    }
}

/// So many losses are kept apart; then neighbours are joined.
const MAX_LOSSES: usize = 1024;

/// Sealed chunks within limits.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    /// By `Class as usize`.
    retention: [Retention; N_CLASSES],
    /// The latest time the caller passed.
    now: u64,
    lists: [Arc<ChunkList>; N_CLASSES],
    low_watermarks: [OrderKey; N_CLASSES],
    counts: Counts,
    losses: Arc<Losses>,
    baseline: Arc<Baseline>,
    /// Rows were folded into the baseline since it was last settled.
    unsettled: bool,
}

impl Store {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            retention: Default::default(),
            now: 0,
            lists: Default::default(),
            low_watermarks: Default::default(),
            counts: Counts::default(),
            losses: Arc::default(),
            baseline: Arc::default(),
            unsettled: false,
        }
    }

    /// Says which Elixir the recorded node has.
    pub(crate) fn set_elixir(&mut self, elixir: Elixir) {
        Arc::make_mut(&mut self.baseline).set_elixir(elixir);
    }

    /// What the store may hold.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Counters per class. `stored` and `evicted` are the store's own and exact as of the last seal or snapshot; the others belong
    /// to the edge that counts them.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The counters, for the edge to add to.
    pub const fn counts_mut(&mut self) -> &mut Counts {
        &mut self.counts
    }

    /// Every stretch of lost events that is known.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// Remembers a stretch of lost events. (It does not count them: see [`Store::counts_mut`].)
    pub fn add_loss(&mut self, loss: Loss) {
        let losses = Arc::make_mut(&mut self.losses);
        let at = losses.partition_point(|known| known.from_tick <= loss.from_tick);
        losses.insert(at, loss);
        if losses.len() > MAX_LOSSES {
            join_neighbours(losses);
        }
    }

    /// The same for a stretch that may go on: it lengthens the last one of its class and reason if it begins before that one ends. Returns
    /// whether it is a stretch of its own.
    pub fn lengthen_loss(&mut self, loss: Loss) -> bool {
        let alike = |known: &&mut Loss| (known.class, known.reason) == (loss.class, loss.reason);
        match Arc::make_mut(&mut self.losses).iter_mut().rev().find(alike) {
            Some(last) if last.from_tick <= loss.from_tick && loss.from_tick <= last.to_tick => {
                last.to_tick = last.to_tick.max(loss.to_tick);
                false
            }
            _ => {
                self.add_loss(loss);
                true
            }
        }
    }

    /// Bytes of all sealed chunks.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lists.iter().map(|list| list.n_bytes()).sum()
    }

    /// What is remembered of events below the low watermarks.
    #[must_use]
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    pub(crate) const fn lists(&self) -> &[Arc<ChunkList>; N_CLASSES] {
        &self.lists
    }

    pub(crate) const fn low_watermarks(&self) -> &[OrderKey; N_CLASSES] {
        &self.low_watermarks
    }

    pub(crate) const fn losses_arc(&self) -> &Arc<Losses> {
        &self.losses
    }

    /// The baseline, once anything has been hidden.
    pub(crate) fn baseline_arc(&self) -> Option<Arc<Baseline>> {
        let hidden = self.low_watermarks.iter().any(|low_watermark| *low_watermark != OrderKey::default());
        hidden.then(|| Arc::clone(&self.baseline))
    }

    /// Counts a row that was taken into an open chunk. Returns whether it is above the low watermark; a row that is not is folded at once.
    pub(crate) fn count(
        &mut self,
        id: EventId,
        event: &Event,
        term: Option<(&[u8], Resolved)>,
        names: &Symbols,
    ) -> bool {
        let visible = event.key >= self.low_watermarks[id.class as usize];
        let counts = &mut self.counts[id.class as usize];
        if visible {
            counts.stored += 1;
            return true;
        }
        counts.evicted += 1;
        if is_folded(id.class) {
            Arc::make_mut(&mut self.baseline).fold_late(id, event, term, names);
            self.unsettled = true;
        }
        false
    }

    /// Adds a sealed chunk whose rows are counted already, unless all of them came too late.
    pub(crate) fn add(&mut self, chunk: Arc<Chunk>) {
        let class = chunk.class() as usize;
        if chunk.last() >= self.low_watermarks[class] {
            Arc::make_mut(&mut self.lists[class]).push(chunk);
        }
    }

    /// Raises the low watermarks, folds what sinks below them and lets go of chunks that lie wholly below. No open chunk may hold a visible
    /// row below its new low watermark.
    pub(crate) fn raise(&mut self, low_watermarks: &[OrderKey; N_CLASSES]) {
        for class in Class::ALL {
            let (old, new) = (self.low_watermarks[*class as usize], low_watermarks[*class as usize]);
            if new <= old {
                continue;
            }
            self.low_watermarks[*class as usize] = new;
            let list = &mut self.lists[*class as usize];
            let n_hidden = list.count(old, new);
            let counts = &mut self.counts[*class as usize];
            counts.stored = counts.stored.saturating_sub(n_hidden);
            counts.evicted += n_hidden;
            if is_folded(*class) && n_hidden > 0 {
                let sunk = core::iter::once((*class, &**list, old));
                let rows = RowIter::new(sunk, Selection::All, old, new, Direction::Forward, None);
                let rows = rows.take_while(|row| row.key < new);
                let rows = rows.filter_map(|row| Some((&**list.chunks().get(row.chunk_idx as usize)?, row.row)));
                Arc::make_mut(&mut self.baseline).fold(rows);
                self.unsettled = true;
            }
            if list.chunks().iter().any(|chunk| chunk.last() < new) {
                Arc::make_mut(list).evict(new);
            }
        }
    }

    /// After rows were folded: lets the baseline drop what it need not or may not keep.
    pub(crate) fn settle_baseline(&mut self) {
        if core::mem::take(&mut self.unsettled) {
            let [processes, states] = [Class::Process, Class::State].map(|class| self.low_watermarks[class as usize]);
            Arc::make_mut(&mut self.baseline).settle(processes.max(states), states, self.limits.max_baseline_bytes);
        }
    }
}

/// Makes one loss of each pair of neighbours with equal class and reason.
fn join_neighbours(losses: &mut Losses) {
    let n_before = losses.len();
    losses.dedup_by(|later, earlier| {
        let alike = earlier.class == later.class && earlier.reason == later.reason;
        if alike {
            earlier.to_tick = earlier.to_tick.max(later.to_tick);
            earlier.n_events = earlier.n_events.zip(later.n_events).map(|(a, b)| a + b);
        }
        alike
    });
    if losses.len() == n_before {
        // No two neighbours are alike: join the two oldest, as a loss of more than one class.
        if let [first, second, ..] = losses.as_mut_slice() {
            second.class = None;
            second.n_events = first.n_events.zip(second.n_events).map(|(a, b)| a + b);
            second.from_tick = first.from_tick;
            second.to_tick = first.to_tick.max(second.to_tick);
            losses.remove(0);
        }
    }
}
