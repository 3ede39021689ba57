//! Rows of `ElixirScope.Recorder.ServerLoop.Table` as they come from Elixir, and what they read in a call: the probe of a VM sees what the
//! callbacks would.
//!
//! Invariant: a call is read as in the callbacks, by [`server_call::read`].

use crate::capture::event::Content;
use crate::capture::filter::Role;
use crate::capture::server_call::{self, Reading, cell, tuple};
use crate::capture::server_row::{MAX_EXPECTED, Place, Row, Wanted};
use crate::term::raw_term;
use rustler::types::atom;
use rustler::types::tuple::make_tuple;
use rustler::{Atom, Encoder, Env, Error, NifResult, Term};
use scope_core::event::Kind;

rustler::atoms! { nothing, unexpected }

/// The role of a function as `ElixirScope.Recorder.Plan` gives it: `call`, `call_only`, or a row.
pub(crate) fn role(term: Term<'_>) -> NifResult<Role> {
    if !term.is_atom() {
        return row(term).map(Role::Server);
    }
    match term.atom_to_string()?.as_str() {
        "call" => Ok(Role::Call),
        "call_only" => Ok(Role::CallOnly),
        _ => Err(Error::BadArg),
    }
}

/// Kind, wanted, module, expected.
type RowTerm<'a> = (Atom, Term<'a>, Option<Vec<u8>>, Vec<(Vec<u8>, Term<'a>)>);

/// Reads a row: `{kind, wanted, module, expected}`, with kinds `state`, `last`, `first`, `handled`; wanted `{term, Place}`,
/// `{pair, Place, Place}`, `{handlers, Place}`, `{event, Place}` or `{message, Place, Place, Place}`; module a place or `nil`;
/// expected `[{Place, atom}]`.
fn row(term: Term<'_>) -> NifResult<Row> {
    let (kind, wanted, module, expected): RowTerm<'_> = term.decode()?;
    let name = |atom: Atom| atom.to_term(term.get_env()).atom_to_string();
    let place = |steps: &[u8]| Place::new(steps).ok_or(Error::BadArg);
    let (kind, returned) = match name(kind)?.as_str() {
        "state" => (Kind::State, false),
        "last" => (Kind::Terminate, false),
        "first" => (Kind::State, true),
        "handled" => (Kind::Handled, false),
        _ => return Err(Error::BadArg),
    };
    let wanted = if let Ok((how, one)) = wanted.decode::<(Atom, Vec<u8>)>() {
        match name(how)?.as_str() {
            "term" => Wanted::Term(place(&one)?),
            "handlers" => Wanted::Handlers(place(&one)?),
            "event" => Wanted::Event(place(&one)?),
            _ => return Err(Error::BadArg),
        }
    } else if let Ok((_pair, one, other)) = wanted.decode::<(Atom, Vec<u8>, Vec<u8>)>() {
        Wanted::Pair(place(&one)?, place(&other)?)
    } else {
        let (_message, message, tag, timer): (Atom, Vec<u8>, Vec<u8>, Vec<u8>) = wanted.decode()?;
        Wanted::Message { message: place(&message)?, tag: place(&tag)?, timer: place(&timer)? }
    };
    let module = module.map(|steps| place(&steps)).transpose()?;
    let mut places = [None; MAX_EXPECTED];
    if expected.len() > MAX_EXPECTED {
        return Err(Error::BadArg);
    }
    for (slot, (steps, atom)) in places.iter_mut().zip(expected) {
        *slot = Some((place(&steps)?, raw_term::of(atom.as_c_arg())));
    }
    Ok(Row { kind, wanted, module, expected: places, returned })
}

/// Reads a call of a row's function as the callbacks do: `{module or nil, term}`, `nothing` or `unexpected`.
#[rustler::nif]
fn read_call<'a>(env: Env<'a>, row: Term<'a>, args: Vec<Term<'a>>) -> NifResult<Term<'a>> {
    let row = self::row(row)?;
    let args: Vec<u64> = args.into_iter().map(|arg| raw_term::of(arg.as_c_arg())).collect();
    // SAFETY: words of terms that are arguments of this call.
    let term = |word: u64| unsafe { Term::new(env, raw_term::term(word)) };
    Ok(match server_call::read(&row, env.as_c_arg(), &args) {
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
