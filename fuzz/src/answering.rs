//! Answers within bounds.

use crate::bounds::{Bounds, within};
use scope_core::trace::Trace;
use scope_query::Request;
use scope_query::json::{error_json, request_of_json};
use scope_query::requests::answer_within;
use serde_json::Value;

/// Rows that one answer may read: so many that all laws of paging show, so few that thousands of answers are tried in a second.
const N_ROWS: u64 = 100_000;

/// The JSON of an answer that reads at most `N_ROWS` rows, and takes no more work and memory than so many rows can cost.
///
/// # Panics
/// When it takes more.
#[must_use]
pub fn answer(trace: &Trace, request: &Request) -> Value {
    let bounds = Bounds { n_blocks: 400 * N_ROWS, n_bytes: 48 << 20 };
    within(bounds, request.kind(), || match answer_within(N_ROWS, None, trace, request) {
        Ok(answer) => serde_json::to_value(&answer).expect("every answer can be written"),
        Err(error) => serde_json::from_str(&error_json(&error)).expect("an error is JSON"),
    })
}

/// The request that a text says.
///
/// # Panics
/// When to read it takes more than its length explains.
#[must_use]
pub fn request(text: &str) -> Option<Request> {
    let n = text.len() as u64;
    let bounds = Bounds { n_blocks: 100_000 + 500 * n, n_bytes: 64_000 + 200 * n };
    within(bounds, "reading a request", || request_of_json(text)).ok()
}

/// The code of an answer that is a refusal.
#[must_use]
pub fn refusal(answer: &Value) -> Option<&str> {
    answer.get("error")?.get("code")?.as_str()
}
