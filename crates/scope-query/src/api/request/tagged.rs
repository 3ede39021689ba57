//! Reads a request from wherever it comes: its kind is the field `kind`, beside its own fields.
//!
//! Serde's own way to read such an enum is compiled for every source of requests, kind by kind, and also for requests that are lists or
//! numbers; this one is compiled once, for the fields that each source is read into first.
//!
//! Invariant: whatever the source, the same request reads the same, and is refused in the same words.
//! Invariant: a field that is there twice is refused.

use super::Request;
use alloc::string::String;
use core::fmt;
use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value, map};

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = deserializer.deserialize_map(Given)?;
        read(fields).map_err(D::Error::custom)
    }
}

fn read(mut fields: Map<String, Value>) -> Result<Request, Error> {
    let kind = match fields.remove("kind") {
        Some(Value::String(kind)) => kind,
        Some(other) => return Err(Error::custom(format_args!("kind: {other} is not a text"))),
        None => return Err(Error::missing_field("kind")),
    };
    // The derived reader, which takes a kind and its fields.
    Request::deserialize(Tagged { kind: &kind, fields: Fields { rest: fields.into_iter(), value: Value::Null } })
}

/// Collects fields; serde_json's own collector takes the last of two that have one name.
struct Given;

impl<'de> Visitor<'de> for Given {
    type Value = Map<String, Value>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, value)) = given.next_entry::<String, Value>()? {
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            fields.insert(name, value);
        }
        Ok(fields)
    }
}

/// A kind and its fields.
struct Tagged<'k> {
    kind: &'k str,
    fields: Fields,
}

/// The fields that were not read yet, and the value of the one that is being read.
struct Fields {
    rest: map::IntoIter,
    value: Value,
}

impl<'de> Deserializer<'de> for Tagged<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged<'_> {
    type Error = Error;
    type Variant = Fields;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Fields), Error> {
        let kind: StrDeserializer<'_, Error> = self.kind.into_deserializer();
        Ok((seed.deserialize(kind)?, self.fields))
    }
}

impl<'de> VariantAccess<'de> for Fields {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(Error::custom("a request has fields"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }
}

impl<'de> Deserializer<'de> for Fields {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        let name: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(core::mem::take(&mut self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn read(text: &str) -> Result<Request, String> {
        serde_json::from_str::<Request>(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_kind_is_a_text_and_not_a_field_of_its_request() {
        assert_eq!(read(r#"{"kind": "info"}"#), Ok(Request::Info(super::super::Info {})));
        assert!(read(r#"{"kind": 7}"#).is_err_and(|error| error.contains("kind: 7 is not a text")));
        assert!(read(r#"{"kind": null}"#).is_err() && read(r#"{"info": {}}"#).is_err());
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        let twice = |text| read(text).is_err_and(|error| error.contains("duplicate field"));
        assert!(twice(r#"{"kind": "info", "kind": "info"}"#));
        assert!(twice(r#"{"kind": "events", "limit": 1, "limit": 2}"#));
        assert!(read(r#"{"kind": "events", "limit": 1}"#).is_ok());
    }

    #[test]
    fn a_request_is_no_list() {
        assert!(read("[]").is_err_and(|error| error.contains("expected a map")), "{:?}", read("[]"));
        assert!(read(r#"["info"]"#).is_err() && read("7").is_err() && read(r#""info""#).is_err());
    }
}
