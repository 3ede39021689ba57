//! Events given by hand: what Elixir passes of them, and the NIFs that take them in.
//!
//! They go the way of captured ones: redaction, chunks, store and limits.
//!
//! Invariant: rows are checked before the first of them is taken in, so a call takes in all or nothing.

use crate::door::{RecorderRef, failure};
use crate::sealer::Sealing;
use crate::word;
use rustler::types::atom;
use rustler::{Atom, Encoder, Env, Error, NifResult, NifStruct, ResourceArc, Term};
use scope_core::event::{Kind, MAX_TICK};
use serde_json::Value;

/// An event given by hand, in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    pub(crate) kind: Kind,
    pub(crate) process: u64,
    pub(crate) peer: u64,
    /// Module, function, arity; or an atom, with 0 for the function.
    pub(crate) what: Option<(u64, u64, u64)>,
    pub(crate) term: Option<u64>,
}

/// The word of a term, 0 for `nil`.
fn optional(term: Term<'_>) -> u64 {
    if term == atom::nil().to_term(term.get_env()) { 0 } else { word::of(term.as_c_arg()) }
}

impl Given {
    fn new<'a>(kind: Atom, process: Term<'a>, peer: Term<'a>, what: Term<'a>, term: Option<u64>) -> NifResult<Self> {
        let kind = Kind::from_name(&kind.to_term(process.get_env()).atom_to_string()?).ok_or(Error::BadArg)?;
        let word = |term: Term<'a>| word::of(term.as_c_arg());
        let what = match what.decode::<(Term<'a>, Term<'a>, u64)>() {
            Ok((module, function, arity)) => Some((word(module), word(function), arity)),
            Err(_) => Some((optional(what), 0, 0)).filter(|(atom, _, _)| *atom != 0),
        };
        Ok(Self { kind, process: optional(process), peer: optional(peer), what, term })
    }
}

/// `ElixirScope.Recorder.Row`. Its `term` is a list of one term or none, as the term may be `nil`; its `time` is Erlang's monotonic one in
/// ns, `nil` for now; in other fields `nil` is none.
#[derive(NifStruct)]
#[module = "ElixirScope.Recorder.Row"]
struct Row<'a> {
    kind: Atom,
    process: Term<'a>,
    peer: Term<'a>,
    subject: Term<'a>,
    term: Vec<Term<'a>>,
    time: Option<i64>,
}

#[rustler::nif(schedule = "DirtyCpu")]
fn put<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, rows: Vec<Row<'a>>) -> NifResult<Term<'a>> {
    // What was captured before comes before: a pid's earlier process must be known to have ended.
    let mut sealing = recorder.recorder().drained_if_traced();
    if !recorder.recorder().is_running() {
        return failure(env, "not_running", "the recorder has been stopped", &Value::Null);
    }
    let now_ns = sealing.advance();
    let mut given = Vec::with_capacity(rows.len());
    for row in rows {
        let term = row.term.first().map(|term| word::of(term.as_c_arg()));
        let ns = match row.time.map(|time| ns_of(&sealing, time, now_ns)).transpose() {
            Ok(ns) => ns,
            Err(message) => return failure(env, "bad_argument", &message, &Value::Null),
        };
        given.push((Given::new(row.kind, row.process, row.peer, row.subject, term)?, ns));
    }
    for (given, ns) in &given {
        // SAFETY: the terms are arguments of this call.
        unsafe {
            match ns {
                Some(ns) => sealing.put_at(env.as_c_arg(), given, *ns),
                None => sealing.put(env.as_c_arg(), given),
            }
        }
    }
    Ok(atom::ok().encode(env))
}

/// How far the caller's reading of Erlang's clock may be ahead of ours: ours is measured now and then, and between goes by the CPU's.
const CLOCK_ERROR_NS: u64 = 1_000_000;

/// A time given by hand in ns since the recorder's epoch.
fn ns_of(sealing: &Sealing, monotonic_ns: i64, now_ns: u64) -> Result<u64, String> {
    let since = i128::from(monotonic_ns) - i128::from(sealing.clock.epoch_monotonic_ns);
    // While a tracer records, an event of the future would lie beyond what answers say they are complete up to.
    let (last, reading_ns) = if sealing.by_hand { (MAX_TICK, 0) } else { (now_ns, CLOCK_ERROR_NS) };
    let ns = u64::try_from(since).ok().filter(|ns| *ns <= last + reading_ns).map(|ns| ns.min(last));
    ns.ok_or_else(|| {
        let (first, last) =
            (sealing.clock.epoch_monotonic_ns, i128::from(sealing.clock.epoch_monotonic_ns) + i128::from(last));
        format!("timestamp {monotonic_ns} is no time of this recording, which can hold {first} to {last}")
    })
}

#[rustler::nif(schedule = "DirtyCpu")]
fn clear(recorder: ResourceArc<RecorderRef>, instance: String) -> Atom {
    recorder.recorder().drained().clear(instance);
    atom::ok()
}
