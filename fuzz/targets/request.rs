//! The name of a trace and, after a line's end, any text as a request to it.
//!
//! Laws: a request that is read is written so that it reads the same; the same request has the same answer; a refusal has a code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scope_fuzz::answering::{answer, request};
use scope_fuzz::traces;

fuzz_target!(|input: &str| {
    let (trace, text) = traces::named(input);
    let Some(asked) = request(text) else { return };
    let written = serde_json::to_string(&asked).expect("a request can be written");
    assert_eq!(request(&written), Some(asked.clone()), "{written} reads otherwise");
    let first = answer(trace, &asked);
    assert!(first["error"]["code"].is_string() || first.get("data").is_some(), "neither data nor a code: {first}");
    assert_eq!(first, answer(trace, &asked), "the same request has another answer");
});
