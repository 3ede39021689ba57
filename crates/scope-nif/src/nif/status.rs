//! What a recorder is at: counters, buffers and sampling.

use crate::capture::sampling;
use crate::nif::RecorderRef;
use crate::sealer;
use crate::term::serializer::to_term;
use rustler::{Env, Error, NifResult, ResourceArc, Term};
use scope_core::event::Class;
use serde_json::Value;

#[rustler::nif(schedule = "DirtyIo")]
fn status<'a>(env: Env<'a>, recorder: ResourceArc<RecorderRef>) -> NifResult<Term<'a>> {
    let trace = recorder.recorder().snapshot();
    let (monotonic, tick, bytes) = {
        let mut sealing = recorder.recorder().core();
        let tick = sealing.advance();
        (sealing.clock.epoch_monotonic_ns, tick, sealing.writer.store().bytes())
    };
    let mut classes = serde_json::Map::new();
    let mut spans = serde_json::Map::new();
    for class in Class::ALL {
        let counts = &trace.counts()[*class as usize];
        let reasons = scope_core::loss::Reason::ALL.iter();
        let dropped: serde_json::Map<String, Value> = reasons
            .zip(counts.dropped)
            .filter(|(_, n)| *n > 0)
            .map(|(reason, n)| (reason.name().to_owned(), n.into()))
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
        "running": recorder.recorder().is_running(), "tick": tick, "watermark": trace.watermark(),
        "monotonic_anchor_ns": monotonic, "classes": classes, "bytes": bytes, "buffers": buffers,
        "n_processes": trace.processes().len(), "span": spans, "sample": sample(recorder.recorder().generation),
    });
    to_term(env, &status, None).map_err(|_| Error::BadArg)
}

/// The rate asked for, and per sampled class what the sampler decided on and kept.
fn sample(generation: u32) -> Value {
    let classes = [Class::Call, Class::Message].map(|class| {
        let (decided, kept) = sealer::sampled(generation, class);
        (class.name().to_owned(), serde_json::json!({"decided": decided, "kept": kept}))
    });
    serde_json::json!({"asked_ppm": sampling::rate().ppm(), "classes": Value::Object(classes.into_iter().collect())})
}
