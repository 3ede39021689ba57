//! What the owner found out about events that the VM did not trace for us.

use crate::nif::RecorderRef;
use crate::term::raw_term;
use rustler::types::atom;
use rustler::{Atom, Env, Error, NifResult, ResourceArc, Term};
use scope_core::event::Class;

/// Most processes of each kind in one answer; the rest is found the next time.
const MAX_PROCESSES: usize = 1_000;

/// Events of these classes were not traced, from a reading of Erlang's monotonic time until now.
#[rustler::nif(schedule = "DirtyIo")]
fn lose(env: Env<'_>, recorder: ResourceArc<RecorderRef>, classes: Vec<Atom>, from: i64) -> NifResult<Atom> {
    let mut found = Vec::with_capacity(classes.len());
    for class in classes {
        found.push(Class::from_name(&class.to_term(env).atom_to_string()?).ok_or(Error::BadArg)?);
    }
    let mut sealing = recorder.recorder().drained();
    if recorder.recorder().is_running() {
        let now_ns = sealing.advance();
        let since = i128::from(from) - i128::from(sealing.clock.epoch_monotonic_ns);
        let from_ns = u64::try_from(since).unwrap_or(0).min(now_ns);
        for class in found {
            sealing.lose_tracing(class, from_ns);
        }
    }
    Ok(atom::ok())
}

/// The processes that live by what was recorded and are not in this list, those of it that are not known to live, and how many process
/// events were dropped up to now: each may be one of these.
#[rustler::nif(schedule = "DirtyIo")]
fn census<'a>(
    env: Env<'a>,
    recorder: ResourceArc<RecorderRef>,
    there: Vec<Term<'a>>,
) -> (Vec<Term<'a>>, Vec<Term<'a>>, u64) {
    let there: Vec<u64> = there.into_iter().map(|pid| raw_term::of(pid.as_c_arg())).collect();
    let (difference, n_dropped) = {
        let core = recorder.recorder().drained();
        let n_dropped = core.writer.store().counts()[Class::Process as usize].dropped.iter().sum();
        (core.census.compare(&there, MAX_PROCESSES), n_dropped)
    };
    let pids = |words: Vec<u64>| {
        // SAFETY: local pids are immediates: their words are terms in every environment.
        words.into_iter().map(|word| unsafe { Term::new(env, raw_term::term(word)) }).collect()
    };
    (pids(difference.gone), pids(difference.unknown), n_dropped)
}
