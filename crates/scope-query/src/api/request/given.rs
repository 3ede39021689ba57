//! A request as its source gives it: plain values, whatever they were written in.
//!
//! Requests are small and have many types: they are read from these values by code that is there once for each type of field, not once
//! for each source, each request and each field.
//!
//! Invariant: a field that is there twice is refused.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Unexpected, Visitor};

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

/// What it is, in serde's words.
impl fmt::Display for Given {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "boolean `{value}`"),
            Self::Natural(value) => write!(out, "integer `{value}`"),
            Self::Negative(value) => write!(out, "integer `{value}`"),
            Self::Float(value) => Unexpected::Float(*value).fmt(out),
            Self::Text(text) => write!(out, "string {text:?}"),
            Self::List(_) => out.write_str("sequence"),
            Self::Fields(_) => out.write_str("map"),
        }
    }
}
