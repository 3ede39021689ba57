//! The columns of a chunk and their places in memory and in a file.
//!
//! | number | column | in a file as |
//! |---|---|---|
//! | 1 | tick | differences |
//! | 2 | thread | values |
//! | 3 | tie | values |
//! | 4 | kind | values |
//! | 5 | flags | values |
//! | 6 | process | values |
//! | 7 | peer | values |
//! | 8 | what | values |
//! | 9 | term | differences |
//!
//! In a file each column is its number (1 byte), the length of its record (4 bytes) and the record; unknown numbers are skipped.
//!
//! Invariant: every number read back fits the field it belongs to, and every kind belongs to the chunk's class.

use crate::chunk::TermId;
use crate::chunk::column::{Column, Encoding};
use crate::error::{Error, Result};
use crate::event::{Class, Event, Flags, Kind, Kinds, MAX_TICK, OrderKey};
use crate::symbols::EntityId;
use crate::wire::Reader;
use alloc::vec::Vec;

/// A row as it is appended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) event: Event,
    pub(crate) term: TermId,
}

#[derive(Debug)]
pub(crate) struct Columns {
    n_rows: usize,
    pub(crate) tick: Column,
    thread: Column,
    tie: Column,
    kind: Column,
    pub(crate) flags: Column,
    pub(crate) process: Column,
    pub(crate) peer: Column,
    pub(crate) what: Column,
    term: Column,
    /// Which kinds there are.
    pub(crate) kinds: Kinds,
}

impl Columns {
    pub(crate) fn pack(rows: &[Row]) -> Self {
        let column = |field: fn(&Row) -> u64| Column::pack(rows.iter().map(field));
        Self {
            n_rows: rows.len(),
            tick: column(|row| row.event.key.tick),
            thread: column(|row| row.event.key.thread.into()),
            tie: column(|row| row.event.key.tie.into()),
            kind: column(|row| row.event.kind as u64),
            flags: column(|row| row.event.flags.0.into()),
            process: column(|row| row.event.process.0.into()),
            peer: column(|row| row.event.peer.0.into()),
            what: column(|row| row.event.what.into()),
            term: column(|row| row.term.0.into()),
            kinds: rows.iter().fold(Kinds::default(), |kinds, row| kinds.with(Kinds::only(row.event.kind))),
        }
    }

    pub(crate) const fn n_rows(&self) -> usize {
        self.n_rows
    }

    #[inline]
    pub(crate) fn key(&self, row: usize) -> OrderKey {
        OrderKey { tick: self.tick.get(row), thread: self.thread.get(row) as u16, tie: self.tie.get(row) as u32 }
    }

    /// Every row's key, in order of rows.
    pub(crate) fn keys(&self) -> impl Iterator<Item = OrderKey> {
        (0..self.n_rows).map(|row| self.key(row))
    }

    #[inline]
    pub(crate) fn kind(&self, row: usize) -> Kind {
        Kind::from_number(self.kind.get(row) as u8).unwrap_or(Kind::Mark)
    }

    #[inline]
    pub(crate) fn flags(&self, row: usize) -> Flags {
        Flags(self.flags.get(row) as u8)
    }

    #[inline]
    pub(crate) fn what(&self, row: usize) -> u32 {
        self.what.get(row) as u32
    }

    /// The kind of a row alone, among others of its class.
    #[inline]
    pub(crate) fn kinds(&self, row: usize) -> Kinds {
        Kinds::numbered(self.kind.get(row) as u8)
    }

    pub(crate) fn event(&self, row: usize) -> Event {
        Event {
            key: self.key(row),
            kind: self.kind(row),
            flags: self.flags(row),
            process: EntityId(self.process.get(row) as u32),
            peer: EntityId(self.peer.get(row) as u32),
            what: self.what(row),
        }
    }

    #[inline]
    pub(crate) fn term(&self, row: usize) -> TermId {
        TermId(self.term.get(row) as u32)
    }

    /// The numbers and encodings of the table above.
    fn numbered(&self) -> [(u8, Encoding, &Column); 9] {
        use Encoding::{Differences, Values};
        [
            (1, Differences, &self.tick),
            (2, Values, &self.thread),
            (3, Values, &self.tie),
            (4, Values, &self.kind),
            (5, Values, &self.flags),
            (6, Values, &self.process),
            (7, Values, &self.peer),
            (8, Values, &self.what),
            (9, Differences, &self.term),
        ]
    }

    pub(crate) fn data_bytes(&self) -> usize {
        self.numbered().iter().map(|(_, _, column)| column.n_bytes(self.n_rows)).sum()
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        for (number, encoding, column) in self.numbered() {
            out.push(number);
            let length_at = out.len();
            out.extend_from_slice(&[0; 4]);
            column.encode(self.n_rows, encoding, out);
            let length = (out.len() - length_at - 4) as u32;
            if let Some(slot) = out.get_mut(length_at..length_at + 4) {
                slot.copy_from_slice(&length.to_le_bytes());
            }
        }
    }

    /// Reads what [`Columns::encode`] wrote and checks it against the class and the number of entities and terms.
    pub(crate) fn decode(bytes: &[u8], n_rows: usize, class: Class, n_entities: usize, n_terms: usize) -> Result<Self> {
        let mut reader = Reader::new(bytes, "columns");
        let mut found: [Option<Column>; 9] = Default::default();
        while !reader.is_empty() {
            let (number, length) = (reader.u8()?, reader.u32()?);
            let mut record = Reader::new(reader.bytes(length as usize)?, "columns");
            if let Some(slot) = usize::from(number).checked_sub(1).and_then(|idx| found.get_mut(idx)) {
                *slot = Some(Column::decode(n_rows, &mut record)?);
                record.finish()?;
            }
        }
        let [
            Some(tick),
            Some(thread),
            Some(tie),
            Some(kind),
            Some(flags),
            Some(process),
            Some(peer),
            Some(what),
            Some(term),
        ] = found
        else {
            return Err(reader.corrupt("a column is missing"));
        };
        let limits = [
            (&tick, MAX_TICK),
            (&thread, u64::from(u16::MAX)),
            (&tie, u64::from(u32::MAX)),
            (&kind, u64::from(u8::MAX)),
            (&flags, u64::from(u8::MAX)),
            (&process, n_entities as u64),
            (&peer, n_entities as u64),
            (&what, u64::from(u32::MAX)),
            (&term, n_terms as u64),
        ];
        if !limits.iter().all(|(column, limit)| column.max().is_some_and(|max| max <= *limit)) {
            return Err(reader.corrupt("a number is out of its range"));
        }
        let mut kinds = [false; 256];
        kind.for_each(n_rows, |number| {
            if let Some(seen) = kinds.get_mut(number as usize) {
                *seen = true;
            }
        });
        let mut found_kinds = Kinds::default();
        for (number, _) in (0..=u8::MAX).zip(kinds).filter(|(_, seen)| *seen) {
            match Kind::from_number(number) {
                Some(kind) if kind.class() == class => found_kinds = found_kinds.with(Kinds::only(kind)),
                Some(_) => return Err(reader.corrupt("a kind is of another class")),
                None => return Err(Error::NewerKind { what: "event" }),
            }
        }
        Ok(Self { n_rows, tick, thread, tie, kind, flags, process, peer, what, term, kinds: found_kinds })
    }
}
