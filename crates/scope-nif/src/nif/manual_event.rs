//! Rows that Elixir writes into the trace, and the NIFs that take them in.
//!
//! They go the way of captured events: redaction, chunks, store and limits.
//!
//! Invariant: rows are checked before the first of them is taken in, so a call takes in all or nothing.

use crate::nif::{RecorderRef, failure};
use crate::sealer::RecorderCore;
use crate::sealer::manual_event::ManualEvent;
use crate::term::raw_term;
use rustler::types::atom;
use rustler::{Atom, Encoder, Env, Error, NifResult, NifStruct, ResourceArc, Term};
use scope_core::event::{Kind, MAX_TICK};

/// The word of a term, 0 for `nil`.
fn optional(term: Term<'_>) -> u64 {
    if term == atom::nil().to_term(term.get_env()) { 0 } else { raw_term::of(term.as_c_arg()) }
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

impl<'a> Row<'a> {
    /// The event, and its time.
    fn read(&self) -> NifResult<(ManualEvent, Option<i64>)> {
        let kind = self.kind.to_term(self.process.get_env()).atom_to_string()?;
        let kind = Kind::from_name(&kind).ok_or(Error::BadArg)?;
        let raw = |term: Term<'a>| raw_term::of(term.as_c_arg());
        let what = match self.subject.decode::<(Term<'a>, Term<'a>, u64)>() {
            Ok((module, function, arity)) => Some((raw(module), raw(function), arity)),
            Err(_) => Some((optional(self.subject), 0, 0)).filter(|(atom, _, _)| *atom != 0),
        };
        let term = self.term.first().map(|term| raw(*term));
        let (process, peer) = (optional(self.process), optional(self.peer));
        Ok((ManualEvent { kind, process, peer, what, term }, self.time))
    }
}

#[rustler::nif(schedule = "DirtyIo")]
fn put<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, rows: Vec<Row<'a>>) -> NifResult<Term<'a>> {
    // What was captured before comes before: a pid's earlier process must be known to have ended.
    let mut sealing = recorder.recorder().drained_if_traced();
    if !recorder.recorder().is_running() {
        return failure(env, "not_running", "the recorder has been stopped");
    }
    let now_ns = sealing.advance();
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let (event, time) = row.read()?;
        match time.map(|time| ns_of(&sealing, time, now_ns)).transpose() {
            Ok(ns) => events.push((event, ns)),
            Err(message) => return failure(env, "bad_argument", &message),
        }
    }
    for (event, ns) in &events {
        // SAFETY: the terms are arguments of this call.
        unsafe {
            match ns {
                Some(ns) => sealing.put_at(env.as_c_arg(), event, *ns),
                None => sealing.put(env.as_c_arg(), event),
            }
        }
    }
    Ok(atom::ok().encode(env))
}

/// How far the caller's reading of Erlang's clock may be ahead of ours: ours is measured now and then, and between goes by the CPU's.
const CLOCK_ERROR_NS: u64 = 1_000_000;

/// The time of a row in ns since the recorder's epoch.
fn ns_of(sealing: &RecorderCore, monotonic_ns: i64, now_ns: u64) -> Result<u64, String> {
    let since = i128::from(monotonic_ns) - i128::from(sealing.clock.epoch_monotonic_ns);
    // While a tracer records, an event of the future would lie beyond what answers say they are complete up to.
    let (last, reading_ns) = if sealing.manual { (MAX_TICK, 0) } else { (now_ns, CLOCK_ERROR_NS) };
    let ns = u64::try_from(since).ok().filter(|ns| *ns <= last + reading_ns).map(|ns| ns.min(last));
    ns.ok_or_else(|| {
        let (first, last) =
            (sealing.clock.epoch_monotonic_ns, i128::from(sealing.clock.epoch_monotonic_ns) + i128::from(last));
        format!("timestamp {monotonic_ns} is no time of this recording, which can hold {first} to {last}")
    })
}

#[rustler::nif(schedule = "DirtyIo")]
fn clear(recorder: ResourceArc<RecorderRef>, instance: String) -> Atom {
    recorder.recorder().drained().clear(instance);
    atom::ok()
}
