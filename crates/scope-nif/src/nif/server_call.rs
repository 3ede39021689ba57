//! What a row of `ElixirScope.Recorder.ServerLoop.Table` reads in a call: how the probe of a VM looks through the library's own eyes.
//!
//! Invariant: a call is read by [`Row::read`], as in the callbacks.

use crate::capture::event::Content;
use crate::capture::server_row::{Reading, Row, cell, tuple};
use crate::term::raw_term;
use rustler::types::atom;
use rustler::types::tuple::make_tuple;
use rustler::{Encoder, Env, Error, NifResult, Term};

rustler::atoms! { nothing, unexpected }

/// Reads a call of a row's function as the callbacks do: `{module or nil, term}`, `nothing` or `unexpected`.
#[rustler::nif]
fn read_call<'a>(env: Env<'a>, row: Term<'a>, args: Vec<Term<'a>>) -> NifResult<Term<'a>> {
    let row = Row::decode(row)?;
    let args: Vec<u64> = args.into_iter().map(|arg| raw_term::of(arg.as_c_arg())).collect();
    // SAFETY: words of terms that are arguments of this call.
    let term = |word: u64| unsafe { Term::new(env, raw_term::term(word)) };
    Ok(match row.read(env.as_c_arg(), &args) {
        Reading::Nothing => nothing().encode(env),
        Reading::Unexpected => unexpected().encode(env),
        Reading::Event(module, content) => {
            let module = if module == 0 { atom::nil().encode(env) } else { term(module) };
            let content = match content {
                Content::Term(word) => term(word),
                Content::Tuple(words, n) => {
                    let elements: Vec<Term<'a>> = words.into_iter().take(n).map(term).collect();
                    make_tuple(env, &elements)
                }
                Content::Handlers(list) => {
                    let mut handlers = Vec::new();
                    let mut rest = list;
                    while let Some((head, tail)) = cell(env.as_c_arg(), rest) {
                        // SAFETY: part of a term that is an argument of this call.
                        handlers.push(match unsafe { tuple(env.as_c_arg(), head) } {
                            [_, module, id, state, ..] => (term(*module), term(*id), term(*state)).encode(env),
                            _ => term(head),
                        });
                        rest = tail;
                    }
                    handlers.encode(env)
                }
                Content::None => return Err(Error::BadArg),
            };
            (module, content).encode(env)
        }
    })
}
