//! A term with places left open, and whether a stored term matches it.
//!
//! What was cut, redacted or could not be read may have been anything, so a match has three answers. Maps match as subsets, as they do in
//! Elixir; a struct is a map with its `__struct__`.
//!
//! Invariant: [`Match::Yes`] and [`Match::No`] hold for whatever stood in the places that were not kept.
//! Invariant: no tree is built, and the recursion is as deep as the pattern, not as the term.

use crate::symbols::PidText;
use crate::term::cursor::{self, Cursor, Item, Stored};
use crate::term::read::small_big;
use crate::term::{Names, Opaque};
use crate::{AtomId, EntityId};
use alloc::string::String;
use alloc::vec::Vec;

/// A pattern. `A` is how it names atoms: by text, or by the ids of one dictionary (see [`Pattern::bind`]).
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern<A = String> {
    /// `_`: any term.
    Any,
    /// An integer.
    Integer(i64),
    /// A float; equal as numbers are.
    Float(f64),
    /// An atom.
    Atom(A),
    /// A pid of the recorded node; without an incarnation, any of them.
    Pid(PidText),
    /// A binary.
    Binary(Vec<u8>),
    /// `"abc" <> _`: a binary that begins so.
    BinaryFrom(Vec<u8>),
    /// A tuple; with `...` at its end (`true`) one that begins so.
    Tuple(Vec<Pattern<A>>, bool),
    /// A list; with `...` at its end (`true`) one that begins so, whatever its tail.
    List(Vec<Pattern<A>>, bool),
    /// A map that has, for each pair, a key and a value that match.
    Map(Vec<(Pattern<A>, Pattern<A>)>),
}

/// Whether a term matches a pattern, or a row a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It does not, whatever stood in the places that were not kept.
    No,
    /// It depends on what stood in the places that were not kept.
    Possible,
    /// It does.
    Yes,
}

impl Match {
    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Pattern {
    /// The pattern in the ids of one dictionary. `find` gives the id of an atom's text; an atom that the dictionary does not have is
    /// no atom of its terms.
    pub fn bind(&self, find: &impl Fn(&str) -> Option<AtomId>) -> Pattern<AtomId> {
        let all = |patterns: &[Self]| patterns.iter().map(|pattern| pattern.bind(find)).collect();
        match self {
            Self::Any => Pattern::Any,
            Self::Integer(value) => Pattern::Integer(*value),
            Self::Float(value) => Pattern::Float(*value),
            Self::Atom(text) => Pattern::Atom(find(text).unwrap_or(AtomId::NONE)),
            Self::Pid(pid) => Pattern::Pid(*pid),
            Self::Binary(bytes) => Pattern::Binary(bytes.clone()),
            Self::BinaryFrom(bytes) => Pattern::BinaryFrom(bytes.clone()),
            Self::Tuple(elements, open) => Pattern::Tuple(all(elements), *open),
            Self::List(elements, open) => Pattern::List(all(elements), *open),
            Self::Map(pairs) => {
                Pattern::Map(pairs.iter().map(|(key, value)| (key.bind(find), value.bind(find))).collect())
            }
        }
    }
}

impl Pattern<AtomId> {
    /// Whether a stored term matches. `names` is the dictionary of the term and of the pattern. A damaged term may have been anything.
    pub fn matches(&self, bytes: &[u8], names: &impl Names) -> Match {
        self.at(&mut Cursor::new(bytes), names).unwrap_or(Match::Possible)
    }

    /// Whether at most one key of a map can match.
    const fn is_one_key(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Atom(_) | Self::Binary(_))
    }

    /// Whether no term matches for sure, as it needs an atom that is none of the dictionary, or a text that all terms lack.
    #[must_use]
    pub fn needs_the_unknown(&self, lack: &dyn Fn(&[u8]) -> bool) -> bool {
        match self {
            Self::Atom(atom) => atom.is_none(),
            Self::Binary(bytes) | Self::BinaryFrom(bytes) => lack(bytes),
            Self::Tuple(elements, _) | Self::List(elements, _) => {
                elements.iter().any(|element| element.needs_the_unknown(lack))
            }
            Self::Map(pairs) => {
                pairs.iter().any(|(key, value)| key.needs_the_unknown(lack) || value.needs_the_unknown(lack))
            }
            _ => false,
        }
    }

    /// Matches the term under the cursor. The cursor is behind that term only if the answer is not [`Match::No`].
    fn at(&self, cursor: &mut Cursor<'_>, names: &impl Names) -> cursor::Result<Match> {
        if matches!(self, Self::Any) {
            cursor.skip::<Stored>()?;
            return Ok(Match::Yes);
        }
        let item = cursor.item::<Stored>()?;
        Ok(match (self, item) {
            (Self::Tuple(elements, open), Item::Tuple(n)) => {
                fits(elements, *open, n).map_or(Ok(Match::No), |()| sequence(elements, n, cursor, names))?
            }
            (Self::Tuple(elements, open), Item::TupleCut { kept, arity }) => {
                fits(elements, *open, arity).map_or(Ok(Match::No), |()| sequence(elements, kept, cursor, names))?
            }
            (Self::List(elements, open), Item::List(n)) => list(elements, *open, n, cursor, names)?,
            (Self::Map(pairs), Item::Map(n)) => map(pairs, n, Match::No, cursor, names)?,
            (Self::Map(pairs), Item::MapCut { kept, .. }) => map(pairs, kept, Match::Possible, cursor, names)?,
            (scalar, item) => scalar.scalar(&item, names),
        })
    }

    /// Matches what needs no more than the item itself.
    fn scalar(&self, item: &Item<'_>, names: &impl Names) -> Match {
        match (self, *item) {
            (_, Item::Cut | Item::Redacted | Item::Opaque(Opaque::Other, _))
            | (Self::Integer(_), Item::Opaque(Opaque::Integer, _)) => Match::Possible,
            (Self::Integer(value), Item::Integer(found)) => Match::of(*value == i64::from(found)),
            (Self::Integer(value), Item::Big(negative, magnitude)) => {
                Match::of(small_big(negative, magnitude) == Some(*value))
            }
            (Self::Float(value), Item::Float(found)) => Match::of(*value == found),
            (Self::Atom(atom), Item::Atom(found)) => Match::of(!atom.is_none() && u64::from(atom.0) == found),
            (Self::Pid(pid), Item::Pid(id)) => match names.process(EntityId(id as u32)) {
                Some(process) => Match::of(pid.means(process)),
                None => Match::Possible,
            },
            (Self::Binary(bytes), Item::Binary(found)) => Match::of(bytes == found),
            (Self::Binary(bytes), Item::BinaryCut(found, total)) => {
                if bytes.len() as u64 == total && bytes.starts_with(found) { Match::Possible } else { Match::No }
            }
            (Self::BinaryFrom(bytes), Item::Binary(found)) => Match::of(found.starts_with(bytes)),
            (Self::BinaryFrom(bytes), Item::BinaryCut(found, total)) => {
                if found.len() >= bytes.len() {
                    Match::of(found.starts_with(bytes))
                } else if bytes.len() as u64 <= total && bytes.starts_with(found) {
                    Match::Possible
                } else {
                    Match::No
                }
            }
            (Self::List(elements, _), Item::Nil) => Match::of(elements.is_empty()),
            _ => Match::No,
        }
    }
}

fn fits<A>(elements: &[Pattern<A>], open: bool, n: u32) -> Option<()> {
    let (wanted, n) = (elements.len() as u64, u64::from(n));
    (if open { wanted <= n } else { wanted == n }).then_some(())
}

/// The first elements under the cursor, of which `kept` were kept; moves behind all that were kept.
fn sequence(
    elements: &[Pattern<AtomId>],
    kept: u32,
    cursor: &mut Cursor<'_>,
    names: &impl Names,
) -> cursor::Result<Match> {
    let kept = kept as usize;
    let mut found = Match::Yes;
    for element in elements.iter().take(kept) {
        found = found.min(element.at(cursor, names)?);
        if found == Match::No {
            return Ok(found);
        }
    }
    for _ in elements.len()..kept {
        cursor.skip::<Stored>()?;
    }
    if elements.iter().skip(kept).any(|element| !matches!(element, Pattern::Any)) {
        found = found.min(Match::Possible);
    }
    Ok(found)
}

fn list(
    elements: &[Pattern<AtomId>],
    open: bool,
    n: u32,
    cursor: &mut Cursor<'_>,
    names: &impl Names,
) -> cursor::Result<Match> {
    let found = sequence(elements, n, cursor, names)?;
    if found == Match::No {
        return Ok(found);
    }
    let tail = cursor.clone().item::<Stored>()?;
    cursor.skip::<Stored>()?;
    // What stands for the tail may be the end of the list, or more of it.
    let unknown = matches!(tail, Item::Cut | Item::Redacted | Item::Opaque(Opaque::Other, _));
    let enough = elements.len() <= n as usize;
    Ok(match (enough, unknown) {
        (true, _) if open => found,
        (_, true) if elements.len() >= n as usize => Match::Possible,
        (true, false) if elements.len() == n as usize => found.min(Match::of(matches!(tail, Item::Nil))),
        _ => Match::No,
    })
}

/// `missing` is what a pair that is not among the kept ones may still be.
fn map(
    pairs: &[(Pattern<AtomId>, Pattern<AtomId>)],
    kept: u32,
    missing: Match,
    cursor: &mut Cursor<'_>,
    names: &impl Names,
) -> cursor::Result<Match> {
    let mut found = Match::Yes;
    for (key, value) in pairs {
        found = found.min(pair(key, value, kept, missing, cursor.clone(), names)?);
        if found == Match::No {
            return Ok(found);
        }
    }
    for _ in 0..u64::from(kept) * 2 {
        cursor.skip::<Stored>()?;
    }
    Ok(found)
}

/// Whether one of the pairs under the cursor is as wanted.
fn pair(
    key: &Pattern<AtomId>,
    value: &Pattern<AtomId>,
    kept: u32,
    missing: Match,
    mut at: Cursor<'_>,
    names: &impl Names,
) -> cursor::Result<Match> {
    let mut best = missing;
    for _ in 0..kept {
        let key_matches = if key.is_one_key() {
            let item = at.item::<Stored>()?;
            for _ in 0..item.n_parts() {
                at.skip::<Stored>()?;
            }
            key.scalar(&item, names)
        } else {
            let mut inside = at.clone();
            at.skip::<Stored>()?;
            key.at(&mut inside, names)?
        };
        // A key that is there is not there again.
        if key_matches == Match::Yes && key.is_one_key() {
            return value.at(&mut at, names);
        }
        if key_matches > best {
            best = best.max(key_matches.min(value.at(&mut at.clone(), names)?));
        }
        at.skip::<Stored>()?;
    }
    Ok(best)
}

impl Pattern {
    /// The tuple of an atom, so many open places, and this pattern.
    #[must_use]
    pub fn behind(self, atom: &str, n_open: usize) -> Self {
        let mut elements = Vec::from([Self::Atom(atom.into())]);
        elements.extend((0..n_open).map(|_| Self::Any));
        elements.push(self);
        Self::Tuple(elements, false)
    }

    /// A struct's module and fields as the map it is.
    #[must_use]
    pub fn of_struct(module: String, fields: Vec<(Self, Self)>) -> Self {
        let mut pairs = Vec::from([(Self::Atom("__struct__".into()), Self::Atom(module))]);
        pairs.extend(fields);
        Self::Map(pairs)
    }
}
