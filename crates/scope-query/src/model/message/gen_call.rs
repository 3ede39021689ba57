//! Requests of `GenServer.call` and their replies, recorded by what they say: `{:"$gen_call", {pid, tag}, request}` and `{tag, reply}`, where
//! a tag is a reference or `[:alias | reference]`.

use crate::model::row::Row;
use scope_core::chunk::Chunk;
use scope_core::symbols::ReferenceWords;
use scope_core::term::part::part;
use scope_core::term::{Term, read};

/// The reference that joins a request to its reply; `None` for a message that is no request.
pub(crate) fn request_tag(row: &Row<'_>) -> Option<ReferenceWords> {
    row.chunk.find_atom("$gen_call")?;
    let bytes = row.term()?.bytes;
    let (name, size) = (at(row.chunk, bytes, &[0])?, part(bytes, &[]).ok()??.size);
    match name {
        Term::Atom(name) if name == "$gen_call" && size == 3 => tag(at(row.chunk, bytes, &[1, 1])?),
        _ => None,
    }
}

/// The reference of a reply; `None` for a message that cannot be one.
pub(crate) fn reply_tag(row: &Row<'_>) -> Option<ReferenceWords> {
    let bytes = row.term()?.bytes;
    let whole = part(bytes, &[]).ok()??;
    if whole.kind != "tuple" || whole.size != 2 {
        return None;
    }
    tag(at(row.chunk, bytes, &[0])?)
}

/// Whether this is a reply that its caller takes out of turn: one to an alias, which only a caller that waits for it makes.
pub(crate) fn is_reply(row: &Row<'_>) -> bool {
    let alias = || row.chunk.find_atom("alias");
    alias().is_some()
        && reply_tag(row).is_some()
        && row.term().and_then(|term| part(term.bytes, &[0]).ok()?).is_some_and(|tag| tag.kind == "list")
}

/// Whether a delivery is an expired `receive ... after`, which the VM traces as the atom `timeout`.
pub(crate) fn is_expiry(row: &Row<'_>) -> bool {
    row.chunk.find_atom("timeout").is_some()
        && row
            .term()
            .is_some_and(|term| matches!(at(row.chunk, term.bytes, &[]), Some(Term::Atom(name)) if name == "timeout"))
}

fn tag(term: Term) -> Option<ReferenceWords> {
    match term {
        Term::Reference(words) => Some(words),
        Term::List(elements, Some(tail)) => match (elements.as_slice(), *tail) {
            ([Term::Atom(alias)], Term::Reference(words)) if alias == "alias" => Some(words),
            _ => None,
        },
        _ => None,
    }
}

/// A part of a term, which is small: a name or a tag.
fn at(chunk: &Chunk, bytes: &[u8], path: &[u32]) -> Option<Term> {
    /// No tag is larger.
    const MAX_BYTES: usize = 128;
    let found = part(bytes, path).ok()??;
    if found.bytes.len() > MAX_BYTES {
        return None;
    }
    read::read(found.bytes, chunk).ok()
}
