//! What a recorder is at: counters, buffers and sampling.

use crate::capture::sampling;
use crate::nif::RecorderRef;
use crate::sealer;
use crate::term::serializer::to_term;
use rustler::{Env, Error, NifResult, ResourceArc, Term};
use scope_core::event::Class;
use scope_core::loss::Reason;
use scope_core::trace::Trace;
use serde::Serialize;
use std::collections::BTreeMap;

/// Something of each class, by its name.
type ByClass<T> = BTreeMap<&'static str, T>;

/// Times are ticks: nanoseconds since the recording began.
#[derive(Debug, Serialize)]
struct Status {
    running: bool,
    tick: u64,
    watermark: u64,
    /// The VM's monotonic time at tick 0.
    monotonic_anchor_ns: i64,
    classes: ByClass<ClassStatus>,
    /// Of the store.
    bytes: u64,
    buffers: Vec<Buffer>,
    n_processes: usize,
    /// The ticks of the first and the last event that is held.
    span: ByClass<Option<(u64, u64)>>,
    sample: Sample,
}

/// How many events of a class there were, and what became of them.
#[derive(Debug, Serialize)]
struct ClassStatus {
    emitted: u64,
    stored: u64,
    evicted: u64,
    sampled_out: u64,
    filtered: u64,
    /// By reason, where there are any.
    dropped: BTreeMap<&'static str, u64>,
}

/// The buffer of a thread, in bytes.
#[derive(Debug, Serialize)]
struct Buffer {
    thread: u16,
    used: u64,
    capacity: u64,
}

/// The rate asked for, in parts of a million, and what the sampler decided on and kept of each sampled class.
#[derive(Debug, Serialize)]
struct Sample {
    asked_ppm: u32,
    classes: ByClass<Sampled>,
}

#[derive(Debug, Serialize)]
struct Sampled {
    decided: u64,
    kept: u64,
}

#[rustler::nif(schedule = "DirtyIo")]
fn status<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>) -> NifResult<Term<'a>> {
    let trace = recorder.recorder().snapshot();
    let (monotonic_anchor_ns, tick, bytes) = {
        let mut sealing = recorder.recorder().core();
        let tick = sealing.advance();
        (sealing.clock.epoch_monotonic_ns, tick, sealing.writer.store().bytes())
    };
    let fills = sealer::fills();
    let status = Status {
        running: recorder.recorder().is_running(),
        tick,
        watermark: trace.watermark(),
        monotonic_anchor_ns,
        classes: Class::ALL.iter().map(|class| (class.name(), class_status(&trace, *class))).collect(),
        bytes,
        buffers: fills.into_iter().map(|(thread, used, capacity)| Buffer { thread, used, capacity }).collect(),
        n_processes: trace.processes().len(),
        span: Class::ALL.iter().map(|class| (class.name(), span(&trace, *class))).collect(),
        sample: sample(recorder.recorder().generation),
    };
    to_term(env, &status, None).map_err(|_| Error::BadArg)
}

fn class_status(trace: &Trace, class: Class) -> ClassStatus {
    let counts = &trace.counts()[class as usize];
    let dropped = Reason::ALL.iter().map(|reason| reason.name()).zip(counts.dropped);
    ClassStatus {
        emitted: counts.emitted,
        stored: counts.stored,
        evicted: counts.evicted,
        sampled_out: counts.sampled_out,
        filtered: counts.filtered,
        dropped: dropped.filter(|(_, n)| *n > 0).collect(),
    }
}

fn span(trace: &Trace, class: Class) -> Option<(u64, u64)> {
    let chunks = trace.chunks(class);
    let first = chunks.iter().map(|chunk| chunk.first().tick).min()?;
    let last = chunks.iter().map(|chunk| chunk.last().tick).max()?;
    Some((first.max(trace.low_watermark(class).tick), last))
}

fn sample(generation: u32) -> Sample {
    let classes = [Class::Call, Class::Message].map(|class| {
        let (decided, kept) = sealer::sampled(generation, class);
        (class.name(), Sampled { decided, kept })
    });
    Sample { asked_ppm: sampling::rate().ppm(), classes: classes.into_iter().collect() }
}
