//! Turns a stored term into plain External Term Format, for an edge that can make real terms of it.
//!
//! Places that are not exact become maps that are Elixir structs: `%ElixirScope.Truncated{kept: n, total: m | nil, of: :binary |
//! :tuple | :map | :list | :term, value: what was kept}`, `%ElixirScope.Opaque{type: atom, id: integer}`, `%ElixirScope.Redacted{}`.
//! With [`Origin::Imported`], pids, ports, references become `%ElixirScope.Foreign{type: :pid | :port | :reference, text: "<0.1.0>"}`,
//! and atoms the edge does not know become `%ElixirScope.Foreign{type: :atom, text: "name"}`.

use crate::error::Result;
use crate::term::Names;
use alloc::vec::Vec;

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

/// Appends plain ETF (without the leading 131) of a stored term to `out`. `atom_exists` says whether the edge knows an atom.
///
/// # Errors
/// [`Error::Corrupt`](crate::Error::Corrupt) when the bytes are not exactly one stored term.
pub fn to_etf(
    bytes: &[u8],
    names: &impl Names,
    origin: Origin<'_>,
    atom_exists: &mut dyn FnMut(&str) -> bool,
    out: &mut Vec<u8>,
) -> Result<()> {
    let _ = (bytes, names, origin, atom_exists, out);
    unimplemented!()
}
