//! Rows of several chunks, merged in order of their keys.
//!
//! Invariant: a chunk is opened only when a row of it may be the next one; chunks outside the range never are.
//! Invariant: walking backward gives exactly the reverse of walking forward.

use crate::chunk::Chunk;
use crate::event::{Class, Kind, Kinds, OrderKey};
use crate::symbols::PeerKey;
use crate::trace::Allowance;
use crate::trace::chunk_list::ChunkList;
use crate::trace::presence::Listed;
use crate::trace::{Direction, RowRef};
use crate::{EntityId, ProcessKey};
use alloc::collections::BinaryHeap;
use alloc::collections::binary_heap::PeekMut;
use alloc::vec::{self, Vec};
use core::cmp::Ordering;
use core::fmt;
use core::ops::Range;

/// Picks the rows that are wanted out of a chunk.
pub trait Choice {
    /// The rows of `chunk` with `from <= key <= to` that are wanted, in time order.
    fn rows(&self, chunk: &Chunk, from: OrderKey, to: OrderKey) -> Vec<u16>;
}

/// A short text: a derived one would make every filter printable, which no caller uses.
impl fmt::Debug for dyn Choice + '_ {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a choice")
    }
}

/// To open a chunk costs about as much as to read so many rows of it.
const ROWS_PER_CHUNK: u64 = 8;

/// Which rows of a chunk are wanted.
#[derive(Clone, Debug)]
pub(crate) enum Selection<'a> {
    All,
    Process(ProcessKey),
    /// Those of one kind: a chunk that has none is passed over by its kinds alone.
    ProcessKind(ProcessKey, Kind),
    Peer(PeerKey),
    Chosen(&'a dyn Choice),
}

/// An iterator over rows in order.
#[derive(Debug)]
pub struct RowIter<'a> {
    direction: Direction,
    selection: Selection<'a>,
    to: OrderKey,
    walks: Vec<Walk<'a>>,
    open: BinaryHeap<Cursor<'a>>,
    /// The nearest key an unopened chunk may have.
    due: Option<OrderKey>,
    allowance: Option<&'a Allowance>,
}

/// The chunks of one list still to be opened.
#[derive(Debug)]
struct Walk<'a> {
    class: Class,
    list: &'a ChunkList,
    from: OrderKey,
    pending: Pending<'a>,
}

#[derive(Debug)]
enum Pending<'a> {
    Range(Range<usize>),
    Found(vec::IntoIter<usize>),
    /// The next chunk, and those behind it by their numbers: looked up one by one, because a walk rarely visits all of them.
    Listed(Option<Next>, Listed<'a>),
}

/// A chunk, and the id of the process that is walked there, if it is known.
#[derive(Clone, Copy, Debug)]
struct Next {
    chunk_idx: usize,
    process: Option<EntityId>,
}

/// An open chunk: the rows from `position` to `end` in walking order are still to come.
#[derive(Debug)]
struct Cursor<'a> {
    head: RowRef,
    direction: Direction,
    chunk: &'a Chunk,
    rows: Rows<'a>,
    /// Rows of other kinds are passed over.
    kind: Option<Kind>,
    /// The places left in `rows`, the head's excluded.
    left: Range<u32>,
}

#[derive(Debug)]
enum Rows<'a> {
    All,
    Listed(&'a [u16]),
    Chosen(Vec<u16>),
}

impl<'a> RowIter<'a> {
    /// Merges lists; each comes with its class and the low watermark below which its rows are hidden.
    pub(crate) fn new(
        lists: impl Iterator<Item = (Class, &'a ChunkList, OrderKey)>,
        selection: Selection<'a>,
        from: OrderKey,
        to: OrderKey,
        direction: Direction,
        allowance: Option<&'a Allowance>,
    ) -> Self {
        let walk = |(class, list, low_watermark): (Class, &'a ChunkList, OrderKey)| {
            let from = from.max(low_watermark);
            let within = list.between(from, to);
            let listed = |process, within, kinds| {
                let mut pending = Pending::Listed(None, list.naming(process, within, kinds));
                pending.take(list, direction);
                pending
            };
            let pending = match &selection {
                Selection::Process(process) => listed(*process, within, Some(Kinds::ANY)),
                Selection::ProcessKind(process, kind) => listed(*process, within, Some(Kinds::only(*kind))),
                Selection::Peer(PeerKey::Process(process)) => listed(*process, within, None),
                Selection::Peer(PeerKey::Name(name)) => match list.with_name(name, within.clone()) {
                    Some(chunks) => Pending::Found(chunks.into_iter()),
                    None => Pending::Range(within),
                },
                _ => Pending::Range(within),
            };
            Walk { class, list, from, pending }
        };
        let walks = lists.map(walk).collect();
        let mut rows = Self { direction, selection, to, walks, open: BinaryHeap::new(), due: None, allowance };
        rows.open_due();
        rows
    }

    /// Opens every chunk that may hold the next row.
    fn open_due(&mut self) {
        loop {
            self.due = None;
            if self.allowance.is_some_and(Allowance::is_spent) {
                self.open.clear();
                return;
            }
            let mut opened = false;
            for walk in &mut self.walks {
                while let Some(bound) = walk.bound(self.direction) {
                    if self.open.peek().is_some_and(|cursor| self.direction.is_before(cursor.head.key, bound)) {
                        self.due = Some(self.due.map_or(bound, |due| self.direction.nearer(due, bound)));
                        break;
                    }
                    self.open.extend(walk.open(&self.selection, self.to, self.direction, self.allowance));
                    opened = true;
                }
            }
            // A chunk opened later may come before the bound another one was held back by.
            if !opened {
                return;
            }
        }
    }
}

impl Iterator for RowIter<'_> {
    type Item = RowRef;

    fn next(&mut self) -> Option<RowRef> {
        let mut top = self.open.peek_mut()?;
        if self.allowance.is_some_and(|allowance| !allowance.take(1)) {
            return None;
        }
        let row = top.head;
        if !top.advance() {
            PeekMut::pop(top);
        } else {
            drop(top);
        }
        let waiting = match (self.open.peek(), self.due) {
            (Some(cursor), Some(due)) => !self.direction.is_before(cursor.head.key, due),
            (None, due) => due.is_some(),
            (Some(_), None) => false,
        };
        if waiting {
            self.open_due();
        }
        Some(row)
    }
}

impl<'a> Walk<'a> {
    /// The nearest key any chunk still to be opened may have.
    fn bound(&self, direction: Direction) -> Option<OrderKey> {
        let idx = self.pending.peek(direction)?;
        Some(match direction {
            Direction::Forward => self.list.ahead(idx),
            Direction::Backward => self.list.reach(idx),
        })
    }

    /// Opens the next chunk, if it has rows that are wanted.
    fn open(
        &mut self,
        selection: &Selection<'a>,
        to: OrderKey,
        direction: Direction,
        allowance: Option<&Allowance>,
    ) -> Option<Cursor<'a>> {
        let Next { chunk_idx: idx, process } = self.pending.take(self.list, direction)?;
        let chunk: &'a Chunk = self.list.chunks().get(idx)?;
        let cost = if matches!(selection, Selection::Chosen(_)) { chunk.len() as u64 } else { ROWS_PER_CHUNK };
        if allowance.is_some_and(|allowance| !allowance.take(cost)) {
            return None;
        }
        let id = |key: &ProcessKey| process.or_else(|| chunk.find_process(*key));
        let rows = match selection {
            Selection::All => Rows::All,
            Selection::Process(process) | Selection::ProcessKind(process, _) => {
                Rows::Listed(chunk.rows_with_process(id(process)?))
            }
            Selection::Peer(PeerKey::Process(process)) => Rows::Listed(chunk.rows_with_peer(id(process)?)),
            Selection::Peer(peer) => Rows::Listed(chunk.rows_with_peer(chunk.find_peer(peer)?)),
            Selection::Chosen(choice) => Rows::Chosen(choice.rows(chunk, self.from, to)),
        };
        if rows.len(chunk) == 0 {
            return None;
        }
        let start = rows.count_until(chunk, |key| key < self.from);
        let end = rows.count_until(chunk, |key| key <= to);
        let head = RowRef { class: self.class, chunk_idx: idx as u32, row: 0, key: OrderKey::default() };
        let kind = if let Selection::ProcessKind(_, kind) = selection { Some(*kind) } else { None };
        let mut cursor = Cursor { head, direction, chunk, rows, kind, left: start..end };
        cursor.advance().then_some(cursor)
    }
}

impl Pending<'_> {
    fn peek(&self, direction: Direction) -> Option<usize> {
        match self {
            Self::Range(range) => match direction {
                Direction::Forward => range.clone().next(),
                Direction::Backward => range.clone().next_back(),
            },
            Self::Found(chunks) => match direction {
                Direction::Forward => chunks.as_slice().first().copied(),
                Direction::Backward => chunks.as_slice().last().copied(),
            },
            Self::Listed(next, _) => next.map(|next| next.chunk_idx),
        }
    }

    fn take(&mut self, list: &ChunkList, direction: Direction) -> Option<Next> {
        let chunk_idx = match (self, direction) {
            (Self::Range(range), Direction::Forward) => range.next(),
            (Self::Range(range), Direction::Backward) => range.next_back(),
            (Self::Found(chunks), Direction::Forward) => chunks.next(),
            (Self::Found(chunks), Direction::Backward) => chunks.next_back(),
            (Self::Listed(next, listed), _) => {
                let mut held = core::iter::from_fn(|| listed.take(direction));
                let held = held.find_map(|(seq, process)| Some(Next { chunk_idx: list.position(seq)?, process }));
                return core::mem::replace(next, held);
            }
        };
        Some(Next { chunk_idx: chunk_idx?, process: None })
    }
}

impl Rows<'_> {
    fn len(&self, chunk: &Chunk) -> usize {
        match self {
            Self::All => chunk.len(),
            Self::Listed(rows) => rows.len(),
            Self::Chosen(rows) => rows.len(),
        }
    }

    fn at(&self, chunk: &Chunk, place: u32) -> u32 {
        let listed = |rows: &[u16]| rows.get(place as usize).map_or(0, |row| u32::from(*row));
        match self {
            Self::All => chunk.row_at_rank(place),
            Self::Listed(rows) => listed(rows),
            Self::Chosen(rows) => listed(rows),
        }
    }

    /// How many rows from the start on are before a border in time order.
    fn count_until(&self, chunk: &Chunk, before: impl Fn(OrderKey) -> bool) -> u32 {
        let n_rows = self.len(chunk) as u32;
        if before(chunk.last()) {
            return n_rows;
        }
        if !before(chunk.first()) {
            return 0;
        }
        let (mut low, mut high) = (0, n_rows);
        while low < high {
            let middle = low.midpoint(high);
            if before(chunk.key(self.at(chunk, middle))) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl Cursor<'_> {
    /// Moves the head to the next row; false when there is none.
    fn advance(&mut self) -> bool {
        loop {
            let next = match self.direction {
                Direction::Forward => self.left.next(),
                Direction::Backward => self.left.next_back(),
            };
            let Some(place) = next else { return false };
            let row = self.rows.at(self.chunk, place);
            if self.kind.is_none_or(|kind| self.chunk.kind(row) == kind) {
                self.head.row = row;
                self.head.key = self.chunk.key(row);
                return true;
            }
        }
    }
}

/// The heap's largest cursor is the one whose head comes next.
impl Ord for Cursor<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |cursor: &Self| (cursor.head.key, cursor.head.class, cursor.head.chunk_idx);
        match self.direction {
            Direction::Forward => place(other).cmp(&place(self)),
            Direction::Backward => place(self).cmp(&place(other)),
        }
    }
}

impl PartialOrd for Cursor<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cursor<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cursor<'_> {}

impl Direction {
    /// Whether walking meets `a` strictly before `b`.
    fn is_before(self, a: OrderKey, b: OrderKey) -> bool {
        match self {
            Self::Forward => a < b,
            Self::Backward => a > b,
        }
    }

    fn nearer(self, a: OrderKey, b: OrderKey) -> OrderKey {
        match self {
            Self::Forward => a.min(b),
            Self::Backward => a.max(b),
        }
    }
}
