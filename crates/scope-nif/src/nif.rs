//! The functions of `ElixirScope.Native`: each translates its arguments, calls the engine or the recorder, and translates back.

pub(crate) mod config;
pub(crate) mod manual_event;

use crate::capture::filter::{self, Filter, Function, Role};
use crate::capture::sampling;
use crate::capture::term_encoder;
use crate::capture::tick;
use crate::sealer::clock::Clock;
use crate::sealer::quota::Quota;
use crate::sealer::recorder::{self, Recorder};
use crate::sealer::term_interner::TermInterner;
use crate::sealer::{self, RecorderCore};
use crate::term::raw_term;
use crate::term::value;
use rustler::{
    Atom, Binary, Encoder, Env, Error, LocalPid, Monitor, NewBinary, NifResult, Resource, ResourceArc, Term,
};
use scope_core::event::{Class, Kind, N_CLASSES};
use scope_core::file::ReadLimits;
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::etf::{self, Origin};
use scope_core::term::redact::Redactor;
use scope_core::term::resolve;
use scope_core::trace::{Source as TraceSource, Trace};
use scope_core::writer::Writer;
use scope_core::{EntityId, Event, Flags, OrderKey};
use scope_query::api::Request;
use scope_query::term_ref;
use serde::Serialize;
use serde_json::Value;
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

/// An imported trace behind a reference.
#[derive(Debug)]
pub(crate) struct TraceRef(Trace);

#[rustler::resource_impl]
impl Resource for TraceRef {}

rustler::atoms! { error, ok }

/// `{:error, {code, message, partial}}`.
pub(crate) fn failure<'a>(env: Env<'a>, code: &str, message: &str, partial: &Value) -> NifResult<Term<'a>> {
    let code = Atom::from_str(env, code)?;
    Ok((error(), (code, message, value::to_term(env, partial)?)).encode(env))
}

fn trace_of(source: Term<'_>) -> NifResult<Arc<Trace>> {
    if let Ok(recorder) = source.decode::<ResourceArc<RecorderRef>>() {
        return Ok(Arc::new(recorder.0.snapshot()));
    }
    let trace = source.decode::<ResourceArc<TraceRef>>()?;
    // A trace is shared chunks: cloning it copies no events.
    Ok(Arc::new(trace.0.clone()))
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
    let references = crate::term::reference::words(env.as_c_arg(), raw_term::of(reference), &mut words).is_some();
    let checks = serde_json::json!({
        "raw_atoms": immediates, "raw_pids": immediates, "raw_small_ints": immediates,
        "references": references, "bignums": raw_term::VERIFIED.bignums.load(Relaxed), "tsc": tick::has_tsc(),
    });
    value::to_term(env, &checks)
}

#[rustler::nif(schedule = "DirtyIo")]
fn start<'a>(env: Env<'a>, owner: LocalPid, config: Term<'a>) -> NifResult<Term<'a>> {
    let config = match config::read(config) {
        Ok(config) => config,
        Err(message) => return failure(env, "bad_argument", &message, &Value::Null),
    };
    let Some(wall_offset_ns) = tick::sync() else {
        return failure(env, "not_supported", "Erlang's monotonic time cannot be read on this thread", &Value::Null);
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
    let (caps, depth) = (config.settings.caps, config.settings.depth);
    let mut writer = Writer::new(header, config.limits.clone(), seed);
    writer.set_limits(config.limits, config.retention);
    let sealing =
        |generation| RecorderCore::new(generation, config.manual.is_some(), clock, writer, redactor, caps, depth);
    let state_word = |generation: u32| raw_term::of(generation.encode(env).as_c_arg());
    let Some(started) = recorder::start(owner, &config.settings, sealing, state_word) else {
        return failure(env, "already_started", "another recorder is recording on this node", &Value::Null);
    };
    let generation = started.generation;
    let reference = ResourceArc::new(RecorderRef(started));
    if reference.monitor(Some(env), &owner).is_none() {
        reference.0.end();
        return failure(env, "bad_argument", "the owner is not alive", &Value::Null);
    }
    Ok((ok(), reference, generation).encode(env))
}

#[rustler::nif(schedule = "DirtyIo")]
fn stop(recorder: ResourceArc<RecorderRef>) -> Atom {
    recorder.0.stop();
    ok()
}

type FilterRow<'a> = (Term<'a>, Term<'a>, u64, Atom, bool, u64);

#[rustler::nif(schedule = "DirtyCpu")]
fn set_filter<'a>(
    env: Env<'a>,
    recorder: ResourceArc<RecorderRef>,
    functions: Vec<FilterRow<'a>>,
    processes: Vec<(Term<'a>, u64)>,
    default_mask: u64,
) -> NifResult<Atom> {
    let mut table = Vec::with_capacity(functions.len());
    for (module, function, arity, role, args, mask) in functions {
        let (module, function) = (raw_term::of(module.as_c_arg()), raw_term::of(function.as_c_arg()));
        let role = Role::from_name(&role.to_term(env).atom_to_string()?).ok_or(Error::BadArg)?;
        table.push(Function { module, function, arity, role, args, mask });
    }
    let processes: Vec<(u64, u64)> =
        processes.into_iter().map(|(pid, mask)| (raw_term::of(pid.as_c_arg()), mask)).collect();
    if recorder.0.is_running() {
        for budget in &mut recorder.0.sealing().budgets {
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
    Ok(ok())
}

type BudgetRow<'a> = (u64, u64, Vec<Atom>, Option<Vec<Term<'a>>>, Vec<(Term<'a>, Term<'a>, u64)>);

/// Gives a target, known by its bit in the filter, so many events of these classes, in these processes (or all) and of these functions. A
/// budget there was for the bit is replaced; one of 0 events is no budget.
#[rustler::nif(schedule = "DirtyCpu")]
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
    Ok(ok())
}

/// Changes what may be held; the keys are those of `start`'s configuration.
#[rustler::nif(schedule = "DirtyCpu")]
fn set_limits<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>, map: Term<'a>) -> NifResult<Term<'a>> {
    match config::limits(map) {
        Ok((limits, retention)) => {
            recorder.0.drained().writer.set_limits(limits, retention);
            Ok(ok().encode(env))
        }
        Err(message) => failure(env, "bad_argument", &message, &Value::Null),
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
            Ok(ok().encode(env))
        }
        Err(message) => failure(env, "bad_argument", &message, &Value::Null),
    }
}

#[rustler::nif(schedule = "DirtyCpu")]
fn query<'a>(env: Env<'a>, source: Term<'a>, request: Term<'a>) -> NifResult<Term<'a>> {
    let trace = trace_of(source)?;
    let Ok(request) = value::from_term(request) else {
        return failure(env, "bad_argument", "a request is a map of atoms, strings, integers and lists", &Value::Null);
    };
    let request: Request = match serde_json::from_value(request) {
        Ok(request) => request,
        Err(error) => return failure(env, "bad_argument", &error.to_string(), &Value::Null),
    };
    match scope_query::answer(&trace, &request) {
        Ok(answer) => Ok((ok(), value::to_term(env, &json_of(&answer)?)?).encode(env)),
        Err(error) => {
            let partial = error.partial().map_or(Ok(Value::Null), json_of)?;
            failure(env, error.code(), &error.to_string(), &partial)
        }
    }
}

fn json_of(value: &impl Serialize) -> NifResult<Value> {
    serde_json::to_value(value).map_err(|_| Error::BadArg)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn query_json(source: Term<'_>, request: &str) -> NifResult<String> {
    Ok(scope_query::answer_json(&*trace_of(source)?, request))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn terms<'a>(env: Env<'a>, source: Term<'a>, ids: Vec<String>) -> NifResult<Term<'a>> {
    let trace = trace_of(source)?;
    let header = trace.header();
    let origin = match trace.source() {
        TraceSource::Live => Origin::Own { node: &header.node, creation: header.creation },
        TraceSource::File => Origin::Imported,
    };
    let mut exists = |name: &str| {
        let mut etf = vec![131, 118];
        etf.extend_from_slice(&(name.len() as u16).to_be_bytes());
        etf.extend_from_slice(name.as_bytes());
        // Reading an atom "safely" fails where the node does not have it.
        env.binary_to_term(&etf).is_some()
    };
    let mut etf = vec![131, 108];
    etf.extend_from_slice(&(ids.len() as u32).to_be_bytes());
    for id in &ids {
        // What is gone reads as a place that was not walked.
        let gone = (scope_core::Symbols::new(), [scope_core::term::tag::CUT]);
        let written = match term_ref::locate(&trace, id) {
            Ok(found) => etf::to_etf(found.term.bytes, &found.names, origin, &mut exists, &mut etf).is_ok(),
            Err(_) => false,
        };
        if !written && etf::to_etf(&gone.1, &gone.0, origin, &mut exists, &mut etf).is_err() {
            return Err(Error::BadArg);
        }
    }
    etf.push(106);
    // SAFETY: the bytes are made by `to_etf`, which writes only well-formed terms and, for imported ones, only atoms that exist here.
    let term = unsafe { env.binary_to_term_trusted(&etf) };
    term.map(|(term, _)| term).filter(|_| !ids.is_empty()).map_or_else(|| Ok(Vec::<Term<'a>>::new().encode(env)), Ok)
}

/// Most bytes of a term that is held to be compared.
const HELD_BYTES: usize = 4 << 20;

/// Terms of this node as a small trace of their own (`control-0-0` and on), to be asked about like recorded ones.
#[rustler::nif(schedule = "DirtyCpu")]
fn hold<'a>(env: Env<'a>, node: String, creation: u32, given: Vec<Term<'a>>) -> NifResult<ResourceArc<TraceRef>> {
    let mut writer = Writer::new(Header { node, creation, ..Header::default() }, Limits::default(), 0);
    let (mut words, redactor) = (TermInterner::new(), Redactor::new(&[]));
    let (mut raw, mut bytes) = (Vec::new(), Vec::new());
    for (tie, term) in (0..).zip(given) {
        let term = raw_term::of(term.as_c_arg());
        // SAFETY: the term is an argument of this call.
        unsafe { term_encoder::walk_into(env.as_c_arg(), term, HELD_BYTES, term_encoder::MAX_DEPTH, &mut raw) };
        let resolved = resolve::resolve(&raw, &mut words, writer.symbols(), &redactor, 0, &mut bytes);
        let event = Event {
            key: OrderKey { tick: 0, thread: 0, tie },
            kind: Kind::Mark,
            flags: Flags::NONE,
            process: EntityId::NONE,
            peer: EntityId::NONE,
            what: 0,
        };
        let pushed = resolved.and_then(|resolved| writer.push(&event, Some((&bytes, resolved))));
        pushed.map_err(|_| Error::BadArg)?;
    }
    Ok(ResourceArc::new(TraceRef(writer.snapshot(0))))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn dump<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>) -> Term<'a> {
    let bytes = {
        let mut sealing = recorder.0.drained();
        let watermark = sealing.watermark();
        sealing.writer.dump(watermark)
    };
    let mut binary = NewBinary::new(env, bytes.len());
    binary.as_mut_slice().copy_from_slice(&bytes);
    (ok(), Binary::from(binary)).encode(env)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn load<'a>(env: Env<'a>, bytes: Binary<'a>) -> NifResult<Term<'a>> {
    match scope_core::file::read(bytes.as_slice(), ReadLimits::default()) {
        Ok(trace) => Ok((ok(), ResourceArc::new(TraceRef(trace))).encode(env)),
        Err(error) => failure(env, error.code(), &error.to_string(), &Value::Null),
    }
}

#[rustler::nif]
fn anchor(source: Term<'_>) -> NifResult<(i64, i64)> {
    if let Ok(recorder) = source.decode::<ResourceArc<RecorderRef>>() {
        let sealing = recorder.0.sealing();
        return Ok((sealing.clock.epoch_monotonic_ns, sealing.clock.epoch_wall_ns));
    }
    let trace = source.decode::<ResourceArc<TraceRef>>()?;
    Ok((trace.0.header().monotonic_anchor_ns, trace.0.header().wall_anchor_ns))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn status<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>) -> NifResult<Term<'a>> {
    let trace = recorder.0.snapshot();
    let (monotonic, tick, bytes) = {
        let mut sealing = recorder.0.sealing();
        let tick = sealing.advance();
        (sealing.clock.epoch_monotonic_ns, tick, sealing.writer.store().bytes())
    };
    let mut classes = serde_json::Map::new();
    let mut spans = serde_json::Map::new();
    for class in Class::ALL {
        let counts = &trace.counts()[*class as usize];
        let reasons = scope_core::loss::Reason::ALL.iter();
        let dropped: serde_json::Map<String, Value> = reasons
            .map(|reason| (reason.name().to_owned(), counts.dropped[*reason as usize]))
            .filter(|(_, n)| *n > 0)
            .map(|(name, n)| (name, n.into()))
            .collect();
        let held = serde_json::json!({
            "emitted": counts.emitted, "stored": counts.stored, "evicted": counts.evicted,
            "sampled_out": counts.sampled_out, "filtered": counts.filtered, "dropped": dropped,
        });
        classes.insert(class.name().into(), held);
        let chunks = trace.chunks(*class);
        let span = chunks.iter().map(|c| c.first().tick).min().zip(chunks.iter().map(|c| c.last().tick).max());
        let span = span.map(|(from, to)| serde_json::json!([from.max(trace.low_watermark(*class).tick), to]));
        spans.insert(class.name().into(), span.unwrap_or(Value::Null));
    }
    let buffers: Vec<Value> = sealer::fills()
        .iter()
        .map(|(thread, used, capacity)| serde_json::json!({"thread": thread, "used": used, "capacity": capacity}))
        .collect();
    let status = serde_json::json!({
        "running": recorder.0.is_running(), "tick": tick, "watermark": trace.watermark(),
        "monotonic_anchor_ns": monotonic, "classes": classes, "bytes": bytes, "buffers": buffers,
        "n_processes": trace.processes().len(), "span": spans, "sample": sample(recorder.0.generation),
    });
    value::to_term(env, &status)
}

/// The rate asked for, and per sampled class what the sampler decided on and kept.
fn sample(generation: u32) -> Value {
    let classes = [Class::Call, Class::Message].map(|class| {
        let (decided, kept) = sealer::sampled(generation, class);
        (class.name().to_owned(), serde_json::json!({"decided": decided, "kept": kept}))
    });
    serde_json::json!({"asked_ppm": sampling::rate().ppm(), "classes": Value::Object(classes.into_iter().collect())})
}
