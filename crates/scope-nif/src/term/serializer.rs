//! Writes what serde can describe straight into terms of the VM: structs are maps with atom keys, texts are binaries, `None` is `nil`.
//!
//! What an answer shows as a term goes to [`RecordedTerms`], where there are some: in its place stands `%{value: term, complete: boolean}`,
//! and its text, which costs more than all the rest, is never written.
//!
//! Invariant: keys are the names of fields, a fixed and small set of atoms.

use crate::term::recorded_term::{RecordedTerms, TooLarge};
use hashbrown::HashMap;
use rustler::sys::{ErlNifTerm, enif_make_map_from_arrays};
use rustler::types::atom;
use rustler::{Atom, Encoder, Env, MapIterator, Term};
use serde::ser::{self, Serialize};
use std::fmt;

/// The struct of an answer that stands for a term.
const TERM: &str = "Term";
/// The field whose text is another in each row.
const ID: &str = "id";
/// The longest text that is looked for among those written, and how many of these are remembered.
const SHORT: usize = 48;
const MAX_TEXTS: usize = 4_096;

/// Why a value could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("{0}")]
    Unsupported(String),
}

type Result<T> = std::result::Result<T, Error>;

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Unsupported(message.to_string())
    }
}

/// The term of a value, with the real terms of an answer if they are wanted.
pub(crate) fn to_term<'a>(
    env: Env<'a>,
    value: &impl Serialize,
    recorded: Option<RecordedTerms<'a, '_>>,
) -> Result<Term<'a>> {
    to_term_counted(env, value, recorded, &mut 0)
}

/// The same; `n_rows` is how many items were written of the last list that is in no other.
pub(crate) fn to_term_counted<'a>(
    env: Env<'a>,
    value: &impl Serialize,
    recorded: Option<RecordedTerms<'a, '_>>,
    n_rows: &mut usize,
) -> Result<Term<'a>> {
    let mut serializer = Serializer {
        env,
        atoms: HashMap::new(),
        orders: HashMap::new(),
        texts: HashMap::new(),
        is_unique: false,
        keys: Vec::new(),
        values: Vec::new(),
        recorded,
        n_lists: 0,
        n_rows: 0,
    };
    let term = value.serialize(&mut serializer);
    *n_rows = serializer.n_rows;
    term
}

struct Serializer<'a, 't> {
    env: Env<'a>,
    /// By the address and length of a field's name, which is the same for every struct of a type.
    atoms: HashMap<(*const u8, usize), ErlNifTerm>,
    /// By the address of a struct's name: the order in which the VM keeps the fields. It sorts what comes in another order, which takes
    /// longer than to write the fields. An order is a hint: any gives the same map.
    orders: HashMap<*const u8, Vec<usize>>,
    /// Short texts, most of which come again: kinds, pids, names.
    texts: HashMap<Box<str>, Term<'a>>,
    /// The next text is one that does not come again.
    is_unique: bool,
    /// The fields so far of the maps that are being written, the innermost last.
    keys: Vec<ErlNifTerm>,
    values: Vec<ErlNifTerm>,
    recorded: Option<RecordedTerms<'a, 't>>,
    /// Lists that are being written, and the items of the outermost so far.
    n_lists: usize,
    n_rows: usize,
}

impl<'a> Serializer<'a, '_> {
    fn atom(&mut self, name: &'static str) -> Result<ErlNifTerm> {
        if let Some(atom) = self.atoms.get(&(name.as_ptr(), name.len())) {
            return Ok(*atom);
        }
        let atom = atom_of(self.env, name)?;
        self.atoms.insert((name.as_ptr(), name.len()), atom);
        Ok(atom)
    }

    fn add(&mut self, key: ErlNifTerm, value: ErlNifTerm) {
        self.keys.push(key);
        self.values.push(value);
    }

    fn text(&mut self, text: &str) -> Term<'a> {
        if std::mem::take(&mut self.is_unique) || text.len() > SHORT {
            return text.encode(self.env);
        }
        if let Some(term) = self.texts.get(text) {
            return *term;
        }
        let term = text.encode(self.env);
        if self.texts.len() < MAX_TEXTS {
            self.texts.insert(text.into(), term);
        }
        term
    }

    /// The map of the fields from `start` on, of a struct if it has a name.
    fn map(&mut self, name: Option<&'static str>, start: usize) -> Result<Term<'a>> {
        let n = self.keys.len() - start;
        let order = name.and_then(|name| self.orders.get(&name.as_ptr())).filter(|order| order.len() == n);
        let is_known = order.is_some();
        if let Some(order) = order {
            for field in order {
                self.keys.push(self.keys[start + field]);
                self.values.push(self.values[start + field]);
            }
        }
        let fields = self.keys.len() - n;
        let (keys, values) = (&self.keys[fields..], &self.values[fields..]);
        let mut map = std::mem::MaybeUninit::<ErlNifTerm>::uninit();
        // SAFETY: both arrays have that many terms of this environment; the API fills the place unless it answers 0.
        let map = unsafe {
            let env = self.env.as_c_arg();
            (enif_make_map_from_arrays(env, keys.as_ptr(), values.as_ptr(), n, map.as_mut_ptr()) != 0)
                .then(|| Term::new(self.env, map.assume_init()))
        };
        let map = map.ok_or_else(|| Error::Unsupported("two fields have one name".into()))?;
        if let (Some(name), false) = (name, is_known) {
            let kept = MapIterator::new(map).into_iter().flatten().map(|(key, _)| key.as_c_arg());
            let order = kept.filter_map(|kept| keys.iter().position(|key| *key == kept)).collect();
            self.orders.insert(name.as_ptr(), order);
        }
        self.keys.truncate(start);
        self.values.truncate(start);
        Ok(map)
    }
}

fn atom_of(env: Env<'_>, name: &str) -> Result<ErlNifTerm> {
    let atom = Atom::from_str(env, name).map_err(|_| Error::Unsupported(format!("{name} is no atom")))?;
    Ok(atom.as_c_arg())
}

/// A list on its way.
struct Sequence<'s, 'a, 't> {
    writer: &'s mut Serializer<'a, 't>,
    items: Vec<Term<'a>>,
}

/// A map on its way.
enum Fields<'s, 'a, 't> {
    /// Its fields from this place on.
    Map { writer: &'s mut Serializer<'a, 't>, name: Option<&'static str>, start: usize },
    /// A recorded term, of which the id and the completeness are known by and by.
    Recorded { writer: &'s mut Serializer<'a, 't>, value: Option<Term<'a>>, complete: Option<Term<'a>> },
}

impl<'s, 'a, 't> ser::Serializer for &'s mut Serializer<'a, 't> {
    type Ok = Term<'a>;
    type Error = Error;
    type SerializeSeq = Sequence<'s, 'a, 't>;
    type SerializeTuple = Sequence<'s, 'a, 't>;
    type SerializeTupleStruct = Sequence<'s, 'a, 't>;
    type SerializeTupleVariant = ser::Impossible<Term<'a>, Error>;
    type SerializeMap = Fields<'s, 'a, 't>;
    type SerializeStruct = Fields<'s, 'a, 't>;
    type SerializeStructVariant = ser::Impossible<Term<'a>, Error>;

    fn serialize_bool(self, value: bool) -> Result<Term<'a>> {
        Ok(value.encode(self.env))
    }

    fn serialize_i8(self, value: i8) -> Result<Term<'a>> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Term<'a>> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Term<'a>> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Term<'a>> {
        Ok(value.encode(self.env))
    }

    fn serialize_u8(self, value: u8) -> Result<Term<'a>> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Term<'a>> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Term<'a>> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Term<'a>> {
        Ok(value.encode(self.env))
    }

    fn serialize_f32(self, value: f32) -> Result<Term<'a>> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Term<'a>> {
        Err(Error::Unsupported(format!("{value}: an answer has no floats")))
    }

    fn serialize_char(self, value: char) -> Result<Term<'a>> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Term<'a>> {
        Ok(self.text(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Term<'a>> {
        Ok(value.encode(self.env))
    }

    fn serialize_none(self) -> Result<Term<'a>> {
        Ok(atom::nil().encode(self.env))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Term<'a>> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Term<'a>> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Term<'a>> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<Term<'a>> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<Term<'a>> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Term<'a>> {
        let start = self.keys.len();
        let value = value.serialize(&mut *self)?.as_c_arg();
        let key = self.atom(variant)?;
        self.add(key, value);
        self.map(None, start)
    }

    fn serialize_seq(self, n: Option<usize>) -> Result<Sequence<'s, 'a, 't>> {
        if self.n_lists == 0 {
            self.n_rows = 0;
        }
        self.n_lists += 1;
        Ok(Sequence { writer: self, items: Vec::with_capacity(n.unwrap_or(0)) })
    }

    fn serialize_tuple(self, n: usize) -> Result<Sequence<'s, 'a, 't>> {
        self.serialize_seq(Some(n))
    }

    fn serialize_tuple_struct(self, _name: &'static str, n: usize) -> Result<Sequence<'s, 'a, 't>> {
        self.serialize_seq(Some(n))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
        _n: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Err(Error::Unsupported(format!("{name}::{variant} has no form as a term")))
    }

    fn serialize_map(self, _n: Option<usize>) -> Result<Fields<'s, 'a, 't>> {
        let start = self.keys.len();
        Ok(Fields::Map { writer: self, name: None, start })
    }

    fn serialize_struct(self, name: &'static str, _n: usize) -> Result<Fields<'s, 'a, 't>> {
        if name == TERM && self.recorded.is_some() {
            return Ok(Fields::Recorded { writer: self, value: None, complete: None });
        }
        let start = self.keys.len();
        Ok(Fields::Map { writer: self, name: Some(name), start })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        variant: &'static str,
        _n: usize,
    ) -> Result<Self::SerializeStructVariant> {
        Err(Error::Unsupported(format!("{name}::{variant} has no form as a term")))
    }
}

impl<'a> Sequence<'_, 'a, '_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(value.serialize(&mut *self.writer)?);
        self.writer.n_rows += usize::from(self.writer.n_lists == 1);
        Ok(())
    }

    fn list(self) -> Result<Term<'a>> {
        self.writer.n_lists -= 1;
        Ok(self.items.encode(self.writer.env))
    }
}

impl<'a> ser::SerializeSeq for Sequence<'_, 'a, '_> {
    type Ok = Term<'a>;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }

    fn end(self) -> Result<Term<'a>> {
        self.list()
    }
}

impl<'a> ser::SerializeTuple for Sequence<'_, 'a, '_> {
    type Ok = Term<'a>;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }

    fn end(self) -> Result<Term<'a>> {
        self.list()
    }
}

impl<'a> ser::SerializeTupleStruct for Sequence<'_, 'a, '_> {
    type Ok = Term<'a>;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }

    fn end(self) -> Result<Term<'a>> {
        self.list()
    }
}

impl<'a> ser::SerializeStruct for Fields<'_, 'a, '_> {
    type Ok = Term<'a>;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, field: &T) -> Result<()> {
        match self {
            Self::Map { writer, .. } => {
                writer.is_unique = key == ID;
                let field = field.serialize(&mut **writer)?.as_c_arg();
                writer.is_unique = false;
                let key = writer.atom(key)?;
                writer.add(key, field);
            }
            Self::Recorded { writer, value, complete } => match key {
                ID => {
                    writer.is_unique = true;
                    let id = field.serialize(&mut **writer)?;
                    let id: &str = id.decode().map_err(|_| Error::Unsupported("an id is no text".into()))?;
                    *value = writer.recorded.as_mut().map(|recorded| recorded.term(id)).transpose()?;
                }
                "complete" => *complete = Some(field.serialize(&mut **writer)?),
                _ => {}
            },
        }
        Ok(())
    }

    fn end(self) -> Result<Term<'a>> {
        match self {
            Self::Map { writer, name, start } => writer.map(name, start),
            Self::Recorded { writer, value, complete } => {
                let start = writer.keys.len();
                for (key, field) in [("value", value), ("complete", complete)] {
                    let field = field.ok_or_else(|| Error::Unsupported(format!("a term has no {key}")))?;
                    let key = writer.atom(key)?;
                    writer.add(key, field.as_c_arg());
                }
                writer.map(Some(TERM), start)
            }
        }
    }
}

impl<'a> ser::SerializeMap for Fields<'_, 'a, '_> {
    type Ok = Term<'a>;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        let (Self::Map { writer, .. } | Self::Recorded { writer, .. }) = self;
        let key = key.serialize(&mut **writer)?;
        let name: &str = key.decode().map_err(|_| Error::Unsupported("a key is no text".into()))?;
        let key = atom_of(writer.env, name)?;
        writer.keys.push(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let (Self::Map { writer, .. } | Self::Recorded { writer, .. }) = self;
        // Keys and values must be beside each other while the value is written.
        let key = writer.keys.pop().ok_or_else(|| Error::Unsupported("a value has no key".into()))?;
        let value = value.serialize(&mut **writer)?.as_c_arg();
        writer.add(key, value);
        Ok(())
    }

    fn end(self) -> Result<Term<'a>> {
        ser::SerializeStruct::end(self)
    }
}
