//! The functions of `ElixirScope.Native`: each translates its arguments, calls the engine or the recorder, and translates back.
//!
//! Invariant: what the recorder calls never waits for a question: answers and imports run on the schedulers for dirty CPU work and take no
//! lock of the recorder; all else runs on those for I/O, or is done at once.

pub(crate) mod config;
mod gap;
mod leftover;
pub(crate) mod manual_event;
pub(crate) mod query;
mod server_call;
pub(crate) mod snapshot;
pub(crate) mod status;
mod walk_cost;

use crate::capture::filter::{self, Filter, Function};
use crate::capture::sampling;
use crate::capture::tick;
use crate::sealer::clock::Clock;
use crate::sealer::quota::Quota;
use crate::sealer::recorder::{self, Recorder};
use crate::sealer::{self, RecorderCore};
use crate::term::bitstring;
use crate::term::raw_term;
use crate::term::serializer::to_term;
use crate::term::small_map;
use crate::term::term_kind::{self, TermKind};
use rustler::types::atom;
use rustler::{
    Atom, Binary, Encoder, Env, Error, LocalPid, Monitor, NewBinary, NifResult, Resource, ResourceArc, Term,
};
use scope_core::event::{Class, N_CLASSES};
use scope_core::term::redact::Redactor;
use scope_core::writer::Writer;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// The recorder behind a reference; watches its owner.
#[derive(Debug)]
pub(crate) struct RecorderRef(Arc<Recorder>);

impl RecorderRef {
    pub(crate) fn recorder(&self) -> &Recorder {
        &self.0
    }
}

#[rustler::resource_impl]
impl Resource for RecorderRef {
    fn down<'a>(&'a self, _env: Env<'a>, _pid: LocalPid, _monitor: Monitor) {
        self.0.end();
    }

    fn destructor(self, _env: Env<'_>) {
        self.0.end();
    }
}

rustler::atoms! { error }

/// `{:error, {code, message, nil}}`.
pub(crate) fn failure<'a>(env: Env<'a>, code: &str, message: &str) -> NifResult<Term<'a>> {
    let code = Atom::from_str(env, code)?;
    Ok((error(), (code, message, atom::nil())).encode(env))
}

/// The marker that lets the build read a library's version without loading it.
#[used]
static MARKER: &[u8] = concat!("elixir_scope_nif_version=", env!("CARGO_PKG_VERSION"), ";").as_bytes();

#[rustler::nif]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[rustler::nif]
fn self_check(env: Env<'_>) -> NifResult<Term<'_>> {
    let immediates = raw_term::VERIFIED.immediates.load(Relaxed);
    let mut words = [0; 5];
    // SAFETY: makes a reference in a live environment.
    let reference = unsafe { rustler::sys::enif_make_ref(env.as_c_arg()) };
    let references = crate::term::reference::words(raw_term::of(reference), &mut words).is_some();
    let checks = serde_json::json!({
        "raw_atoms": immediates, "raw_pids": immediates, "raw_small_ints": immediates,
        "references": references, "bitstrings": bitstring::is_learned(), "small_maps": small_map::is_learned(),
        "bignums": term_kind::is_learned(TermKind::PositiveBig), "tsc": tick::has_tsc(),
    });
    to_term(env, &checks, None).map_err(|_| Error::BadArg)
}

#[rustler::nif(schedule = "DirtyIo")]
fn start<'a>(env: Env<'a>, owner: LocalPid, config: Term<'a>) -> NifResult<Term<'a>> {
    let config = match config::read(config) {
        Ok(config) => config,
        Err(message) => return failure(env, "bad_argument", &message),
    };
    let Some(wall_offset_ns) = tick::sync() else {
        return failure(env, "not_supported", "Erlang's monotonic time cannot be read on this thread");
    };
    let (tick, monotonic_ns) = tick::both(tick::has_tsc());
    let clock = Clock::new(tick, monotonic_ns, monotonic_ns + wall_offset_ns);
    let clock = config.manual.map_or(clock, |manual| manual.clock(tick, monotonic_ns, monotonic_ns + wall_offset_ns));
    let mut header = config.header;
    header.monotonic_anchor_ns = clock.epoch_monotonic_ns;
    header.wall_anchor_ns = clock.epoch_wall_ns;
    let seed = sealer::seed_of(&header);
    let keys: Vec<&str> = config.redact.iter().map(String::as_str).collect();
    let redactor = Redactor::new(&keys);
    header.redact(&redactor);
    let (caps, depth) = (config.settings.caps, config.settings.depth);
    let mut writer = Writer::new(header, config.limits.clone(), seed);
    writer.set_limits(config.limits, config.retention);
    let sealing =
        |generation| RecorderCore::new(generation, config.manual.is_some(), clock, writer, redactor, caps, depth);
    let state_word = |generation: u32| raw_term::of(generation.encode(env).as_c_arg());
    let Some(started) = recorder::start(owner, &config.settings, sealing, state_word) else {
        return failure(env, "already_started", "another recorder is recording on this node");
    };
    let generation = started.generation;
    let reference = ResourceArc::new(RecorderRef(started));
    if reference.monitor(Some(env), &owner).is_none() {
        reference.0.end();
        return failure(env, "bad_argument", "the owner is not alive");
    }
    Ok((atom::ok(), reference, generation).encode(env))
}

#[rustler::nif(schedule = "DirtyIo")]
fn stop(recorder: ResourceArc<RecorderRef>) -> Atom {
    recorder.0.stop();
    atom::ok()
}

type FilterRow<'a> = (Term<'a>, Term<'a>, u64, Term<'a>, bool, u64);

#[rustler::nif(schedule = "DirtyIo")]
fn set_filter<'a>(
    recorder: ResourceArc<RecorderRef>,
    functions: Vec<FilterRow<'a>>,
    processes: Vec<(Term<'a>, u64)>,
    default_mask: u64,
) -> NifResult<Atom> {
    let mut table = Vec::with_capacity(functions.len());
    for (module, function, arity, role, args, mask) in functions {
        let (module, function) = (raw_term::of(module.as_c_arg()), raw_term::of(function.as_c_arg()));
        let role = server_call::role(role)?;
        table.push(Function { module, function, arity, role, args, mask });
    }
    let processes: Vec<(u64, u64)> =
        processes.into_iter().map(|(pid, mask)| (raw_term::of(pid.as_c_arg()), mask)).collect();
    if recorder.0.is_running() {
        for budget in &mut recorder.0.core().budgets {
            // A function that is no longer traced stays the target's own: its last events are still on their way.
            for f in &table {
                let function = (f.module, f.function, f.arity);
                if f.mask == budget.bit {
                    budget.own.insert(function);
                } else {
                    budget.own.remove(&function);
                }
            }
        }
        filter::replace(Filter::new(&table, &processes, default_mask));
    }
    Ok(atom::ok())
}

type BudgetRow<'a> = (u64, u64, Vec<Atom>, Option<Vec<Term<'a>>>, Vec<(Term<'a>, Term<'a>, u64)>);

/// Gives a target, known by its bit in the filter, so many events of these classes, in these processes (or all) and of these functions. A
/// budget there was for the bit is replaced; one of 0 events is no budget.
#[rustler::nif(schedule = "DirtyIo")]
fn set_budget<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, row: BudgetRow<'a>) -> NifResult<Atom> {
    let (bit, n_events, names, processes, functions) = row;
    let mut classes = [false; N_CLASSES];
    for name in names {
        let class = Class::from_name(&name.to_term(env).atom_to_string()?).ok_or(Error::BadArg)?;
        classes[class as usize] = true;
    }
    let word = |term: Term<'a>| raw_term::of(term.as_c_arg());
    let processes = processes.map(|pids| pids.into_iter().map(word).collect());
    let functions = functions.into_iter().map(|(m, f, arity)| (word(m), word(f), arity)).collect();
    let mut sealing = recorder.0.drained();
    sealing.budgets.retain(|budget| budget.bit != bit);
    if n_events > 0 {
        sealing.budgets.push(Quota::new(bit, n_events, classes, processes, functions));
    }
    Ok(atom::ok())
}

/// Changes what may be held; the keys are those of `start`'s configuration.
#[rustler::nif(schedule = "DirtyIo")]
fn set_limits<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, map: Term<'a>) -> NifResult<Term<'a>> {
    match config::limits(map) {
        Ok((limits, retention)) => {
            recorder.0.drained().writer.set_limits(limits, retention);
            Ok(atom::ok().encode(env))
        }
        Err(message) => failure(env, "bad_argument", &message),
    }
}

/// Changes the sample rate of a running recorder, in parts per million.
#[rustler::nif]
fn set_rate(env: Env<'_>, recorder: ResourceArc<RecorderRef>, ppm: u32) -> NifResult<Term<'_>> {
    match config::rate(ppm) {
        Ok(rate) => {
            if recorder.0.is_running() {
                sampling::set(rate, u64::from(recorder.0.generation));
            }
            Ok(atom::ok().encode(env))
        }
        Err(message) => failure(env, "bad_argument", &message),
    }
}

#[rustler::nif(schedule = "DirtyIo")]
fn dump<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>) -> Term<'a> {
    let bytes = {
        let mut sealing = recorder.0.drained();
        let watermark = sealing.watermark();
        sealing.writer.dump(watermark)
    };
    let mut binary = NewBinary::new(env, bytes.len());
    binary.as_mut_slice().copy_from_slice(&bytes);
    (atom::ok(), Binary::from(binary)).encode(env)
}

/// Erlang's monotonic time and the wall clock at the recorder's time 0, in ns.
#[rustler::nif]
fn epoch(recorder: ResourceArc<RecorderRef>) -> (i64, i64) {
    let sealing = recorder.0.core();
    (sealing.clock.epoch_monotonic_ns, sealing.clock.epoch_wall_ns)
}
