//! What it costs to capture a term: for tests and measurements, with the walk that the callbacks use.

use crate::capture::term_encoder;
use crate::term::raw_term;
use rustler::{Env, Error, NifResult, Term};

/// The largest walk that may be asked for.
const MAX_CAP: usize = 1 << 16;

/// The bytes a term takes, and what its walk spends of the VM's API.
#[rustler::nif]
fn walk_cost(env: Env<'_>, term: Term<'_>, cap: usize, depth: u32) -> NifResult<(usize, u32)> {
    if cap > MAX_CAP || !(1..=term_encoder::MAX_DEPTH).contains(&depth) {
        return Err(Error::BadArg);
    }
    let mut raw = Vec::new();
    // SAFETY: the term is an argument of this call.
    let n_spent = unsafe {
        term_encoder::walk_into(
            env.as_c_arg(),
            raw_term::of(term.as_c_arg()),
            cap,
            depth,
            term_encoder::MAX_SLOW,
            &mut raw,
        )
    };
    Ok((raw.len(), n_spent))
}
