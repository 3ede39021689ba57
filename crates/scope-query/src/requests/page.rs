//! A page of rows: as many as the limit allows, and where the next page begins.

use crate::argument::cursor::{Cursor, count_text};
use crate::requests::is_cut;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{EventId, OrderKey};

/// The rows of one page.
#[derive(Debug)]
pub(in crate::requests) struct Page<T> {
    pub(in crate::requests) rows: Vec<T>,
    /// The last row's cursor, when there are more.
    last: Option<Cursor>,
}

impl<T> Page<T> {
    /// Takes the first `limit` rows, and one more to know whether there are more; or as many as the answer may read.
    pub(in crate::requests) fn take(
        trace: &Trace,
        rows: impl IntoIterator<Item = T>,
        limit: usize,
        key: impl Fn(&T) -> (OrderKey, EventId),
    ) -> Self {
        let mut found = Vec::new();
        let mut rows = rows.into_iter();
        // A row of which not all was read is none.
        while found.len() <= limit
            && let Some(row) = rows.next().filter(|_| !trace.is_spent())
        {
            found.push(row);
        }
        let is_cut = is_cut(trace, found.len());
        let more = found.len() > limit || is_cut;
        let mut rows = found;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more).map(|row| cursor(key(row)));
        Self { rows, last }
    }

    /// Leaves the rows behind the first `n` to the next page.
    pub(in crate::requests) fn cut(&mut self, n: usize, key: impl Fn(&T) -> (OrderKey, EventId)) {
        self.rows.truncate(n);
        self.last = self.rows.last().map(|row| cursor(key(row)));
    }

    /// Whether there are more rows.
    pub(in crate::requests) const fn truncated(&self) -> bool {
        self.last.is_some()
    }

    /// The `next` of an answer to the request `kind`.
    pub(in crate::requests) fn next(&self, kind: &str) -> Option<String> {
        self.last.map(|cursor| cursor.text(kind))
    }
}

fn cursor((key, id): (OrderKey, EventId)) -> Cursor {
    Cursor { key, id }
}

/// The part of a ranking that begins at `place`, and the `next` of the answer. Ranks may shift in a live trace: they have no other key.
pub(in crate::requests) fn ranked<T>(rows: Vec<T>, kind: &str, place: u64, limit: usize) -> (Vec<T>, Option<String>) {
    let (n_rows, first) = (rows.len(), usize::try_from(place).unwrap_or(usize::MAX));
    let page: Vec<T> = rows.into_iter().skip(first).take(limit).collect();
    let end = first.saturating_add(page.len());
    let next = (end < n_rows && !page.is_empty()).then(|| count_text(kind, end as u64));
    (page, next)
}
