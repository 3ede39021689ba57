//! Requests as Elixir gives them, as JSON values. Translates, decides nothing.
//!
//! Invariant: what a caller passes in is read by tests for one type each, never by asking for "the type": a term of a kind that is newer
//! than this library is refused like any other.
//! Invariant: neither depth nor size of a term is trusted; an improper list is refused.

use rustler::types::atom;
use rustler::{Binary, Error, MapIterator, NifResult, Term};
use scope_query::json::MAX_NESTING;
use serde_json::{Map, Number, Value};

/// The deepest nesting of a request, as in JSON.
const MAX_DEPTH: u32 = MAX_NESTING as u32;
/// The most values in one request.
const MAX_VALUES: u32 = 100_000;

/// Why a term is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("a request is made of maps, lists, atoms, strings and integers of at most 64 bits")]
    Type,
    #[error("a list in a request is improper")]
    ImproperList,
    #[error("a request is nested at most {MAX_DEPTH} deep")]
    TooDeep,
    #[error("a request has at most {MAX_VALUES} values")]
    TooLarge,
}

/// A term as a value: maps with atom or string keys, strings, atoms (as strings; `nil`, `true` and `false` as themselves), integers,
/// lists.
///
/// # Errors
/// [`Refused`] for anything else.
pub(crate) fn from_term(term: Term<'_>) -> Result<Value, Refused> {
    Reader { n_left: MAX_VALUES }.value(term, 0)
}

struct Reader {
    n_left: u32,
}

impl Reader {
    fn value(&mut self, term: Term<'_>, depth: u32) -> Result<Value, Refused> {
        self.n_left = self.n_left.checked_sub(1).ok_or(Refused::TooLarge)?;
        if term.is_atom() {
            if term == atom::nil().to_term(term.get_env()) {
                return Ok(Value::Null);
            }
            let value = term.decode::<bool>().map(Value::Bool);
            return value.or_else(|_| text(term).map(Value::String)).map_err(|_| Refused::Type);
        }
        if term.is_binary() {
            return text(term).map(Value::String).map_err(|_| Refused::Type);
        }
        if term.is_number() {
            let number = term.decode::<u64>().map(Number::from).or_else(|_| term.decode::<i64>().map(Number::from));
            return number.map(Value::Number).map_err(|_| Refused::Type);
        }
        let depth = depth + 1;
        if (term.is_list() || term.is_map()) && depth > MAX_DEPTH {
            return Err(Refused::TooDeep);
        }
        if term.is_list() {
            return self.list(term, depth);
        }
        let pairs = MapIterator::new(term).ok_or(Refused::Type)?;
        let mut fields = Map::new();
        for (key, value) in pairs {
            fields.insert(text(key).map_err(|_| Refused::Type)?, self.value(value, depth)?);
        }
        Ok(Value::Object(fields))
    }

    /// The iterator of rustler panics at the end of an improper list.
    fn list(&mut self, mut list: Term<'_>, depth: u32) -> Result<Value, Refused> {
        let mut values = Vec::new();
        while let Ok((head, tail)) = list.list_get_cell() {
            values.push(self.value(head, depth)?);
            list = tail;
        }
        if list.is_empty_list() { Ok(Value::Array(values)) } else { Err(Refused::ImproperList) }
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
