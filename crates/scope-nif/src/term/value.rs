//! Between Elixir terms and the door's JSON values. Translates, decides nothing.

use rustler::types::atom;
use rustler::{Atom, Binary, Encoder, Env, Error, ListIterator, MapIterator, NifResult, Term, TermType};
use serde_json::{Map, Number, Value};

/// A term as a value: maps with atom or string keys, strings, atoms (as strings; `nil`, `true` and `false` as themselves), integers,
/// lists. Anything else is refused.
pub(crate) fn from_term(term: Term<'_>) -> NifResult<Value> {
    match term.get_type() {
        TermType::Atom if term == atom::nil().to_term(term.get_env()) => Ok(Value::Null),
        TermType::Atom => match term.decode::<bool>() {
            Ok(truth) => Ok(Value::Bool(truth)),
            Err(_) => Ok(Value::String(term.atom_to_string()?)),
        },
        TermType::Integer => {
            let number = term.decode::<u64>().map(Number::from).or_else(|_| term.decode::<i64>().map(Number::from));
            number.map(Value::Number)
        }
        TermType::Binary => Ok(Value::String(text(term)?)),
        TermType::List => term.decode::<ListIterator<'_>>()?.map(from_term).collect::<NifResult<_>>().map(Value::Array),
        TermType::Map => {
            let pairs = MapIterator::new(term).ok_or(Error::BadArg)?;
            let pair = |(key, value)| Ok((text(key)?, from_term(value)?));
            pairs.map(pair).collect::<NifResult<Map<_, _>>>().map(Value::Object)
        }
        _ => Err(Error::BadArg),
    }
}

/// An atom or binary as a string.
pub(crate) fn text(term: Term<'_>) -> NifResult<String> {
    if term.is_atom() {
        return term.atom_to_string();
    }
    let bytes = term.decode::<Binary<'_>>()?;
    String::from_utf8(bytes.as_slice().to_vec()).map_err(|_| Error::BadArg)
}

/// A value as a term: objects are maps with atom keys, strings binaries, null is `nil`.
pub(crate) fn to_term<'a>(env: Env<'a>, value: &Value) -> NifResult<Term<'a>> {
    Ok(match value {
        Value::Null => atom::nil().encode(env),
        Value::Bool(truth) => truth.encode(env),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(n), _) => n.encode(env),
            (None, Some(n)) => n.encode(env),
            (None, None) => return Err(Error::BadArg),
        },
        Value::String(text) => text.encode(env),
        Value::Array(values) => {
            values.iter().map(|value| to_term(env, value)).collect::<NifResult<Vec<_>>>()?.encode(env)
        }
        Value::Object(fields) => {
            let mut keys = Vec::with_capacity(fields.len());
            let mut values = Vec::with_capacity(fields.len());
            for (key, value) in fields {
                // The keys are the field names of the answer types: a fixed, small set of atoms.
                keys.push(Atom::from_str(env, key)?.encode(env));
                values.push(to_term(env, value)?);
            }
            Term::map_from_term_arrays(env, &keys, &values)?
        }
    })
}
