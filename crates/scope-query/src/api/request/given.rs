//! A request as its source gives it: plain values, whatever they were written in.
//!
//! Requests are small and have many types: they are read from these values by code that is there once for each type of field, not once
//! for each source, each request and each field.
//!
//! Invariant: a field that is there twice is refused.

use alloc::string::String;
use alloc::vec::{self, Vec};
use core::fmt;
use serde::de::value::Error;
use serde::de::value::SeqDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

#[derive(Debug)]
pub(super) enum Given {
    Null,
    Bool(bool),
    Natural(u64),
    Negative(i64),
    Float(f64),
    Text(String),
    List(Vec<Self>),
    Fields(Vec<(String, Self)>),
}

/// Reads any value.
struct Any;

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Given;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Given, E> {
        Ok(Given::Null)
    }

    fn visit_none<E>(self) -> Result<Given, E> {
        Ok(Given::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Given, E> {
        Ok(Given::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Given, E> {
        Ok(Given::Natural(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Given, E> {
        Ok(u64::try_from(value).map_or(Given::Negative(value), Given::Natural))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Given, E> {
        Ok(Given::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Given, E> {
        Ok(Given::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Given, E> {
        Ok(Given::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut given: A) -> Result<Given, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = given.next_element()? {
            items.push(item);
        }
        Ok(Given::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, given: A) -> Result<Given, A::Error> {
        Fields.visit_map(given).map(Given::Fields)
    }
}

/// Reads the fields of a map.
pub(super) struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(String, Given)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Self::Value, A::Error> {
        let mut fields: Self::Value = Vec::new();
        while let Some((name, value)) = given.next_entry()? {
            if !add(&mut fields, name, value) {
                return Err(A::Error::custom("a duplicate field"));
            }
        }
        Ok(fields)
    }
}

/// Adds a field, unless it is there.
pub(super) fn add(fields: &mut Vec<(String, Given)>, name: String, value: Given) -> bool {
    let is_new = fields.iter().all(|(own, _)| *own != name);
    if is_new {
        fields.push((name, value));
    }
    is_new
}

/// How the types of single fields are read, with their own refusals.
impl<'de> Deserializer<'de> for Given {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            // Types that may be missing do not come here.
            Self::Null => {
                Err(Error::custom(format_args!("invalid type: null, expected {}", &visitor as &dyn Expected)))
            }
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Natural(value) => visitor.visit_u64(value),
            Self::Negative(value) => visitor.visit_i64(value),
            Self::Float(value) => visitor.visit_f64(value),
            Self::Text(value) => visitor.visit_string(value),
            Self::List(items) => {
                let items: SeqDeserializer<vec::IntoIter<Self>, Error> = SeqDeserializer::new(items.into_iter());
                visitor.visit_seq(items)
            }
            // No field has fields of its own but those that are read by their names.
            Self::Fields(_) => Err(Error::invalid_type(serde::de::Unexpected::Map, &visitor)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Given {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
