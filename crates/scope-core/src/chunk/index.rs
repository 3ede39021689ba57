//! The fixed index of a chunk: its rows in time order, and the rows of each process and of each peer.
//!
//! Invariant: built without hashing, by one sort at most and two counting sorts; at most 6 bytes a row and 8 an entity, most often 4.

use crate::EntityId;
use crate::chunk::column::Column;
use crate::chunk::columns::Columns;
use crate::event::OrderKey;
use alloc::boxed::Box;
use alloc::vec::Vec;

#[derive(Debug)]
pub(crate) struct Index {
    /// Rows in time order; `None` when they are in that order already.
    order: Option<Box<[u16]>>,
    process: Postings,
    peer: Postings,
}

impl Index {
    /// The ids in the columns are at most `n_entities`.
    pub(crate) fn build(columns: &Columns, n_entities: usize) -> Self {
        let n_rows = columns.n_rows();
        // Where each tick is later than the one before, thread and tie do not matter.
        let order = if columns.tick.ascends(n_rows) { None } else { time_order(n_rows, columns.keys()) };
        let in_time = |column: &Column| Postings::build(n_rows, order.as_deref(), column, n_entities);
        Self { process: in_time(&columns.process), peer: in_time(&columns.peer), order }
    }

    /// The row at a place in time order.
    #[inline]
    pub(crate) fn row_at_rank(&self, rank: u32) -> u32 {
        match &self.order {
            Some(order) => order.get(rank as usize).map_or(rank, |row| u32::from(*row)),
            None => rank,
        }
    }

    pub(crate) fn rows_of(&self, process: EntityId) -> &[u16] {
        self.process.rows(process)
    }

    pub(crate) fn rows_with_peer(&self, peer: EntityId) -> &[u16] {
        self.peer.rows(peer)
    }

    pub(crate) fn n_bytes(&self) -> usize {
        self.order.as_deref().map_or(0, size_of_val) + self.process.n_bytes() + self.peer.n_bytes()
    }
}

/// A row's order key and its number as one number that sorts like them: tick 64 bits, thread 16, tie 32, row 16.
fn time_order(n_rows: usize, keys: impl Iterator<Item = OrderKey>) -> Option<Box<[u16]>> {
    let mut packed = Vec::with_capacity(n_rows);
    let mut sorted = true;
    let mut previous = 0u128;
    for (row, key) in (0u128..).zip(keys) {
        let number = u128::from(key.tick) << 64 | u128::from(key.thread) << 48 | u128::from(key.tie) << 16 | row;
        sorted &= previous <= number;
        previous = number;
        packed.push(number);
    }
    if sorted {
        return None;
    }
    // Stable, because it is quick where the rows are a few sorted runs, as drained capture buffers are.
    packed.sort();
    Some(packed.iter().map(|number| *number as u16).collect())
}

/// For each entity the rows it occurs in, in time order.
#[derive(Debug)]
struct Postings {
    /// Where the rows of an entity begin, by its id; one more than there are ids, or none where no row has an entity.
    starts: Column,
    n_starts: usize,
    rows: Box<[u16]>,
}

impl Postings {
    fn build(n_rows: usize, order: Option<&[u16]>, column: &Column, n_entities: usize) -> Self {
        if column.constant() == Some(0) {
            return Self { starts: Column::pack(core::iter::empty()), n_starts: 0, rows: Box::default() };
        }
        // A cursor per id, shifted by one so that after filling `starts[id]` is where `id` begins. Rows without an entity need no posting.
        let mut starts = alloc::vec![0u32; n_entities + 2];
        column.for_each(n_rows, |id| {
            if let Some(count) = starts.get_mut(id as usize + 1) {
                *count += 1;
            }
        });
        starts.get_mut(1).into_iter().for_each(|n_without| *n_without = 0);
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end - *start;
        }
        let mut rows = alloc::vec![0u16; end as usize];
        let mut place = |row: usize, id: u64| {
            if id == 0 {
                return;
            }
            if let Some(cursor) = starts.get_mut(id as usize + 1) {
                if let Some(slot) = rows.get_mut(*cursor as usize) {
                    *slot = row as u16;
                }
                *cursor += 1;
            }
        };
        match order {
            Some(order) => order.iter().for_each(|row| place(usize::from(*row), column.get(usize::from(*row)))),
            None => {
                let mut next = 0..n_rows;
                column.for_each(n_rows, |id| next.next().into_iter().for_each(|row| place(row, id)));
            }
        }
        let n_starts = starts.len();
        Self { starts: Column::pack(starts.into_iter().map(u64::from)), n_starts, rows: rows.into() }
    }

    fn rows(&self, id: EntityId) -> &[u16] {
        let idx = id.0 as usize;
        if id.is_none() || idx + 1 >= self.n_starts {
            return &[];
        }
        self.rows.get(self.starts.get(idx) as usize..self.starts.get(idx + 1) as usize).unwrap_or_default()
    }

    fn n_bytes(&self) -> usize {
        self.starts.n_bytes(self.n_starts) + size_of_val(&*self.rows)
    }
}
