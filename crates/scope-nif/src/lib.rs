//! The BEAM edge of ElixirScope: tracer callbacks, capture buffers, the sealer and the door as NIFs of `ElixirScope.Native`.
//!
//! Invariant: nothing here decides what an answer is: `scope-query` does.
//! Invariant: a traced process is never blocked, and never pays for more than one capped walk an event.

mod budget;
mod by_hand;
mod clock;
mod config;
mod door;
mod draft;
mod filter;
mod given;
mod native_record;
mod notice;
mod record;
mod recorder;
mod reference;
mod remembered;
mod ring;
mod sampling;
mod sealer;
mod server_row;
mod term_kind;
mod tick;
mod tracer;
mod value;
mod walk;
mod word;
mod words;

fn load(env: rustler::Env<'_>, _info: rustler::Term<'_>) -> bool {
    word::check(env.as_c_arg());
    term_kind::learn(env.as_c_arg());
    tracer::load_atoms(env.as_c_arg());
    true
}

rustler::init!("Elixir.ElixirScope.Native", load = load);
