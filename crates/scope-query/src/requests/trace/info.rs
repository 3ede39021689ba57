//! `info`: where the trace comes from, what it covers and what it lost.

use crate::api::Answer;
use crate::api::answer::{ClassInfo, Data, Info, Named};
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::Class;
use scope_core::trace::{Source, Trace};

pub(in crate::requests) fn answer(trace: &Trace) -> Answer {
    let header = trace.header();
    let span = trace.span();
    let chunks = Class::ALL.iter().flat_map(|class| trace.chunks(*class));
    let info = Info {
        source: match trace.source() {
            Source::Live => "live".into(),
            Source::File => "file".into(),
        },
        recorder_version: header.recorder_version.clone(),
        node: header.node.clone(),
        otp: header.otp.clone(),
        elixir: header.elixir.clone(),
        os: header.os.clone(),
        instance: header.instance.clone(),
        wall_anchor_ns: header.wall_anchor_ns.to_string(),
        monotonic_anchor_ns: header.monotonic_anchor_ns.to_string(),
        applications: named(&header.applications),
        options: named(&header.options),
        meta: named(&header.meta),
        from: span.map(|(from, _)| from),
        to: span.map(|(_, to)| to),
        classes: Class::ALL.iter().map(|class| class_info(trace, *class)).collect(),
        n_processes: trace.processes().len() as u64,
        bytes: chunks.map(|chunk| (chunk.data_bytes() + chunk.index_bytes()) as u64).sum(),
    };
    Answer { data: Data::Info(info), coverage: coverage(trace, Window::all(), Class::ALL, 0), next: None }
}

pub(in crate::requests) fn class_info(trace: &Trace, class: Class) -> ClassInfo {
    let counts = &trace.counts()[class as usize];
    ClassInfo {
        class: class.name().into(),
        emitted: counts.emitted,
        stored: counts.stored,
        evicted: counts.evicted,
        sampled_out: counts.sampled_out,
        filtered: counts.filtered,
        dropped: counts.dropped_total(),
    }
}

fn named(pairs: &[(String, String)]) -> Vec<Named> {
    pairs.iter().map(|(name, value)| Named { name: name.clone(), value: value.clone() }).collect()
}
