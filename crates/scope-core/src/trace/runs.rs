//! All rows of some classes in order of their keys, as stretches of one chunk each: what a pass over a whole trace walks.
//!
//! A pass pays for merging chunks once per run, not once per row, and one dictionary serves a whole run.
//!
//! Invariant: the rows of all runs, one after the other, are the rows of [`RowIter`](crate::trace::RowIter) forward.
//! Invariant: a chunk is opened only when a row of it may be the next one.

use crate::chunk::Chunk;
use crate::event::{Class, OrderKey};
use crate::trace::Allowance;
use crate::trace::chunk_list::ChunkList;
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::{Ordering, Reverse};
use core::ops::Range;

/// Rows of one chunk that follow each other in the trace.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// Their class.
    pub class: Class,
    /// Index of their chunk into [`Trace::chunks`](crate::trace::Trace::chunks) of that class.
    pub chunk_idx: u32,
    /// Their chunk.
    pub chunk: &'a Chunk,
    ranks: Range<u32>,
}

impl<'a> Run<'a> {
    /// The key of the last row.
    pub fn last_key(&self) -> OrderKey {
        let last = self.ranks.end.saturating_sub(1);
        self.chunk.key(self.chunk.row_at_rank(last))
    }

    /// Their places in the chunk's time order.
    #[must_use]
    pub fn ranks(&self) -> Range<u32> {
        self.ranks.clone()
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = u32> + use<'a> {
        let chunk = self.chunk;
        self.ranks.clone().map(move |rank| chunk.row_at_rank(rank))
    }
}

/// An iterator over runs.
#[derive(Debug)]
pub struct RunIter<'a> {
    to: OrderKey,
    walks: Vec<Walk<'a>>,
    /// The chunk whose head comes next is the largest.
    open: BinaryHeap<Reverse<Open<'a>>>,
    allowance: Option<&'a Allowance>,
}

/// The chunks of one list still to be opened.
#[derive(Debug)]
struct Walk<'a> {
    class: Class,
    list: &'a ChunkList,
    from: OrderKey,
    pending: Range<usize>,
}

/// An opened chunk with rows still to come.
#[derive(Debug)]
struct Open<'a> {
    head: OrderKey,
    run: Run<'a>,
}

impl<'a> RunIter<'a> {
    /// Merges lists; each comes with its class and the low watermark below which its rows are hidden.
    pub(crate) fn new(
        lists: impl Iterator<Item = (Class, &'a ChunkList, OrderKey)>,
        from: OrderKey,
        to: OrderKey,
        allowance: Option<&'a Allowance>,
    ) -> Self {
        let walk = |(class, list, low_watermark): (Class, &'a ChunkList, OrderKey)| {
            let from = from.max(low_watermark);
            Walk { class, list, from, pending: list.between(from, to) }
        };
        Self { to, walks: lists.map(walk).collect(), open: BinaryHeap::new(), allowance }
    }

    /// Opens every chunk that may hold the next row, and answers the smallest key a chunk still closed may have.
    fn open_due(&mut self) -> Option<OrderKey> {
        let mut due: Option<OrderKey> = None;
        for walk in &mut self.walks {
            while let Some(idx) = walk.pending.clone().next() {
                let bound = walk.list.ahead(idx);
                if self.open.peek().is_some_and(|next| next.0.head < bound) {
                    due = Some(due.map_or(bound, |due| due.min(bound)));
                    break;
                }
                walk.pending.start += 1;
                self.open.extend(walk.open(idx, self.to).map(Reverse));
            }
        }
        due
    }
}

impl<'a> Iterator for RunIter<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        let due = self.open_due();
        let Reverse(Open { mut run, .. }) = self.open.pop()?;
        let next = self.open.peek().map(|Reverse(next)| (next.place(), next.head));
        let place = (run.class, run.chunk_idx);
        let ahead = |key: OrderKey| {
            due.is_none_or(|due| key < due) && next.is_none_or(|(other, head)| (key, place) < (head, other))
        };
        let rest = run.ranks.end;
        run.ranks.end = run.first_not(ahead);
        if run.ranks.end < rest {
            let mut left = run.clone();
            left.ranks = run.ranks.end..rest;
            let head = left.chunk.key(left.chunk.row_at_rank(left.ranks.start));
            self.open.push(Reverse(Open { head, run: left }));
        }
        let n_rows = u64::from(run.ranks.end - run.ranks.start);
        self.allowance.is_none_or(|allowance| allowance.take(n_rows)).then_some(run)
    }
}

impl<'a> Walk<'a> {
    /// Opens a chunk, if it has rows that are wanted.
    fn open(&self, idx: usize, to: OrderKey) -> Option<Open<'a>> {
        let chunk: &'a Chunk = self.list.chunks().get(idx)?;
        let end = if to >= chunk.last() { chunk.len() as u32 } else { chunk.rank_of(to.next()) };
        let ranks = chunk.rank_of(self.from)..end;
        if ranks.is_empty() {
            return None;
        }
        let head = chunk.key(chunk.row_at_rank(ranks.start));
        Some(Open { head, run: Run { class: self.class, chunk_idx: idx as u32, chunk, ranks } })
    }
}

impl Run<'_> {
    /// The first rank behind the head whose key is not `ahead` of everything else, searched from the head outwards.
    fn first_not(&self, ahead: impl Fn(OrderKey) -> bool) -> u32 {
        let key = |rank: u32| self.chunk.key(self.chunk.row_at_rank(rank));
        let Range { start, end } = self.ranks;
        if ahead(key(end - 1)) {
            return end;
        }
        // The head itself comes next, whatever its key.
        let (mut low, mut step) = (start + 1, 1);
        while low + step < end && ahead(key(low + step)) {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(end - 1);
        while low < high {
            let middle = low.midpoint(high);
            if ahead(key(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl Open<'_> {
    const fn place(&self) -> (Class, u32) {
        (self.run.class, self.run.chunk_idx)
    }
}

impl Ord for Open<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.head, self.place()).cmp(&(other.head, other.place()))
    }
}

impl PartialOrd for Open<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open<'_> {}
