//! The door for JavaScript. `js/src/engine.ts` alone calls this.
//!
//! Requests and answers are texts: JavaScript has a reader and a writer of JSON, and the module needs no second ones.
//!
//! Invariant: what is thrown is the engine's own error, as JSON.

use scope_query::api::json::{answer_json, error_json};
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
    crate::open(bytes).map(Trace).map_err(|error| error_json(&error).into())
}

#[wasm_bindgen]
impl Trace {
    /// Answers a request written in JSON with the engine's own text, which is the same to the byte wherever it is asked.
    #[wasm_bindgen(js_name = queryJson)]
    #[must_use]
    pub fn query_json(&self, request: &str) -> String {
        answer_json(&self.0, request)
    }
}
