//! `process_info`: who a process is, how it began and ended, and what is known of it.
//!
//! Invariant: costs the process's lifecycle events and a look at each segment of the index; its other events are counted, not read.

use crate::api::Answer;
use crate::api::answer::{ClassCount, Data, ProcessInfo};
use crate::api::request;
use crate::argument::process_ref;
use crate::argument::viewpoint::Viewpoint;
use crate::error::Result;
use crate::model::process::links::linked_at;
use crate::model::process::spawn_info::Origin;
use crate::model::state::Last;
use crate::requests::coverage::coverage_of_moment;
use crate::requests::render::process_origin;
use crate::requests::render::view::{self, View};
use alloc::vec::Vec;
use scope_core::Class;
use scope_core::term::inspect::{atom_text, inspect_tree};
use scope_core::trace::Trace;

pub(in crate::requests) fn answer(trace: &Trace, request: &request::ProcessInfo) -> Result<Answer> {
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
        exit_reason: exit.as_ref().and_then(view::term),
        strategy: origin.supervisor.as_ref().map(process_origin::strategy),
        child: origin.child.as_ref().map(process_origin::child),
        counts: counts(trace, process),
    };
    let n_events = origin.n_events + n_links + viewpoint.lifetime.n_events;
    // Events of every class are counted.
    let coverage = coverage_of_moment(trace, window, Class::ALL, n_events);
    Ok(Answer { data: Data::ProcessInfo(info), coverage, next: None })
}

/// The callback module that a state told, where the process's begin did not.
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
