//! Turns a stored term into plain External Term Format, for an edge that can make real terms of it.
//!
//! Places that are not exact become maps that are Elixir structs: `%ElixirScope.Truncated{kept: n, total: m | nil, of: :binary |
//! :tuple | :map | :record | :list | :term, value: what was kept}`, `%ElixirScope.Opaque{type: atom, id: integer}`, `%ElixirScope.Redacted{}`.
//! A map with keys that were cut alike, which no map could hold, is `Truncated` with the pairs as a list of tuples.
//! With [`Origin::Imported`], pids, ports, references and native records become
//! `%ElixirScope.Foreign{type: :pid | :port | :reference | :record, text: "<0.1.0>"}`,
//! and atoms the edge does not know become `%ElixirScope.Foreign{type: :atom, text: "name"}`.
//!
//! Invariant: with [`Origin::Imported`] no live pid, port or reference and no new atom can come of the result.

use crate::error::Result;
use crate::term::cursor::{self, Cursor, Damage, Item, Stored, TOO_DEEP};
use crate::term::inspect::{Limits, inspect};
use crate::term::read::reference_words;
use crate::term::{MAX_DEPTH, Names, Opaque, tag};
use crate::{AtomId, EntityId, ProcessKey};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

const SMALL_ATOM_UTF8_EXT: u8 = 119;
const ATOM_UTF8_EXT: u8 = 118;
const NEW_PID_EXT: u8 = 88;
const NEW_PORT_EXT: u8 = 89;
const V4_PORT_EXT: u8 = 120;
const NEWER_REFERENCE_EXT: u8 = 90;
/// Of a native record, from OTP 29 on.
const RECORD_EXT: u8 = 67;
/// The VM refuses an atom of more characters.
const MAX_ATOM_CHARS: usize = 255;

/// Whose terms these are.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// Of this very node: pids, ports and references become live ones of node `node` with `creation`.
    Own {
        /// The node's name.
        node: &'a str,
        /// The node's creation number.
        creation: u32,
    },
    /// Of another node or an earlier life of this one.
    Imported,
}

/// Appends plain ETF (without the leading 131) of a stored term to `out`. `atom_exists` returns whether the binding has an atom;
/// it is called for imported atoms only.
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when the bytes are not exactly one stored term; `out` is then as it was.
pub fn to_etf(
    bytes: &[u8],
    names: &impl Names,
    origin: Origin<'_>,
    atom_exists: &mut dyn FnMut(&str) -> bool,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    let mut writer = Writer { cursor: Cursor::new(bytes), names, origin, atom_exists, out, n_inexact: 0 };
    let written = writer.term(0).and_then(|()| writer.cursor.finish());
    if written.is_err() {
        out.truncate(start);
    }
    Ok(written?)
}

struct Writer<'a, N> {
    cursor: Cursor<'a>,
    names: &'a N,
    origin: Origin<'a>,
    atom_exists: &'a mut dyn FnMut(&str) -> bool,
    out: &'a mut Vec<u8>,
    /// Structs written in place of terms so far.
    n_inexact: usize,
}

impl<N: Names> Writer<'_, N> {
    fn term(&mut self, depth: usize) -> cursor::Result<()> {
        let start = self.cursor.pos();
        let item = self.cursor.item::<Stored>()?;
        if item.n_parts() > 0 && depth == MAX_DEPTH {
            return Err(TOO_DEEP);
        }
        let depth = depth + 1;
        match item {
            // These are plain ETF already.
            Item::Integer(_) | Item::Big(..) | Item::Float(_) | Item::Binary(_) | Item::Nil => {
                self.out.extend_from_slice(self.cursor.since(start));
            }
            Item::Tuple(n) => {
                self.out.extend_from_slice(self.cursor.since(start));
                self.terms(n, depth)?;
            }
            Item::Atom(id) => self.atom(AtomId(id as u32)),
            Item::Pid(id) => match self.names.process(EntityId(id as u32)) {
                Some(process) => self.pid(process),
                None => self.opaque(Opaque::Other, id),
            },
            Item::Port(number) => self.port(number),
            Item::Reference(words) => self.reference(words),
            Item::Opaque(kind, number) => self.opaque(kind, number),
            Item::Redacted => self.structure("Elixir.ElixirScope.Redacted", 0),
            Item::Cut => {
                self.truncated("term", 0, None);
                self.known_atom("nil");
            }
            Item::BinaryCut(kept, total) => {
                self.truncated("binary", kept.len() as u64, Some(total));
                self.binary(kept);
            }
            Item::TupleCut { kept, arity } => {
                self.truncated("tuple", kept.into(), Some(arity.into()));
                self.head(tag::LARGE_TUPLE, kept);
                self.terms(kept, depth)?;
            }
            Item::List(n) => self.list(n, depth)?,
            Item::Map(n) => self.map(n, None, depth)?,
            Item::MapCut { kept, pairs } => self.map(kept, Some(pairs), depth)?,
            Item::Record(exported) => self.record(start, exported, depth)?,
        }
        Ok(())
    }

    /// A native record, whose item began at `start`. One whose fields were cut, or of another node, is recorded of by a struct.
    fn record(&mut self, start: usize, exported: bool, depth: usize) -> cursor::Result<()> {
        let mut ahead = self.cursor.clone();
        let (module, name, fields) = (ahead.item::<Stored>()?, ahead.item::<Stored>()?, ahead.item::<Stored>()?);
        if let (Origin::Own { .. }, Item::Atom(module), Item::Atom(name)) = (self.origin, module, name) {
            match fields {
                Item::Map(n) => return self.whole_record(n, exported, (module, name), ahead, depth),
                Item::MapCut { kept, pairs } => {
                    self.truncated("record", kept.into(), Some(pairs.into()));
                    self.cursor = ahead;
                    return self.map(kept, None, depth);
                }
                _ => {}
            }
        }
        for _ in 0..3 {
            self.cursor.skip::<Stored>()?;
        }
        let text = inspect(self.cursor.since(start), self.names, Limits::default());
        self.foreign("record", &text);
        Ok(())
    }

    /// RECORD_EXT: the number of fields, whether it is exported, module, name, all keys, all values.
    fn whole_record(
        &mut self,
        n: u32,
        exported: bool,
        (module, name): (u64, u64),
        fields: Cursor<'_>,
        depth: usize,
    ) -> cursor::Result<()> {
        self.head(RECORD_EXT, n);
        self.out.push(u8::from(exported));
        self.atom(AtomId(module as u32));
        self.atom(AtomId(name as u32));
        let mut keys = fields.clone();
        for _ in 0..n {
            match keys.item::<Stored>()? {
                Item::Atom(key) => self.atom(AtomId(key as u32)),
                _ => return Err(Damage("a native record has a key that is no atom")),
            }
            keys.skip::<Stored>()?;
        }
        for _ in 0..3 {
            // Up to the first key: module, name, and the head of the fields.
            self.cursor.item::<Stored>()?;
        }
        for _ in 0..n {
            self.cursor.skip::<Stored>()?;
            self.term(depth)?;
        }
        Ok(())
    }

    fn terms(&mut self, n: u32, depth: usize) -> cursor::Result<()> {
        (0..n).try_for_each(|_| self.term(depth))
    }

    fn list(&mut self, n: u32, depth: usize) -> cursor::Result<()> {
        let mut tail = self.cursor.clone();
        for _ in 0..n {
            tail.skip::<Stored>()?;
        }
        let is_cut = matches!(tail.item::<Stored>()?, Item::Cut);
        if is_cut {
            self.truncated("list", n.into(), None);
        }
        if n > 0 {
            self.head(tag::LIST, n);
        }
        self.terms(n, depth)?;
        if !is_cut {
            return self.term(depth);
        }
        self.out.push(tag::NIL);
        self.cursor = tail;
        Ok(())
    }

    /// `size` is that of the whole map when it was cut.
    fn map(&mut self, n: u32, size: Option<u32>, depth: usize) -> cursor::Result<()> {
        let start = self.out.len();
        if let Some(size) = size {
            self.truncated("map", n.into(), Some(size.into()));
        }
        self.head(tag::MAP, n);
        let (first, mut pairs, mut inexact_keys) = (self.out.len(), Vec::new(), Vec::new());
        for _ in 0..n {
            let (key, n_inexact) = (self.out.len(), self.n_inexact);
            self.term(depth)?;
            if self.n_inexact > n_inexact {
                inexact_keys.push(key - first..self.out.len() - first);
            }
            self.term(depth)?;
            pairs.push(key - first..self.out.len() - first);
        }
        if inexact_keys.len() > 1 {
            let encoded = self.out.get(first..).unwrap_or_default();
            let mut keys: Vec<_> = inexact_keys.into_iter().map(|range| encoded.get(range)).collect();
            keys.sort();
            if keys.windows(2).any(|pair| pair.first() == pair.last()) {
                self.pairs_as_list(start, first, &pairs, size.unwrap_or(n));
            }
        }
        Ok(())
    }

    /// Rewrites the map that begins at `start`, whose encoded pairs lie at ranges behind `first`.
    fn pairs_as_list(&mut self, start: usize, first: usize, pairs: &[Range<usize>], size: u32) {
        let encoded = self.out.split_off(first);
        self.out.truncate(start);
        self.truncated("map", pairs.len() as u64, Some(size.into()));
        self.head(tag::LIST, pairs.len() as u32);
        for pair in pairs {
            self.out.extend([tag::SMALL_TUPLE, 2]);
            self.out.extend_from_slice(encoded.get(pair.clone()).unwrap_or_default());
        }
        self.out.push(tag::NIL);
    }

    fn atom(&mut self, id: AtomId) {
        let names = self.names;
        let text = names.atom_text(id);
        let too_long = text.len() > MAX_ATOM_CHARS && text.chars().count() > MAX_ATOM_CHARS;
        if too_long || (matches!(self.origin, Origin::Imported) && !(self.atom_exists)(text)) {
            self.foreign("atom", text);
        } else {
            self.known_atom(text);
        }
    }

    fn pid(&mut self, process: ProcessKey) {
        let Origin::Own { node, creation } = self.origin else {
            return self.foreign("pid", &process.to_string());
        };
        self.out.push(NEW_PID_EXT);
        self.known_atom(node);
        for word in [process.number, process.serial, creation] {
            self.out.extend(word.to_be_bytes());
        }
    }

    fn port(&mut self, number: u64) {
        let Origin::Own { node, creation } = self.origin else {
            return self.foreign("port", &format!("<0.{number}>"));
        };
        if let Ok(number) = u32::try_from(number) {
            self.out.push(NEW_PORT_EXT);
            self.known_atom(node);
            self.out.extend(number.to_be_bytes());
        } else {
            self.out.push(V4_PORT_EXT);
            self.known_atom(node);
            self.out.extend(number.to_be_bytes());
        }
        self.out.extend(creation.to_be_bytes());
    }

    fn reference(&mut self, words: &[u8]) {
        let Origin::Own { node, creation } = self.origin else {
            let numbers: String = reference_words(words).rev().map(|word| format!(".{word}")).collect();
            return self.foreign("reference", &format!("<0{numbers}>"));
        };
        self.out.push(NEWER_REFERENCE_EXT);
        self.out.extend(((words.len() / 4) as u16).to_be_bytes());
        self.known_atom(node);
        self.out.extend(creation.to_be_bytes());
        self.out.extend_from_slice(words);
    }

    /// A `Truncated` up to its value, which must follow.
    fn truncated(&mut self, of: &str, kept: u64, total: Option<u64>) {
        self.structure("Elixir.ElixirScope.Truncated", 4);
        self.known_atom("of");
        self.known_atom(of);
        self.known_atom("kept");
        self.unsigned(kept);
        self.known_atom("total");
        match total {
            Some(total) => self.unsigned(total),
            None => self.known_atom("nil"),
        }
        self.known_atom("value");
    }

    fn opaque(&mut self, kind: Opaque, number: u64) {
        self.structure("Elixir.ElixirScope.Opaque", 2);
        self.known_atom("type");
        self.known_atom(kind.name());
        self.known_atom("id");
        self.unsigned(number);
    }

    fn foreign(&mut self, kind: &str, text: &str) {
        self.structure("Elixir.ElixirScope.Foreign", 2);
        self.known_atom("type");
        self.known_atom(kind);
        self.known_atom("text");
        self.binary(text.as_bytes());
    }

    /// The head of a struct; as many fields must follow.
    fn structure(&mut self, module: &str, n_fields: u32) {
        self.n_inexact += 1;
        self.head(tag::MAP, n_fields + 1);
        self.known_atom("__struct__");
        self.known_atom(module);
    }

    fn known_atom(&mut self, text: &str) {
        match u8::try_from(text.len()) {
            Ok(n) => self.out.extend([SMALL_ATOM_UTF8_EXT, n]),
            Err(_) => {
                self.out.push(ATOM_UTF8_EXT);
                self.out.extend((text.len() as u16).to_be_bytes());
            }
        }
        self.out.extend_from_slice(text.as_bytes());
    }

    fn binary(&mut self, bytes: &[u8]) {
        self.head(tag::BINARY, bytes.len() as u32);
        self.out.extend_from_slice(bytes);
    }

    fn unsigned(&mut self, value: u64) {
        self.out.extend([tag::SMALL_BIG, 8, 0]);
        self.out.extend(value.to_le_bytes());
    }

    fn head(&mut self, tag: u8, n: u32) {
        self.out.push(tag);
        self.out.extend(n.to_be_bytes());
    }
}
