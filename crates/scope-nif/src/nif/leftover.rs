//! The functions that the recorder of the moment has trace patterns on, kept where no end of a process reaches.
//!
//! Patterns belong to the VM, and outlive the process that set them. Whoever cleans up reads here what there is to clear.
//!
//! Invariant: atoms never die, so their words stay terms.

use crate::sealer::recorder::lock;
use crate::term::raw_term;
use rustler::types::atom;
use rustler::{Atom, Env, Term};
use std::sync::Mutex;

static EXPECTED: Mutex<Vec<(u64, u64, u64)>> = Mutex::new(Vec::new());

/// These functions may have patterns of ours from now on, and no others.
#[rustler::nif(schedule = "DirtyIo")]
fn expect<'a>(functions: Vec<(Term<'a>, Term<'a>, u64)>) -> Atom {
    let word = |term: Term<'a>| raw_term::of(term.as_c_arg());
    *lock(&EXPECTED) = functions.into_iter().map(|(m, f, arity)| (word(m), word(f), arity)).collect();
    atom::ok()
}

/// The functions that may have patterns of ours.
#[rustler::nif(schedule = "DirtyIo")]
fn expected(env: Env<'_>) -> Vec<(Term<'_>, Term<'_>, u64)> {
    // SAFETY: atoms are immediates: their words are terms in every environment.
    let term = |word: u64| unsafe { Term::new(env, raw_term::term(word)) };
    lock(&EXPECTED).iter().map(|(m, f, arity)| (term(*m), term(*f), *arity)).collect()
}
