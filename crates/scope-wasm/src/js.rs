//! The API for JavaScript: plain objects in, plain objects out. `js/src/engine.ts` alone calls this.
//!
//! Requests are read from objects as they are; an answer leaves as its JSON, for which the module needs no second writer.
//!
//! Invariant: in a request `undefined`, `null` and absent are the same.
//! Invariant: what is thrown is `{code, message}`, the engine's own error.

use scope_query::Error;
use scope_query::json::{answer_json, answer_text, error_json, request_of};
use serde::Serializer as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// An open trace.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Trace(scope_core::trace::Trace);

/// Opens a trace file.
///
/// # Errors
/// When the bytes are not a trace, or of a newer format.
#[wasm_bindgen(js_name = openTrace)]
pub fn open_trace(bytes: &[u8]) -> Result<Trace, JsValue> {
    crate::open(bytes).map(Trace).map_err(thrown)
}

#[wasm_bindgen]
impl Trace {
    /// Answers one request with JSON, as [`answer_json`] does: an answer, or an error.
    #[must_use]
    pub fn query(&self, request: JsValue) -> String {
        match request_of(serde_wasm_bindgen::Deserializer::from(request)) {
            Ok(request) => answer_text(&self.0, &request),
            Err(error) => error_json(&error),
        }
    }

    /// Answers a request written in JSON with the engine's own text, which is the same to the byte wherever it is asked.
    #[wasm_bindgen(js_name = queryJson)]
    #[must_use]
    pub fn query_json(&self, request: &str) -> String {
        answer_json(&self.0, request)
    }
}

fn thrown(error: Error) -> JsValue {
    // As a map: for the fields of a struct the serializer would keep a cache of their names.
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    let fields = [("code", error.code()), ("message", &error.to_string())];
    serializer.collect_map(fields).unwrap_or_else(JsValue::from)
}
