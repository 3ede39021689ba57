//! A term as a tree in memory: what [`read`](crate::term::read::read) returns and what [`write`](crate::term::write::write) takes.

use crate::ProcessKey;
use crate::symbols::ReferenceWords;
use crate::term::Opaque;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A term as a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// An integer that fits in 64 bits.
    Integer(i64),
    /// An integer that does not: sign (true = negative) and magnitude, little endian, without trailing zeros.
    Big(bool, Box<[u8]>),
    /// A float.
    Float(f64),
    /// An atom.
    Atom(String),
    /// A binary.
    Binary(Vec<u8>),
    /// A binary of which only the first bytes were kept, and its total length.
    BinaryCut(Vec<u8>, u64),
    /// A tuple.
    Tuple(Vec<Term>),
    /// The first elements of a tuple, and its arity.
    TupleCut(Vec<Term>, u32),
    /// Elements and tail; the tail of a proper list is `None`, of a cut one `Some(Cut)`.
    List(Vec<Term>, Option<Box<Term>>),
    /// A map, in the order captured.
    Map(Vec<(Term, Term)>),
    /// The first pairs of a map, and its size.
    MapCut(Vec<(Term, Term)>, u32),
    /// A native record: whether it is exported; its module, its name and a map of its fields, in their order.
    Record(bool, Box<[Term]>),
    /// A process of the recorded node.
    Pid(ProcessKey),
    /// A port of the recorded node.
    Port(u64),
    /// A reference of the recorded node.
    Reference(ReferenceWords),
    /// What could not be read, and a number that is equal for equal terms.
    Opaque(Opaque, u64),
    /// A value removed under the redaction rules.
    Redacted,
    /// A place the capture walk did not reach.
    Cut,
}
