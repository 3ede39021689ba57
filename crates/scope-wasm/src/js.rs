//! The door for JavaScript: plain objects in, plain objects out. `js/src/engine.ts` alone calls this.
//!
//! Invariant: a field without a value is `null` on the way out; on the way in `undefined`, `null` and absent are the same.
//! Invariant: what is thrown is `{code, message, partial}`, the engine's own error.

use scope_query::api::Request;
use scope_query::{Error, answer, answer_json};
use serde::Serialize;
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
    /// Answers one request.
    ///
    /// # Errors
    /// The engine's, and `bad_argument` for what is no request.
    pub fn query(&self, request: JsValue) -> Result<JsValue, JsValue> {
        let request: Request =
            serde_wasm_bindgen::from_value(request).map_err(|error| thrown(Error::BadArgument(error.to_string())))?;
        answer(&self.0, &request).map_err(thrown).and_then(|answer| plain(&answer))
    }

    /// Answers a request written in JSON with the engine's own text, which is the same to the byte wherever it is asked.
    #[wasm_bindgen(js_name = queryJson)]
    #[must_use]
    pub fn query_json(&self, request: &str) -> String {
        answer_json(&self.0, request)
    }
}

#[derive(Serialize)]
struct Thrown<'a> {
    code: &'static str,
    message: String,
    partial: Option<&'a scope_query::api::answer::State>,
}

fn thrown(error: Error) -> JsValue {
    let thrown = Thrown { code: error.code(), message: error.to_string(), partial: error.partial() };
    plain(&thrown).unwrap_or_else(|error| error)
}

/// The door's types hold strings, integers below 2^53, lists and structs: all have a plain value in JavaScript.
fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = Serializer::new().serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(JsValue::from)
}
