//! Events given by hand: what Elixir passes of them, and the NIFs that take them in.
//!
//! They go the way of captured ones: redaction, chunks, store and limits.
//!
//! Invariant: rows are checked before the first of them is taken in, so a call takes in all or nothing.

use crate::nif::{RecorderRef, failure};
use crate::sealer::RecorderCore;
use crate::sealer::manual_event::ManualEvent;
use crate::term::raw_term;
use rustler::types::atom;
use rustler::{Atom, Encoder, Env, Error, NifResult, ResourceArc, Term};
use scope_core::event::{Kind, MAX_TICK};

/// The word of a term, 0 for `nil`.
fn optional(term: Term<'_>) -> u64 {
    if term == atom::nil().to_term(term.get_env()) { 0 } else { raw_term::of(term.as_c_arg()) }
}

/// Reads one event from its terms.
fn read_event<'a>(
    kind: Atom,
    process: Term<'a>,
    peer: Term<'a>,
    what: Term<'a>,
    term: Option<u64>,
) -> NifResult<ManualEvent> {
    let kind = Kind::from_name(&kind.to_term(process.get_env()).atom_to_string()?).ok_or(Error::BadArg)?;
    let word = |term: Term<'a>| raw_term::of(term.as_c_arg());
    let what = match what.decode::<(Term<'a>, Term<'a>, u64)>() {
        Ok((module, function, arity)) => Some((word(module), word(function), arity)),
        Err(_) => Some((optional(what), 0, 0)).filter(|(atom, _, _)| *atom != 0),
    };
    Ok(ManualEvent { kind, process: optional(process), peer: optional(peer), what, term })
}

/// Kind, process, peer, function or atom, term; `nil` is none.
type Row<'a> = (Atom, Term<'a>, Term<'a>, Term<'a>, Term<'a>);

#[rustler::nif(schedule = "DirtyCpu")]
fn put<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, rows: Vec<Row<'a>>) -> NifResult<Atom> {
    let read = |(kind, process, peer, what, term)| {
        read_event(kind, process, peer, what, Some(optional(term)).filter(|word| *word != 0))
    };
    let rows: Vec<ManualEvent> = rows.into_iter().map(read).collect::<NifResult<_>>()?;
    let mut sealing = recorder.recorder().drained();
    for given in &rows {
        // SAFETY: the terms are arguments of this call.
        unsafe { sealing.put(env.as_c_arg(), given) };
    }
    Ok(atom::ok())
}

/// As [`Row`], but with a list of one term or none, as the term may be `nil`; and the time as Erlang's monotonic one in ns, `nil` for now.
type TimedRow<'a> = (Atom, Term<'a>, Term<'a>, Term<'a>, Vec<Term<'a>>, Option<i64>);

#[rustler::nif(schedule = "DirtyCpu")]
fn put_at<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, rows: Vec<TimedRow<'a>>) -> NifResult<Term<'a>> {
    // What was captured before comes before: a pid's earlier process must be known to have ended.
    let mut sealing = recorder.recorder().drained_if_traced();
    if !recorder.recorder().is_running() {
        return failure(env, "not_running", "the recorder has been stopped");
    }
    let now_ns = sealing.advance();
    let mut given = Vec::with_capacity(rows.len());
    for (kind, process, peer, what, term, monotonic_ns) in rows {
        let term = term.first().map(|term| raw_term::of(term.as_c_arg()));
        let ns = match monotonic_ns.map(|time| ns_of(&sealing, time, now_ns)).transpose() {
            Ok(ns) => ns,
            Err(message) => return failure(env, "bad_argument", &message),
        };
        given.push((read_event(kind, process, peer, what, term)?, ns));
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
fn ns_of(sealing: &RecorderCore, monotonic_ns: i64, now_ns: u64) -> Result<u64, String> {
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
