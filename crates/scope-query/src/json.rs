//! Requests and answers in JSON: every binding's text is the same to the byte.
//!
//! Invariant: wherever a request comes from, the same request reads the same, and a wrong one is refused in the same words.

mod bounded;

use crate::answer::State;
use crate::error::{Error, Result};
use crate::requests::{Request, answer_to};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use bounded::Bounded;
use scope_core::trace::{Asker, Trace};
use serde::de::{DeserializeSeed as _, Deserializer};
use serde::{Deserialize as _, Serialize};

/// Lists and objects within each other that a request may have; no request has more than three.
pub const MAX_NESTING: u8 = 16;

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
    answer_json_to(None, trace, request_json)
}

/// The same for someone who may go away meanwhile.
#[must_use]
pub fn answer_json_to(asker: Option<Arc<dyn Asker>>, trace: &Trace, request_json: &str) -> String {
    let answer = request_of_json(request_json).and_then(|request| answer_to(asker, trace, &request));
    answer.map_or_else(|error| error_json(&error), |answer| text(&answer))
}

/// Answers a request with the text of [`answer_json`].
#[must_use]
pub fn answer_text(trace: &Trace, request: &Request) -> String {
    match crate::answer(trace, request) {
        Ok(answer) => text(&answer),
        Err(error) => error_json(&error),
    }
}

/// An error as [`answer_json`] writes it, for errors that a binding meets before there is a trace to ask.
#[must_use]
pub fn error_json(error: &Error) -> String {
    text(&Refusal { error: Reason { code: error.code(), message: error.to_string(), partial: error.partial() } })
}

/// Reads a request that is written in JSON.
///
/// # Errors
/// [`Error::BadArgument`], which says what is wrong and where.
pub fn request_of_json(text: &str) -> Result<Request> {
    let mut source = serde_json::Deserializer::from_str(text);
    let value = Bounded { depth: MAX_NESTING }.deserialize(&mut source);
    let value = value.and_then(|value| source.end().map(|()| value)).map_err(|error| bad_argument(&error))?;
    request_of_value(value)
}

/// Reads a request from a source of values of any other form, such as the objects of JavaScript.
///
/// # Errors
/// [`Error::BadArgument`], in the words of [`request_of_json`].
pub fn request_of<'de, D: Deserializer<'de>>(source: D) -> Result<Request> {
    let value = Bounded { depth: MAX_NESTING }.deserialize(source);
    request_of_value(value.map_err(|error| Error::BadArgument(error.to_string()))?)
}

fn request_of_value(value: serde_json::Value) -> Result<Request> {
    if !value.is_object() {
        return Err(Error::BadArgument("a request is an object with the field `kind`".into()));
    }
    Request::deserialize(value).map_err(|error| bad_argument(&error))
}

/// The position is of use where the text itself is malformed; what a well-formed request says wrong is named.
fn bad_argument(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let position = alloc::format!(" at line {} column {}", error.line(), error.column());
    Error::BadArgument(match text.strip_suffix(&position).filter(|_| error.is_data()) {
        Some(sentence) => sentence.into(),
        None => text,
    })
}

/// The JSON of a value. Writing cannot fail: no answer has a map whose keys are not texts, and no type of answers refuses to be written.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What is written in place of an answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal<'a> {
    error: Reason<'a>,
}

/// Why there is no answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Reason<'a> {
    /// A stable word for the reason.
    code: &'static str,
    /// One sentence that names the value and what is allowed.
    message: String,
    /// Of an incomplete state: what is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<&'a State>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use serde_json::{Value, json};

    fn refusal(request: Result<Request>) -> String {
        request.expect_err("no such request").to_string()
    }

    /// The same request as text and as values is refused in the same words.
    fn refused(value: &Value) -> String {
        let of_json = refusal(request_of_json(&value.to_string()));
        assert_eq!(refusal(request_of(value)), of_json);
        of_json
    }

    #[test]
    fn a_wrong_request_is_refused_in_the_same_words_in_every_form() {
        assert!(refused(&json!({"kind": "info", "limit": 3})).starts_with("unknown field `limit`"));
        assert!(refused(&json!({"kind": "state"})).starts_with("unknown variant `state`, expected one of `info`"));
        assert_eq!(refused(&json!({"limit": 3})), "missing field `kind`");
        assert_eq!(refused(&json!({"kind": "why"})), "missing field `id`");
        assert!(refused(&json!({"kind": 7})).contains("invalid type: integer `7`"));
        for value in [json!(1.5), json!(-1), json!("x"), json!(true), json!([1]), json!({"a": 1})] {
            assert!(refused(&json!({"kind": "snapshot_at", "time": value})).contains("expected u64"));
        }
        for value in [json!(1.5), json!(-1), json!(null), json!([]), json!({"like": "1", "at": 2})] {
            let refused = refused(&json!({"kind": "events_around", "at": value}));
            assert!(refused.contains("a time") && refused.contains("id"), "{refused}");
        }
        for value in [json!([]), json!("info"), json!(null), json!(3)] {
            assert_eq!(refused(&value), "a request is an object with the field `kind`");
        }
    }

    #[test]
    fn a_field_without_a_value_is_as_good_as_absent() {
        let absent = request_of_json(r#"{"kind": "events"}"#);
        assert_eq!(request_of_json(r#"{"kind": "events", "backward": null, "limit": null, "kinds": null}"#), absent);
        let term = |fields: &str| request_of_json(&format!(r#"{{"kind": "term", "id": "state-0-1"{fields}}}"#));
        assert_eq!(term(r#", "path": null"#), term(""));
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        for text in [
            r#"{"kind": "info", "kind": "info"}"#,
            r#"{"kind": "events", "limit": 1, "limit": 1}"#,
            r#"{"kind": "analyze_state_change", "process": "a", "was": {"like": "1", "like": "2"}, "became": 2}"#,
        ] {
            assert!(refusal(request_of_json(text)).starts_with("duplicate field `"), "{text}");
        }
    }

    #[test]
    fn nesting_has_a_limit_in_every_form() {
        let nested = |n: usize| (0..n).fold(json!(1), |inside, _| json!([inside]));
        let request = |n| json!({"kind": "info", "x": nested(n)});
        assert!(refused(&request(15)).starts_with("unknown field `x`"));
        assert_eq!(refused(&request(16)), "lists and objects are nested more than 16 deep");
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(refusal(request_of_json(&deep)), "lists and objects are nested more than 16 deep");
    }

    #[test]
    fn a_text_that_is_not_json_is_refused_with_the_position() {
        for text in ["", "{", "{\"kind\": \"info\",}", "{\"kind\": \"info\"} x", "\u{feff}{}"] {
            assert!(refusal(request_of_json(text)).contains(" at line 1 column "), "{text}");
        }
    }
}
