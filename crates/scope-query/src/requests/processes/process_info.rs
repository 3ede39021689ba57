//! `process_info`: who a process is, how it began and ended, and what is known of it.
//!
//! Invariant: costs the process's lifecycle events and a read of each segment of the index; its other events are counted, not read.

use crate::answer::{Answer, Child, EventClass, Function, Process, ProcessStatus, Strategy, Term};
use crate::argument::process_ref;
use crate::argument::viewpoint::Viewpoint;
use crate::error::Result;
use crate::model::process::links::linked_at;
use crate::model::process::spawn_info::Origin;
use crate::model::state::Last;
use crate::requests::coverage::coverage_of_moment;
use crate::requests::render::process_origin;
use crate::requests::render::view::View;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::Class;
use scope_core::term::inspect::{atom_text, inspect_tree};
use scope_core::trace::Trace;
use serde::{Deserialize, Serialize};

/// The arguments of `process_info`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct ProcessInfoRequest {
    /// A pid or a registered name.
    pub process: String,
    /// The moment whose names, links and label are meant (default: the end of the trace, or of the process).
    pub at: Option<u64>,
}

/// What is known of one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ProcessInfo {
    /// Which, with the name it held at the time asked.
    pub process: Process,
    /// The time asked.
    pub at: u64,
    /// `alive`, `exited`, or `not_yet` (spawned later), at the time asked.
    pub status: ProcessStatus,
    /// The function it began with.
    pub initial_call: Option<Function>,
    /// The callback module, as its spawn or a sweep recorded.
    pub module: Option<String>,
    /// Who spawned it.
    pub parent: Option<Process>,
    /// Pids or names, nearest first, as the process itself remembers them; `null` when nothing recorded.
    pub ancestors: Option<Vec<String>>,
    /// Names held at the time asked.
    pub names: Vec<String>,
    /// The label it was given, as text.
    pub label: Option<String>,
    /// Linked processes at the time asked.
    pub links: Vec<Process>,
    /// When it was spawned; `null`: before the recorder looked, or no process saw it.
    pub spawned_at: Option<u64>,
    /// The first time anything is known of it, or `null` when nothing is held.
    pub first_seen: Option<u64>,
    /// When it exited; `null`: it had not by the watermark, or no process saw it.
    pub exited_at: Option<u64>,
    /// Why it exited.
    pub exit_reason: Option<Term>,
    /// It is a supervisor: how it supervises.
    pub strategy: Option<Strategy>,
    /// What its supervisor says of it.
    pub child: Option<Child>,
    /// Events held, per class.
    pub counts: Vec<ClassCount>,
}

/// A number of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ClassCount {
    /// Class name.
    pub class: EventClass,
    /// Events of it.
    pub events: u64,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &ProcessInfoRequest) -> Result<Answer<ProcessInfo>> {
    let window = Viewpoint::window(request.at)?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    let viewpoint = Viewpoint::of(trace, process, request.at);
    let origin = Origin::of(trace, process, viewpoint.key);
    let (links, n_links) = linked_at(trace, process, viewpoint.key);
    let exit = viewpoint.lifetime.exit_row(trace, process);
    let module = origin.module.clone().or_else(|| module_of_state(trace, process, viewpoint));

    let mut view = View::new(trace);
    let held = view.naming.holdings(process).iter().filter(|holding| holding.holds_at(viewpoint.key));
    let names = held.map(|holding| atom_text(&holding.name)).collect();
    let info = ProcessInfo {
        process: view.process(process, viewpoint.key),
        at: viewpoint.tick,
        status: viewpoint.status().into(),
        initial_call: origin.initial_call.as_ref().map(process_origin::function),
        module: module.as_deref().map(atom_text),
        parent: origin.parent.map(|parent| view.process(parent, viewpoint.born())),
        ancestors: origin.ancestors.as_deref().map(process_origin::ancestors),
        names,
        label: origin.label.as_ref().map(inspect_tree),
        links: links.into_iter().map(|other| view.process(other, viewpoint.key)).collect(),
        spawned_at: viewpoint.lifetime.spawn.map(|key| key.tick),
        first_seen: viewpoint.lifetime.seen.map(|key| key.tick),
        exited_at: viewpoint.lifetime.exit.map(|key| key.tick),
        exit_reason: exit.as_ref().and_then(|exit| view.term(exit)),
        strategy: origin.supervisor.as_ref().map(process_origin::strategy),
        child: origin.child.as_ref().map(process_origin::child),
        counts: counts(trace, process),
    };
    let n_events = origin.n_events + n_links + viewpoint.lifetime.n_events;
    // Events of every class are counted.
    let coverage = coverage_of_moment(trace, window, Class::ALL, n_events);
    Ok(Answer { data: info, coverage, next: None })
}

/// The callback module that a state recorded, where the process's begin did not.
fn module_of_state(
    trace: &Trace,
    process: scope_core::ProcessKey,
    viewpoint: Viewpoint,
) -> Option<alloc::string::String> {
    Last::of(trace, process, viewpoint.key)?.module().map(Into::into)
}

fn counts(trace: &Trace, process: scope_core::ProcessKey) -> Vec<ClassCount> {
    let count = |class: &Class| ClassCount { class: class.name().into(), events: trace.n_rows_of(process, *class) };
    Class::ALL.iter().map(count).collect()
}
