//! Reads a request from wherever it comes: its kind is the field `kind`, beside its own fields.
//!
//! Serde's own way to read such an enum is compiled for every source of requests, kind by kind; this one is compiled once, for the
//! value that each source is read into first. In a WebAssembly module that is a tenth of its size.
//!
//! Invariant: whatever the source, the same request reads the same, and is refused in the same words.

use super::Request;
use alloc::string::String;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

impl<'de> Deserialize<'de> for Request {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::<String, Value>::deserialize(deserializer)?;
        read(fields).map_err(D::Error::custom)
    }
}

fn read(mut fields: Map<String, Value>) -> Result<Request, serde_json::Error> {
    let kind = match fields.remove("kind") {
        Some(Value::String(kind)) => kind,
        Some(other) => return Err(serde_json::Error::custom(format_args!("kind: {other} is not a text"))),
        None => return Err(serde_json::Error::missing_field("kind")),
    };
    // The derived reader, which takes `{kind: fields}`.
    let mut tagged = Map::new();
    tagged.insert(kind, Value::Object(fields));
    Request::deserialize(Value::Object(tagged))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_kind_is_a_text_and_not_a_field_of_its_request() {
        let read = |text| serde_json::from_str::<Request>(text).map_err(|error| error.to_string());
        assert_eq!(read(r#"{"kind": "info"}"#), Ok(Request::Info(super::super::Info {})));
        assert!(read(r#"{"kind": 7}"#).is_err_and(|error| error.contains("kind: 7 is not a text")));
        assert!(read(r#"{"kind": null}"#).is_err() && read(r#"{"info": {}}"#).is_err());
    }
}
