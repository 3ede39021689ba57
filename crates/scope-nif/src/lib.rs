//! The BEAM binding of ElixirScope: tracer callbacks, capture buffers, the sealer, and the API as NIFs of `ElixirScope.Native`.
//!
//! Invariant: nothing here decides what an answer is: `scope-query` does.
//! Invariant: a traced process is never blocked, and never pays for more than one capped walk an event.

mod capture;
mod nif;
mod sealer;
mod term;

use capture::tracer;
use term::raw_term;

fn load(env: rustler::Env<'_>, _info: rustler::Term<'_>) -> bool {
    raw_term::check(env.as_c_arg());
    tracer::load_atoms(env.as_c_arg());
    true
}

rustler::init!("Elixir.ElixirScope.Native", load = load);
