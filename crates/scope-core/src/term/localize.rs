//! From a resolved term in flight to the stored form: the recorder's ids become a chunk's own, in as few bytes as they need.
//!
//! Invariant: the stored form is never longer than the form in flight.

use crate::error::Result;
use crate::term::cursor::{self, Cursor, Damage, Form, InFlight, Item, Stored, push_id};
use crate::term::tag;
use crate::{AtomId, EntityId};
use alloc::vec::Vec;

/// Appends the stored form of `in_flight` to `out`; `atom` and `entity` give the chunk's ids for the recorder's.
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when `in_flight` is not exactly one resolved in-flight term; `out` then holds a
/// part of it.
pub fn localize(
    in_flight: &[u8],
    atom: &mut impl FnMut(AtomId) -> AtomId,
    entity: &mut impl FnMut(EntityId) -> EntityId,
    out: &mut Vec<u8>,
) -> Result<()> {
    Ok(rename::<InFlight>(in_flight, atom, entity, out)?)
}

/// The same for a term in stored form, which moves from one dictionary to another.
pub(crate) fn relocate(
    stored: &[u8],
    atom: &mut impl FnMut(AtomId) -> AtomId,
    entity: &mut impl FnMut(EntityId) -> EntityId,
    out: &mut Vec<u8>,
) -> Result<()> {
    Ok(rename::<Stored>(stored, atom, entity, out)?)
}

fn rename<F: Form>(
    bytes: &[u8],
    atom: &mut impl FnMut(AtomId) -> AtomId,
    entity: &mut impl FnMut(EntityId) -> EntityId,
    out: &mut Vec<u8>,
) -> cursor::Result<()> {
    out.reserve(bytes.len());
    let mut cursor = Cursor::new(bytes);
    let (mut run_start, mut n_left) = (0, 1u64);
    while n_left > 0 {
        let start = cursor.pos();
        let item = cursor.item::<F>()?;
        n_left = n_left - 1 + item.n_parts();
        let (tag, id) = match item {
            Item::Atom(id) => (tag::ATOM, atom(AtomId(narrow(id)?)).0),
            Item::Pid(id) => (tag::PID, entity(EntityId(narrow(id)?)).0),
            _ => continue,
        };
        out.extend_from_slice(bytes.get(run_start..start).unwrap_or_default());
        out.push(tag);
        push_id(id, out);
        run_start = cursor.pos();
    }
    out.extend_from_slice(cursor.since(run_start));
    cursor.finish()
}

fn narrow(id: u64) -> cursor::Result<u32> {
    u32::try_from(id).map_err(|_| Damage("an id has more than 32 bits"))
}
