//! One part of a stored term by path, and its children by page, without building a tree of the rest.
//!
//! Invariant: a [`Part`] has been walked over once, so that nothing inside it can be damaged.

use crate::error::Result;
use crate::term::Opaque;
use crate::term::cursor::{self, Cursor, Item, Stored};

/// A term inside a stored term, found without building either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its stored form, itself one whole stored term.
    pub bytes: &'a [u8],
    /// What it is: `integer`, `float`, `atom`, `binary`, `tuple`, `list`, `map`, `record`, `pid`, `port`, `reference`,
    /// `function`, `opaque`, `redacted` or `cut`.
    pub kind: &'static str,
    /// The number of its children as captured: elements or pairs, and one more for the tail of a list that is improper or cut.
    pub size: u64,
}

/// A child of a [`Part`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child<'a> {
    /// Its step in a path: elements, pairs of a map and the tail of an improper list count from 0.
    pub step: u32,
    /// Its key, for the child of a map.
    pub key: Option<Part<'a>>,
    /// The child.
    pub part: Part<'a>,
}

/// The part at `path` (steps as in [`Child::step`]); the whole term for an empty path, `None` when a step leads nowhere.
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when the bytes are not exactly one stored term.
pub fn part<'a>(bytes: &'a [u8], path: &[u32]) -> Result<Option<Part<'a>>> {
    let mut cursor = Cursor::new(bytes);
    let mut found = next_part(&mut cursor)?;
    cursor.finish()?;
    for step in path {
        match found.children().nth(*step as usize) {
            Some(child) => found = child.part,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

impl<'a> Part<'a> {
    /// Whether nothing in it was cut, redacted or opaque.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let (mut cursor, mut n_left) = (Cursor::new(self.bytes), 1u64);
        while n_left > 0 {
            match cursor.item::<Stored>() {
                Ok(item) if item.is_exact() => n_left = n_left - 1 + item.n_parts(),
                _ => return false,
            }
        }
        true
    }

    /// Whether it may have children that were not recorded.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        match self.item() {
            Ok(Item::List(n)) => {
                self.children().nth(n as usize).is_some_and(|tail| matches!(tail.part.kind, "cut" | "redacted"))
            }
            Ok(item) => !item.is_exact(),
            Err(_) => true,
        }
    }

    /// Whether it is a list whose last child is a tail: improper, or cut.
    #[must_use]
    pub fn has_tail(&self) -> bool {
        matches!(self.item(), Ok(Item::List(n)) if self.size > u64::from(n))
    }

    pub(crate) fn item(&self) -> cursor::Result<Item<'a>> {
        Cursor::new(self.bytes).item::<Stored>()
    }

    /// Its children in order; `skip` and `take` page through them without reading their insides.
    #[must_use]
    pub fn children(&self) -> Children<'a> {
        let mut cursor = Cursor::new(self.bytes);
        let keyed = matches!(cursor.item::<Stored>(), Ok(Item::Map(_) | Item::MapCut { .. }));
        Children { cursor, keyed, step: 0, size: self.size }
    }
}

/// See [`Part::children`].
#[derive(Clone, Debug)]
pub struct Children<'a> {
    cursor: Cursor<'a>,
    keyed: bool,
    step: u32,
    size: u64,
}

impl<'a> Iterator for Children<'a> {
    type Item = Child<'a>;

    /// A part was walked over when it was found, so that none of its children can be damaged.
    fn next(&mut self) -> Option<Child<'a>> {
        if u64::from(self.step) == self.size {
            return None;
        }
        let key = if self.keyed { Some(next_part(&mut self.cursor).ok()?) } else { None };
        let child = Child { step: self.step, key, part: next_part(&mut self.cursor).ok()? };
        self.step += 1;
        Some(child)
    }
}

fn next_part<'a>(cursor: &mut Cursor<'a>) -> cursor::Result<Part<'a>> {
    let start = cursor.pos();
    let item = cursor.item::<Stored>()?;
    let size = match item {
        Item::List(n) => {
            for _ in 0..n {
                cursor.skip::<Stored>()?;
            }
            let tail = cursor.pos();
            cursor.skip::<Stored>()?;
            let is_proper = matches!(Cursor::new(cursor.since(tail)).item::<Stored>(), Ok(Item::Nil));
            u64::from(n) + u64::from(!is_proper)
        }
        _ => {
            for _ in 0..item.n_parts() {
                cursor.skip::<Stored>()?;
            }
            if matches!(item, Item::Map(_) | Item::MapCut { .. }) { item.n_parts() / 2 } else { item.n_parts() }
        }
    };
    Ok(Part { bytes: cursor.since(start), kind: kind(&item), size })
}

const fn kind(item: &Item<'_>) -> &'static str {
    match item {
        Item::Integer(_) | Item::Big(..) => "integer",
        Item::Float(_) => "float",
        Item::Atom(_) => "atom",
        Item::Pid(_) => "pid",
        Item::Reference(_) => "reference",
        Item::Port(_) => "port",
        Item::Binary(_) | Item::BinaryCut(..) => "binary",
        Item::Opaque(Opaque::Function, _) => "function",
        Item::Opaque(..) => "opaque",
        Item::Redacted => "redacted",
        Item::Cut => "cut",
        Item::Nil | Item::List(_) => "list",
        Item::Tuple(_) | Item::TupleCut { .. } => "tuple",
        Item::Map(_) | Item::MapCut { .. } => "map",
        Item::Record(_) => "record",
    }
}
