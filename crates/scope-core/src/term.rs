//! Terms: how an Erlang term is kept, read, shown and turned back into a real one.
//!
//! A term is bytes in Erlang's External Term Format (the tags and layouts of the ERTS User's Guide, "External Term Format")
//! plus private tags for what a hot path must not expand. There are two forms of the same grammar:
//!
//! - *in flight*: written by the capture walk (and by [`write`](self::write)). An atom or pid is its tag and eight bytes
//!   (big endian): a VM word at first, the number of an [`AtomId`](crate::AtomId) or [`EntityId`](crate::EntityId) of the
//!   recorder's [`Symbols`](crate::Symbols) after [`resolve`](self::resolve).
//! - *stored*: in a sealed chunk. An atom or pid is its tag and a LEB128 number in the chunk's own dictionary.
//!
//! | tag | name | layout after the tag (big endian) | fidelity |
//! |---|---|---|---|
//! | 70 | float | f64 | exact |
//! | 97 | small integer | u8 | exact |
//! | 98 | integer | i32 | exact |
//! | 104 / 105 | tuple | u8 / u32 arity, elements | exact |
//! | 106 | nil | - | exact |
//! | 108 | list | u32 count, elements, tail | exact |
//! | 109 | binary | u32 length, bytes | exact |
//! | 110 / 111 | big integer | u8 / u32 n, u8 sign, n bytes little endian | exact |
//! | 116 | map | u32 pairs, key, value, ... | exact |
//! | 200 | atom | u64, or LEB128 when stored | exact |
//! | 201 | pid of this node | u64, or LEB128 when stored | exact |
//! | 202 | reference of this node | u8 n (1..=5), n x u32 | exact |
//! | 203 | opaque | u8 [`Opaque`], u64 number, equal for equal terms | opaque |
//! | 204 | redacted | - | redacted |
//! | 205 | cut | - (in place of a term, or as the tail of a list: the rest was not walked) | cut |
//! | 206 | binary, cut | u32 n kept, u64 total, n bytes | cut |
//! | 207 | tuple, cut | u32 n kept, u32 arity, n elements | cut |
//! | 208 | map, cut | u32 n kept, u32 pairs, n x (key, value) | cut |
//! | 209 | port of this node | u64 number | exact |
//! | 210 | native record | u8 exported (1) or not (0), module, name (atoms), a map of its fields in their order | exact |
//!
//! Invariant: a term is never evaluated; reading one cannot create an atom, a process or a function.
//! Invariant: no reader recurses deeper than [`MAX_DEPTH`], and none trusts a length it has not checked against the bytes left.

use crate::elixir::Elixir;

mod cursor;
pub mod diff;
pub mod etf;
pub mod inspect;
pub mod localize;
pub mod part;
pub mod pattern;
pub mod read;
pub mod redact;
pub mod resolve;
pub(crate) mod search;
mod tree;
pub mod write;

pub use tree::Term;

/// The deepest nesting any reader follows. The capture walk's own limit is far lower (12 by default).
pub const MAX_DEPTH: usize = 128;

/// The tag bytes; see the table in the module documentation.
#[allow(missing_docs)]
pub mod tag {
    pub const FLOAT: u8 = 70;
    pub const SMALL_INTEGER: u8 = 97;
    pub const INTEGER: u8 = 98;
    pub const SMALL_TUPLE: u8 = 104;
    pub const LARGE_TUPLE: u8 = 105;
    pub const NIL: u8 = 106;
    pub const LIST: u8 = 108;
    pub const BINARY: u8 = 109;
    pub const SMALL_BIG: u8 = 110;
    pub const LARGE_BIG: u8 = 111;
    pub const MAP: u8 = 116;
    pub const ATOM: u8 = 200;
    pub const PID: u8 = 201;
    pub const REFERENCE: u8 = 202;
    pub const OPAQUE: u8 = 203;
    pub const REDACTED: u8 = 204;
    pub const CUT: u8 = 205;
    pub const BINARY_CUT: u8 = 206;
    pub const TUPLE_CUT: u8 = 207;
    pub const MAP_CUT: u8 = 208;
    pub const PORT: u8 = 209;
    pub const RECORD: u8 = 210;
}

/// What an opaque term was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opaque {
    /// A fun: its code and environment cannot be read.
    Function = 0,
    /// A bitstring whose length is not a multiple of 8 bits.
    Bitstring = 1,
    /// A pid of another node.
    RemotePid = 2,
    /// A reference of another node, or of a form whose words could not be checked at load.
    Reference = 3,
    /// A port of another node.
    RemotePort = 4,
    /// An integer too wide to read.
    Integer = 5,
    /// Anything else.
    Other = 6,
}

impl Opaque {
    /// The opaque kind of a number; unknown numbers are [`Opaque::Other`].
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Function,
            1 => Self::Bitstring,
            2 => Self::RemotePid,
            3 => Self::Reference,
            4 => Self::RemotePort,
            5 => Self::Integer,
            _ => Self::Other,
        }
    }

    /// The name of the kind, as an Elixir atom shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Bitstring => "bitstring",
            Self::RemotePid => "remote_pid",
            Self::Reference => "reference",
            Self::RemotePort => "remote_port",
            Self::Integer => "integer",
            Self::Other => "other",
        }
    }
}

/// Resolves the dictionary ids inside a stored term. A chunk's dictionary and [`Symbols`](crate::Symbols) implement it.
pub trait Names {
    /// The text of an atom; empty for an unknown id.
    fn atom_text(&self, id: crate::AtomId) -> &str;
    /// The process of an entity id, or `None` when it is not a process of the recorded node.
    fn process(&self, id: crate::EntityId) -> Option<crate::ProcessKey>;
    /// The release of Elixir of the node whose names these are, as whose `inspect` shows terms.
    fn elixir(&self) -> Elixir {
        Elixir::default()
    }
}

impl Names for crate::Symbols {
    fn elixir(&self) -> Elixir {
        self.elixir
    }

    fn atom_text(&self, id: crate::AtomId) -> &str {
        self.atom(id)
    }

    fn process(&self, id: crate::EntityId) -> Option<crate::ProcessKey> {
        match self.entity(id) {
            Some(crate::Entity::Process(process)) => Some(*process),
            _ => None,
        }
    }
}
