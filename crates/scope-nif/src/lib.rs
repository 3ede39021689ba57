//! The BEAM binding of ElixirScope: tracer callbacks, capture buffers, the sealer, and the API as NIFs of `ElixirScope.Native`.
//!
//! Invariant: nothing here decides what an answer is: `scope-query` does.
//! Invariant: a traced process is never blocked, and never pays for more than one capped walk an event.

mod capture;
mod nif;
mod sealer;
mod term;

use capture::atom;
use term::{map_order, raw_term, term_kind};

/// `samples` is a large map and its list of pairs.
fn load(env: rustler::Env<'_>, samples: rustler::Term<'_>) -> bool {
    raw_term::check(env.as_c_arg());
    term_kind::learn(env.as_c_arg());
    if let Ok((map, list)) = samples.decode::<(rustler::Term<'_>, rustler::Term<'_>)>() {
        // SAFETY: arguments of this call.
        unsafe { map_order::learn(env.as_c_arg(), raw_term::of(map.as_c_arg()), raw_term::of(list.as_c_arg())) };
    }
    atom::load_atoms(env.as_c_arg());
    true
}

rustler::init!("Elixir.ElixirScope.Native", load = load);
