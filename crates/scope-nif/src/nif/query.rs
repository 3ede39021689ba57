//! One question to a snapshot, in one call.

use crate::nif::snapshot::SnapshotRef;
use crate::nif::{error, failure};
use crate::term::recorded_term::RecordedTerms;
use crate::term::serializer::{self, to_term, to_term_counted};
use crate::term::value;
use rustler::sys::{ErlNifEnv, enif_is_current_process_alive};
use rustler::types::atom;
use rustler::{Atom, Encoder, Env, Error as NifError, NifResult, ResourceArc, Term};
use scope_core::trace::{Asker, Trace};
use scope_query::Error;
use scope_query::requests::warning::{Warning, warnings};
use scope_query::requests::{Answer, answer_to};
use serde_json::Value;
use std::sync::Arc;

/// The process that waits for an answer.
#[derive(Debug)]
struct Caller(*mut ErlNifEnv);

// SAFETY: it is asked on the thread of the call that made it, and goes before that call ends; no other thread has it.
unsafe impl Send for Caller {}
// SAFETY: as above.
unsafe impl Sync for Caller {}

impl Asker for Caller {
    fn is_there(&self) -> bool {
        // SAFETY: the environment of the call that is running.
        unsafe { enif_is_current_process_alive(self.0) != 0 }
    }
}

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
    let (mut max_bytes, mut n_rows) = (max_bytes, 0);
    loop {
        let terms = RecordedTerms::new(env, &trace, max_bytes);
        match written(env, &asked(env, &trace, &request), Some(terms), &mut n_rows) {
            Ok(answer) => return Ok(answer),
            // What was made so far is freed with this call only, so the next attempt must fit.
            Err(serializer::Error::TooLarge(_)) => match fewer(&request, n_rows) {
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
        Ok(request) => written(env, &asked(env, &trace, &request), None, &mut 0).map_err(|_| NifError::BadArg),
        Err(refused) => failure(env, "bad_argument", &refused.to_string()),
    }
}

#[rustler::nif(schedule = "DirtyCpu")]
fn query_json(env: Env<'_>, snapshot: ResourceArc<SnapshotRef>, request: &str) -> NifResult<String> {
    let caller = Caller(env.as_c_arg());
    Ok(scope_query::json::answer_json_to(Some(Arc::new(caller)), &*snapshot.trace()?, request))
}

/// The answer, and why rows of it may be missing.
fn asked(env: Env<'_>, trace: &Trace, request: &Value) -> Result<(Answer, Vec<Warning>), Error> {
    let request = scope_query::json::request_of(request)?;
    let answer = answer_to(Some(Arc::new(Caller(env.as_c_arg()))), trace, &request)?;
    let warnings = warnings(&request, &answer);
    Ok((answer, warnings))
}

/// `{:ok, answer, warnings}` or `{:error, {code, message, partial}}`.
fn written<'a>(
    env: Env<'a>,
    answer: &Result<(Answer, Vec<Warning>), Error>,
    terms: Option<RecordedTerms<'a, '_>>,
    n_rows: &mut usize,
) -> Result<Term<'a>, serializer::Error> {
    match answer {
        Ok((answer, warnings)) => {
            Ok((atom::ok(), to_term_counted(env, answer, terms, n_rows)?, to_term(env, warnings, None)?).encode(env))
        }
        Err(refused) => {
            let code = Atom::from_str(env, refused.code())
                .map_err(|_| serializer::Error::Unsupported(refused.code().into()))?;
            let partial = to_term(env, &refused.partial(), terms)?;
            Ok((error(), (code, refused.to_string(), partial)).encode(env))
        }
    }
}

/// A limit below that of a request: so many rows as could be written, else half of it.
fn fewer(request: &Value, n_rows: usize) -> Option<u64> {
    let limit = request.get("limit")?.as_u64()?;
    let fitting = Some(n_rows as u64).filter(|n| (1..limit).contains(n));
    fitting.or(Some(limit / 2)).filter(|limit| *limit > 0)
}
