//! `info`: where the trace comes from, what it covers and what it lost.

use crate::answer::{Answer, ClassInfo, TraceSource};
use crate::error::Result;
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::Class;
use scope_core::trace::{Source, Trace};
use serde::{Deserialize, Serialize};

/// The arguments of `info`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct InfoRequest {}

/// Where a trace comes from and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Info {
    /// `live` or `file`.
    pub source: TraceSource,
    /// Version of the recorder.
    pub recorder_version: String,
    /// Node name.
    pub node: String,
    /// OTP release.
    pub otp: String,
    /// Elixir version.
    pub elixir: String,
    /// Operating system.
    pub os: String,
    /// The recording's id.
    pub instance: String,
    /// Wall clock at time 0, ns since the Unix epoch, as a decimal string.
    pub wall_anchor_ns: String,
    /// Erlang monotonic time at time 0, ns, as a decimal string.
    pub monotonic_anchor_ns: String,
    /// Applications and versions.
    pub applications: Vec<Named>,
    /// The recorder's options.
    pub options: Vec<Named>,
    /// The user's meta.
    pub meta: Vec<Named>,
    /// First time held.
    pub from: Option<u64>,
    /// Last time held.
    pub to: Option<u64>,
    /// Per class.
    pub classes: Vec<ClassInfo>,
    /// Processes named anywhere.
    pub n_processes: u64,
    /// Bytes held in memory: chunks with their index.
    pub bytes: u64,
}

/// A name and its value as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Named {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

pub(in crate::requests) fn answer(trace: &Trace, _request: &InfoRequest) -> Result<Answer<Info>> {
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
    Ok(Answer { data: info, coverage: coverage(trace, Window::all(), Class::ALL, 0), next: None })
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
