//! Reads a stored term into a [`Term`] tree. (For one part of it see [`part`](crate::term::part).)

use crate::error::Result;
use crate::term::cursor::{self, Cursor, Item, Stored, TOO_DEEP};
use crate::term::{MAX_DEPTH, Names, Opaque, Term};
use crate::{AtomId, EntityId};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Reads one whole stored term. A pid whose process the dictionary does not have is read as opaque.
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when the bytes are not exactly one stored term within
/// [`MAX_DEPTH`](crate::term::MAX_DEPTH).
pub fn read(bytes: &[u8], names: &dyn Names) -> Result<Term> {
    let mut cursor = Cursor::new(bytes);
    let term = read_term(&mut cursor, names, 0)?;
    cursor.finish()?;
    Ok(term)
}

fn read_term(cursor: &mut Cursor<'_>, names: &dyn Names, depth: usize) -> cursor::Result<Term> {
    let item = cursor.item::<Stored>()?;
    if item.n_parts() > 0 && depth == MAX_DEPTH {
        return Err(TOO_DEEP);
    }
    let depth = depth + 1;
    Ok(match item {
        Item::Integer(value) => Term::Integer(value.into()),
        Item::Big(negative, magnitude) => read_big(negative, magnitude),
        Item::Float(value) => Term::Float(value),
        Item::Atom(id) => Term::Atom(names.atom_text(AtomId(id as u32)).into()),
        Item::Pid(id) => match names.process(EntityId(id as u32)) {
            Some(process) => Term::Pid(process),
            None => Term::Opaque(Opaque::Other, id),
        },
        Item::Reference(bytes) => Term::Reference(reference_words(bytes).collect()),
        Item::Port(number) => Term::Port(number),
        Item::Binary(bytes) => Term::Binary(bytes.into()),
        Item::BinaryCut(bytes, total) => Term::BinaryCut(bytes.into(), total),
        Item::Opaque(kind, number) => Term::Opaque(kind, number),
        Item::Redacted => Term::Redacted,
        Item::Cut => Term::Cut,
        Item::Nil => Term::List(Vec::new(), None),
        Item::List(n) => {
            let elements = read_terms(n, cursor, names, depth)?;
            match read_term(cursor, names, depth)? {
                Term::List(rest, None) if rest.is_empty() => Term::List(elements, None),
                tail => Term::List(elements, Some(Box::new(tail))),
            }
        }
        Item::Tuple(n) => Term::Tuple(read_terms(n, cursor, names, depth)?),
        Item::TupleCut { kept, arity } => Term::TupleCut(read_terms(kept, cursor, names, depth)?, arity),
        Item::Map(n) => Term::Map(read_pairs(n, cursor, names, depth)?),
        Item::MapCut { kept, pairs } => Term::MapCut(read_pairs(kept, cursor, names, depth)?, pairs),
        Item::Record(exported) => Term::Record(exported, read_terms(3, cursor, names, depth)?.into_boxed_slice()),
    })
}

// Both grow as they read: counts nested in one another could promise far more than the bytes hold.
fn read_terms(n: u32, cursor: &mut Cursor<'_>, names: &dyn Names, depth: usize) -> cursor::Result<Vec<Term>> {
    let mut terms = Vec::new();
    for _ in 0..n {
        terms.push(read_term(cursor, names, depth)?);
    }
    Ok(terms)
}

fn read_pairs(n: u32, cursor: &mut Cursor<'_>, names: &dyn Names, depth: usize) -> cursor::Result<Vec<(Term, Term)>> {
    let mut pairs = Vec::new();
    for _ in 0..n {
        pairs.push((read_term(cursor, names, depth)?, read_term(cursor, names, depth)?));
    }
    Ok(pairs)
}

fn read_big(negative: bool, magnitude: &[u8]) -> Term {
    match small_big(negative, magnitude) {
        Some(value) => Term::Integer(value),
        None => Term::Big(negative, without_trailing_zeros(magnitude).into()),
    }
}

/// The value of a big integer that fits in 64 bits.
pub(crate) fn small_big(negative: bool, magnitude: &[u8]) -> Option<i64> {
    let magnitude = without_trailing_zeros(magnitude);
    let mut bytes = [0; 16];
    bytes.get_mut(..8)?.get_mut(..magnitude.len())?.copy_from_slice(magnitude);
    let value = i128::from_le_bytes(bytes);
    i64::try_from(if negative { -value } else { value }).ok()
}

pub(crate) fn without_trailing_zeros(mut magnitude: &[u8]) -> &[u8] {
    while let [rest @ .., 0] = magnitude {
        magnitude = rest;
    }
    magnitude
}

/// The words of a reference item.
pub(crate) fn reference_words(bytes: &[u8]) -> impl DoubleEndedIterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word))
}
