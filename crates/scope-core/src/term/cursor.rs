//! Reads the grammar of [`term`](crate::term) one item at a time: the only place that depends on the layout behind each tag.
//!
//! Invariant: a count is believed only when the bytes left could hold that many terms, so that no reader allocates more than
//! its input's size.

use crate::error::Error;
use crate::term::{Opaque, tag};

/// A scalar, or the head of a collection whose parts follow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    Integer(i32),
    /// Negative, magnitude little endian.
    Big(bool, &'a [u8]),
    Float(f64),
    Atom(u64),
    Pid(u64),
    /// The words, each big endian.
    Reference(&'a [u8]),
    Port(u64),
    Binary(&'a [u8]),
    BinaryCut(&'a [u8], u64),
    Opaque(Opaque, u64),
    Redacted,
    Cut,
    Nil,
    /// Elements; the tail follows them.
    List(u32),
    Tuple(u32),
    TupleCut {
        kept: u32,
        arity: u32,
    },
    Map(u32),
    MapCut {
        kept: u32,
        pairs: u32,
    },
    /// A native record: whether it is exported. Its module, its name and a map of its fields follow.
    Record(bool),
}

impl Item<'_> {
    /// Whether nothing of it was cut, redacted or opaque; of a collection, not looking at its parts.
    #[inline]
    pub(crate) const fn is_exact(&self) -> bool {
        !matches!(
            self,
            Item::BinaryCut(..)
                | Item::TupleCut { .. }
                | Item::MapCut { .. }
                | Item::Opaque(..)
                | Item::Redacted
                | Item::Cut
        )
    }

    /// How many terms follow that belong to this one.
    #[inline]
    pub(crate) fn n_parts(&self) -> u64 {
        match *self {
            Item::List(n) => u64::from(n) + 1,
            Item::Tuple(n) | Item::TupleCut { kept: n, .. } => u64::from(n),
            Item::Map(n) | Item::MapCut { kept: n, .. } => u64::from(n) * 2,
            Item::Record(_) => 3,
            _ => 0,
        }
    }
}

/// How atoms and pids are written: the one difference between the two forms.
pub(crate) trait Form {
    /// An id below 128 is one byte.
    const IS_STORED: bool;

    fn id(cursor: &mut Cursor<'_>) -> Result<u64>;
}

/// Eight bytes, big endian.
pub(crate) struct InFlight;

/// LEB128, at most 32 bits.
pub(crate) struct Stored;

impl Form for InFlight {
    const IS_STORED: bool = false;

    #[inline]
    fn id(cursor: &mut Cursor<'_>) -> Result<u64> {
        cursor.u64()
    }
}

impl Form for Stored {
    const IS_STORED: bool = true;

    #[inline]
    fn id(cursor: &mut Cursor<'_>) -> Result<u64> {
        let mut id = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = cursor.u8()?;
            id |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if id <= u64::from(u32::MAX) { Ok(id) } else { Err(Damage("an id has more than 32 bits")) };
            }
        }
        Err(Damage("an id has more than 32 bits"))
    }
}

/// Appends an id as [`Stored`] reads it.
#[inline]
pub(crate) fn push_id(mut id: u32, out: &mut alloc::vec::Vec<u8>) {
    while id >= 0x80 {
        out.push(id as u8 | 0x80);
        id >>= 7;
    }
    out.push(id as u8);
}

/// A position in the bytes of a term.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, pos: 0 }
    }

    #[inline]
    pub(crate) const fn pos(&self) -> usize {
        self.pos
    }

    /// The bytes from an earlier position up to here.
    #[inline]
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.pos).unwrap_or_default()
    }

    /// Reads one item.
    #[inline]
    pub(crate) fn item<F: Form>(&mut self) -> Result<Item<'a>> {
        Ok(match self.u8()? {
            tag::SMALL_INTEGER => Item::Integer(i32::from(self.u8()?)),
            tag::INTEGER => Item::Integer(i32::from_be_bytes(self.array()?)),
            tag::ATOM => Item::Atom(F::id(self)?),
            tag::PID => Item::Pid(F::id(self)?),
            tag::NIL => Item::Nil,
            tag::SMALL_TUPLE => Item::Tuple(u32::from(self.u8()?)),
            tag::LARGE_TUPLE => Item::Tuple(self.count(1)?),
            tag::LIST => Item::List(self.count(1)?),
            tag::MAP => Item::Map(self.count(2)?),
            tag::BINARY => {
                let n = self.u32()?;
                Item::Binary(self.take(n as usize)?)
            }
            tag::REFERENCE => match self.u8()? {
                n @ 1..=5 => Item::Reference(self.take(usize::from(n) * 4)?),
                _ => return Err(Damage("a reference has no or too many words")),
            },
            tag::FLOAT => match f64::from_be_bytes(self.array()?) {
                value if value.is_finite() => Item::Float(value),
                _ => return Err(Damage("a float is not a number of Erlang's")),
            },
            tag::SMALL_BIG => {
                let n = self.u8()?;
                Item::Big(self.u8()? != 0, self.take(usize::from(n))?)
            }
            tag::LARGE_BIG => {
                let n = self.u32()?;
                Item::Big(self.u8()? != 0, self.take(n as usize)?)
            }
            tag::PORT => Item::Port(self.u64()?),
            tag::OPAQUE => Item::Opaque(Opaque::from_number(self.u8()?), self.u64()?),
            tag::REDACTED => Item::Redacted,
            tag::CUT => Item::Cut,
            tag::BINARY_CUT => {
                let (n, total) = (self.u32()?, self.u64()?);
                Item::BinaryCut(self.take(n as usize)?, total)
            }
            tag::TUPLE_CUT => Item::TupleCut { kept: self.count_in_front_of(4, 1)?, arity: self.u32()? },
            tag::RECORD => Item::Record(self.u8()? != 0),
            tag::MAP_CUT => Item::MapCut { kept: self.count_in_front_of(4, 2)?, pairs: self.u32()? },
            _ => return Err(Damage("unknown tag")),
        })
    }

    /// Moves over one whole term, however deep.
    pub(crate) fn skip<F: Form>(&mut self) -> Result<()> {
        let mut n_left = 1u64;
        while n_left > 0 {
            let n_parts = match self.pass::<F>() {
                Some(n_parts) => n_parts,
                None => self.item::<F>()?.n_parts(),
            };
            n_left = n_left - 1 + n_parts;
        }
        Ok(())
    }

    /// Moves over an item of which only the length matters, as most are, and answers how many terms follow that belong to it; `None`,
    /// without a move, when it has to be read.
    #[inline]
    fn pass<F: Form>(&mut self) -> Option<u64> {
        let (n_bytes, n_parts) = match *self.bytes.get(self.pos..)? {
            [tag::SMALL_INTEGER, _, ..] => (2, 0),
            [tag::ATOM | tag::PID, id, ..] if F::IS_STORED && id < 0x80 => (2, 0),
            [tag::BINARY, a, b, c, d, ref rest @ ..] => {
                let n = u32::from_be_bytes([a, b, c, d]) as usize;
                (if n <= rest.len() { 5 + n } else { return None }, 0)
            }
            [tag::SMALL_TUPLE, n, ..] => (2, u64::from(n)),
            [tag::INTEGER, _, _, _, _, ..] => (5, 0),
            [tag::NIL, ..] => (1, 0),
            _ => return None,
        };
        self.pos += n_bytes;
        Some(n_parts)
    }

    /// Checks that nothing follows.
    pub(crate) fn finish(&self) -> Result<()> {
        if self.pos == self.bytes.len() { Ok(()) } else { Err(Damage("bytes after the term")) }
    }

    #[inline]
    fn u8(&mut self) -> Result<u8> {
        let byte = *self.bytes.get(self.pos).ok_or(ENDS_EARLY)?;
        self.pos += 1;
        Ok(byte)
    }

    #[inline]
    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    #[inline]
    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, _) = self.bytes.get(self.pos..).and_then(<[u8]>::split_first_chunk::<N>).ok_or(ENDS_EARLY)?;
        self.pos += N;
        Ok(*head)
    }

    #[inline]
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let taken = self.bytes.get(self.pos..).and_then(|rest| rest.get(..n)).ok_or(ENDS_EARLY)?;
        self.pos += n;
        Ok(taken)
    }

    /// A count of parts of at least `min_bytes` each, which begin right behind it.
    #[inline]
    fn count(&mut self, min_bytes: usize) -> Result<u32> {
        self.count_in_front_of(0, min_bytes)
    }

    /// A count of parts which begin `gap` bytes behind it.
    #[inline]
    fn count_in_front_of(&mut self, gap: usize, min_bytes: usize) -> Result<u32> {
        let n = self.u32()?;
        let room = (self.bytes.len() - self.pos).saturating_sub(gap);
        if (n as usize).saturating_mul(min_bytes) <= room { Ok(n) } else { Err(ENDS_EARLY) }
    }
}

/// Why a term cannot be read. Small, as it travels with every item; at the public functions it becomes an [`Error`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Damage(pub(crate) &'static str);

impl From<Damage> for Error {
    fn from(Damage(why): Damage) -> Self {
        Self::Corrupt { what: "term", why }
    }
}

pub(crate) type Result<T> = core::result::Result<T, Damage>;

const ENDS_EARLY: Damage = Damage("it ends early");
pub(crate) const TOO_DEEP: Damage = Damage("it is nested too deep");
