//! One question to a snapshot, in one call.

use crate::nif::snapshot::SnapshotRef;
use crate::nif::{error, failure};
use crate::term::recorded_term::RecordedTerms;
use crate::term::serializer::{self, to_term};
use crate::term::value;
use rustler::types::atom;
use rustler::{Atom, Encoder, Env, Error as NifError, NifResult, ResourceArc, Term};
use scope_core::trace::Trace;
use scope_query::Error;
use scope_query::requests::Answer;
use scope_query::requests::warning::{Warning, warnings};
use serde_json::Value;

/// Answers with real terms. When these take more than `max_bytes`, and the request has a limit, fewer rows are given: the answer is cut
/// and says so, and has a cursor, as with a smaller limit.
#[rustler::nif(schedule = "DirtyCpu")]
fn query<'a>(
    env: Env<'a>,
    snapshot: ResourceArc<SnapshotRef>,
    request: Term<'a>,
    max_bytes: u64,
) -> NifResult<Term<'a>> {
    let trace = snapshot.trace()?;
    let mut request = match value::from_term(request) {
        Ok(request) => request,
        Err(refused) => return failure(env, "bad_argument", &refused.to_string()),
    };
    let mut max_bytes = max_bytes;
    loop {
        let terms = RecordedTerms::new(env, &trace, max_bytes);
        match written(env, &asked(&trace, &request), Some(terms)) {
            Ok(answer) => return Ok(answer),
            Err(serializer::Error::TooLarge(_)) => match halved(&request) {
                Some(limit) => request["limit"] = limit.into(),
                // What is about one thing is given whole.
                None => max_bytes = u64::MAX,
            },
            Err(serializer::Error::Unsupported(_)) => return Err(NifError::BadArg),
        }
    }
}

/// Answers as every binding does: terms are `%{id, text, bytes, complete}`.
#[rustler::nif(schedule = "DirtyCpu")]
fn query_texts<'a>(env: Env<'a>, snapshot: ResourceArc<SnapshotRef>, request: Term<'a>) -> NifResult<Term<'a>> {
    let trace = snapshot.trace()?;
    match value::from_term(request) {
        Ok(request) => written(env, &asked(&trace, &request), None).map_err(|_| NifError::BadArg),
        Err(refused) => failure(env, "bad_argument", &refused.to_string()),
    }
}

#[rustler::nif(schedule = "DirtyCpu")]
fn query_json(snapshot: ResourceArc<SnapshotRef>, request: &str) -> NifResult<String> {
    Ok(scope_query::answer_json(&*snapshot.trace()?, request))
}

/// The answer, and why rows of it may be missing.
fn asked(trace: &Trace, request: &Value) -> Result<(Answer, Vec<Warning>), Error> {
    let request = scope_query::json::request_of(request)?;
    let answer = scope_query::answer(trace, &request)?;
    let warnings = warnings(&request, &answer);
    Ok((answer, warnings))
}

/// `{:ok, answer, warnings}` or `{:error, {code, message, partial}}`.
fn written<'a>(
    env: Env<'a>,
    answer: &Result<(Answer, Vec<Warning>), Error>,
    terms: Option<RecordedTerms<'a, '_>>,
) -> Result<Term<'a>, serializer::Error> {
    match answer {
        Ok((answer, warnings)) => {
            Ok((atom::ok(), to_term(env, answer, terms)?, to_term(env, warnings, None)?).encode(env))
        }
        Err(refused) => {
            let code = Atom::from_str(env, refused.code())
                .map_err(|_| serializer::Error::Unsupported(refused.code().into()))?;
            let partial = to_term(env, &refused.partial(), terms)?;
            Ok((error(), (code, refused.to_string(), partial)).encode(env))
        }
    }
}

/// Half of the limit of a request that has one above 1.
fn halved(request: &Value) -> Option<u64> {
    request.get("limit")?.as_u64().map(|limit| limit / 2).filter(|limit| *limit > 0)
}
