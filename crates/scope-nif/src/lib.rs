//! The BEAM binding of ElixirScope: tracer callbacks, capture buffers, the sealer, and the API as NIFs of `ElixirScope.Native`.
//!
//! Invariant: nothing here decides what an answer is: `scope-query` does.
//! Invariant: a traced process is never blocked, and never pays for more than one capped walk an event.

mod capture;
mod nif;
mod sealer;
mod term;

use capture::atom;
use rustler::Term;
use term::bitstring::{self, Sample};
use term::{map_order, raw_term, reference, small_map, term_kind};

/// What only Elixir can make: a large map and its list of pairs, references of each kind, and parts of a binary with the first bit and the
/// number of bits of each.
type Samples<'a> = ((Term<'a>, Term<'a>), Vec<Term<'a>>, Vec<(Term<'a>, u64, u64)>);

fn load(env: rustler::Env<'_>, samples: Term<'_>) -> bool {
    let word = |term: &Term<'_>| raw_term::of(term.as_c_arg());
    raw_term::check(env.as_c_arg());
    term_kind::learn(env.as_c_arg());
    small_map::learn(env.as_c_arg());
    if let Ok(((map, list), references, bits)) = samples.decode::<Samples<'_>>() {
        let bits: Vec<Sample> = bits
            .iter()
            .map(|(term, first_bit, n_bits)| Sample { term: word(term), first_bit: *first_bit, n_bits: *n_bits })
            .collect();
        let references: Vec<u64> = references.iter().map(word).collect();
        reference::learn(env.as_c_arg(), &references);
        // SAFETY: arguments of this call.
        unsafe {
            map_order::learn(env.as_c_arg(), word(&map), word(&list));
            bitstring::learn(env.as_c_arg(), &bits);
        }
    }
    atom::load_atoms(env.as_c_arg());
    true
}

rustler::init!("Elixir.ElixirScope.Native", load = load);
