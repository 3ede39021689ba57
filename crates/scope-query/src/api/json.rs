//! The door in JSON, for edges that have no types of their own: every edge's text is the same to the byte.

mod writer;

use crate::api::Request;
use crate::api::answer::State;
use crate::error::{Error, Result};
use alloc::string::{String, ToString};
use scope_core::trace::Trace;
use serde::Serialize;
use writer::text;

/// Answers a request written in JSON with `{"data": .., "coverage": .., "next": ..}` or
/// `{"error": {"code": .., "message": ..}}`; the error of an incomplete state has a `partial` state too.
///
/// ```
/// use scope_core::{header::Header, writer::Writer, store::Limits};
///
/// let trace = Writer::new(Header::default(), Limits::default(), 0).snapshot(0);
/// let answer = scope_query::answer_json(&trace, r#"{"kind": "term", "id": "state-0-1"}"#);
/// assert_eq!(answer, r#"{"error":{"code":"not_found","message":"the trace has no event state-0-1"}}"#);
/// ```
#[must_use]
pub fn answer_json(trace: &Trace, request_json: &str) -> String {
    match read(request_json) {
        Ok(request) => answer_text(trace, &request),
        Err(error) => error_json(&error),
    }
}

/// Answers a request with the text of [`answer_json`].
#[must_use]
pub fn answer_text(trace: &Trace, request: &Request) -> String {
    match crate::answer(trace, request) {
        Ok(answer) => text(&answer),
        Err(error) => error_json(&error),
    }
}

/// An error as [`answer_json`] writes it, for errors that an edge meets before there is a trace to ask.
#[must_use]
pub fn error_json(error: &Error) -> String {
    text(&Refusal { error: Reason { code: error.code(), message: error.to_string(), partial: error.partial() } })
}

fn read(request_json: &str) -> Result<Request> {
    Request::of_json(request_json).map_err(Error::BadArgument)
}

#[derive(Serialize)]
struct Refusal<'a> {
    error: Reason<'a>,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<&'a State>,
}
