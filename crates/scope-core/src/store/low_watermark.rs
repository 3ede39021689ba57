//! Where the low watermarks must be, so that the limits hold.
//!
//! Invariant: only keys near the new low watermark are read; the cost does not grow with the number of rows hidden.

use super::Store;
use crate::chunk::Chunk;
use crate::event::{Class, N_CLASSES, OrderKey};
use alloc::vec::Vec;

/// Classes that share one budget of events.
const GROUPS: [&[Class]; 3] =
    [&[Class::Control], &[Class::Process], &[Class::Message, Class::Call, Class::State, Class::Span, Class::Runtime]];

impl Store {
    /// The low watermarks that the limits require, given the sealed chunks and `open` ones (which count as events, not as bytes).
    pub(crate) fn required_low_watermarks(&self, open: &[&Chunk]) -> [OrderKey; N_CLASSES] {
        let mut wanted = *self.low_watermarks();
        for group in GROUPS {
            let critical = group.iter().all(|class| class.is_critical());
            let max = if critical { self.limits().max_critical_events } else { self.limits().max_events };
            if let Some(low_watermark) = self.low_watermark_of(group, max, open) {
                for class in group {
                    let slot = &mut wanted[*class as usize];
                    *slot = low_watermark.max(*slot);
                }
            }
        }
        for class in Class::ALL {
            if let Some(low_watermark) = self.low_watermark_of_class(*class, open) {
                let slot = &mut wanted[*class as usize];
                *slot = low_watermark.max(*slot);
            }
        }
        if self.bytes() > self.limits().max_bytes
            && let Some(oldest) = self.oldest_chunk()
        {
            let slot = &mut wanted[oldest.class() as usize];
            *slot = oldest.last().next().max(*slot);
        }
        wanted
    }

    /// The low watermark that a class's own limits require.
    fn low_watermark_of_class(&self, class: Class, open: &[&Chunk]) -> Option<OrderKey> {
        let (list, retention) = (&self.lists()[class as usize], self.retention()[class as usize]);
        let by_events = retention.max_events.and_then(|max| self.low_watermark_of(&[class], max, open));
        let is_too_big = retention.max_bytes.is_some_and(|max| list.n_bytes() > max);
        let oldest = list.chunks().iter().map(|chunk| chunk.last()).min().filter(|_| is_too_big);
        let by_age = self.youngest_tick(class).map(OrderKey::at);
        [by_events, oldest.map(OrderKey::next), by_age].into_iter().flatten().max()
    }

    /// The chunk that goes first when there are too many bytes: of the other classes before the critical ones.
    fn oldest_chunk(&self) -> Option<&Chunk> {
        let chunks = self.lists().iter().flat_map(|list| list.chunks()).map(|chunk| &**chunk);
        chunks.min_by_key(|chunk| (chunk.class().is_critical(), chunk.last()))
    }

    /// The smallest key that leaves at most `max` visible rows of these classes at or above it; `None` when there are no more anyway.
    fn low_watermark_of(&self, group: &[Class], max: u64, open: &[&Chunk]) -> Option<OrderKey> {
        let sealed = group.iter().flat_map(|class| self.lists()[*class as usize].chunks()).map(|chunk| &**chunk);
        let open = open.iter().copied().filter(|chunk| group.contains(&chunk.class()));
        let mut chunks: Vec<Visible<'_>> = sealed
            .chain(open)
            .map(|chunk| Visible { chunk, start: chunk.rank_of(self.low_watermarks()[chunk.class() as usize]) })
            .collect();
        let n_visible: u64 = chunks.iter().map(Visible::len).sum();
        let excess = n_visible.checked_sub(max).filter(|excess| *excess > 0)?;
        // The rows of the chunks that end first are enough: the wanted row is not behind the last of them.
        chunks.sort_by_key(|visible| visible.chunk.last());
        let mut n = 0;
        let bound = chunks.iter().find_map(|visible| {
            n += visible.len();
            (n >= excess).then(|| visible.chunk.last())
        })?;
        chunks.retain(|visible| visible.chunk.first() <= bound);
        let below = |key: OrderKey| chunks.iter().map(|visible| visible.count_below(key)).sum::<u64>();
        let (mut low, mut high) = (0, bound.tick);
        while low < high {
            let middle = low.midpoint(high);
            if below(OrderKey::at(middle + 1)) < excess { low = middle + 1 } else { high = middle }
        }
        let n_before = below(OrderKey::at(low));
        let mut keys: Vec<OrderKey> = chunks.iter().flat_map(|visible| visible.keys_at(low)).collect();
        keys.sort();
        let last_hidden = keys.get((excess - n_before - 1) as usize)?;
        Some(last_hidden.next())
    }
}

/// A chunk whose ranks from `start` on are visible.
struct Visible<'a> {
    chunk: &'a Chunk,
    start: u32,
}

impl Visible<'_> {
    fn len(&self) -> u64 {
        self.chunk.len() as u64 - u64::from(self.start)
    }

    fn count_below(&self, key: OrderKey) -> u64 {
        u64::from(self.chunk.rank_of(key).saturating_sub(self.start))
    }

    fn keys_at(&self, tick: u64) -> impl Iterator<Item = OrderKey> {
        let ranks = self.chunk.rank_of(OrderKey::at(tick)).max(self.start)..self.chunk.rank_of(OrderKey::at(tick + 1));
        ranks.map(|rank| self.chunk.key(self.chunk.row_at_rank(rank)))
    }
}
