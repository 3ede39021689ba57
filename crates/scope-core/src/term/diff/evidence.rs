//! Whether what was recorded of two values that are not collections of one kind proves that they differ.
//!
//! Invariant: only called for values that are not both complete and equal.

use crate::term::{Opaque, Term};

/// Whether no whole value can be behind both.
pub(super) fn differ(a: &Term, b: &Term) -> bool {
    match (a, b) {
        (Term::Cut | Term::Redacted, _) | (_, Term::Cut | Term::Redacted) => false,
        (Term::Opaque(a, x), Term::Opaque(b, y)) => opaque_differ((*a, *x), (*b, *y)),
        (Term::Opaque(kind, _), other) | (other, Term::Opaque(kind, _)) => !may_be(*kind, other),
        (Term::BinaryCut(a, m), Term::BinaryCut(b, n)) => m != n || a.iter().zip(b).any(|(x, y)| x != y),
        (Term::BinaryCut(kept, total), Term::Binary(whole)) | (Term::Binary(whole), Term::BinaryCut(kept, total)) => {
            *total != whole.len() as u64 || !whole.starts_with(kept)
        }
        _ => true,
    }
}

/// Different numbers mean different terms; 0 means that no number was taken; equal numbers prove nothing.
fn opaque_differ((a, x): (Opaque, u64), (b, y): (Opaque, u64)) -> bool {
    if a == Opaque::Other || b == Opaque::Other {
        return false;
    }
    a != b || (x != y && x != 0 && y != 0)
}

/// Whether a value of this kind can be read at other times.
const fn may_be(kind: Opaque, other: &Term) -> bool {
    match kind {
        Opaque::Other => true,
        Opaque::Integer => matches!(other, Term::Integer(_) | Term::Big(..)),
        Opaque::Reference => matches!(other, Term::Reference(_)),
        _ => false,
    }
}
