//! `process_relationships`: whom a process belongs to and talks with.

use crate::api::Answer;
use crate::api::answer::{Data, Peer, Process, Relationships, Replacement};
use crate::api::request;
use crate::argument::cursor;
use crate::argument::process_ref;
use crate::argument::viewpoint::Viewpoint;
use crate::error::Result;
use crate::model::message::traffic::Volume;
use crate::model::process::lifetime::Lifetime;
use crate::model::process::links::linked_at;
use crate::model::process::restart::{children, replacement};
use crate::model::process::spawn_info::Origin;
use crate::model::window::Window;
use crate::requests::coverage::{coverage_of_moment, not_traced};
use crate::requests::render::process_origin;
use crate::requests::render::view::View;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};

pub(in crate::requests) fn answer(trace: &Trace, request: &request::ProcessRelationships) -> Result<Answer> {
    let window = Viewpoint::window(request.at)?;
    let limit = cursor::limit(request.limit)?;
    let process = process_ref::resolve(trace, "process", &request.process, window)?;
    let viewpoint = Viewpoint::of(trace, process, request.at);
    let key = viewpoint.key;
    let origin = Origin::of(trace, process, key);
    let (links, n_links) = linked_at(trace, process, key);
    let mut n_events = origin.n_events + n_links + viewpoint.lifetime.n_events;
    let mut children = alive_children(trace, process, key, &mut n_events);
    let supervisor = supervisor(trace, &origin, key);
    let replaced_by = viewpoint.lifetime.exit.and_then(|_| replacement(trace, process));
    let replaced_by = replaced_by.filter(|new| new.at <= key || request.at.is_none());
    let replaced_by = replaced_by.map(|new| (new.process, new.certainty));
    let mut view = View::new(trace);
    let mut volume = Volume::of(trace, &mut view.naming, process, key);
    n_events += volume.n_events;

    let truncated = children.len() > limit || volume.peers.len() > limit;
    children.truncate(limit);
    volume.peers.truncate(limit);
    let strategy = supervisor.as_ref().and_then(|(_, its)| its.supervisor.as_ref()).map(process_origin::strategy);
    let relationships = Relationships {
        process: view.process(process, key),
        at: viewpoint.tick,
        parent: origin.parent.map(|parent| view.process(parent, viewpoint.born())),
        ancestors: origin.ancestors.as_deref().map(process_origin::ancestors),
        children: all(&mut view, children, key),
        links: all(&mut view, links, key),
        supervisor: supervisor.as_ref().map(|(supervisor, _)| view.process(*supervisor, key)),
        strategy,
        child: origin.child.as_ref().map(process_origin::child),
        replaced_by: replaced_by
            .map(|(other, certainty)| Replacement { pid: other.to_string(), certainty: certainty.name().into() }),
        peers: volume
            .peers
            .iter()
            .map(|(peer, sent, received)| Peer { process: view.process(*peer, key), sent: *sent, received: *received })
            .collect(),
        sent_elsewhere: volume.sent_elsewhere,
    };
    let asked = Window { from: 0, to: viewpoint.tick };
    let mut coverage = coverage_of_moment(trace, asked, &[Class::Process, Class::Message], n_events);
    coverage.not_traced = not_traced(trace, process, Class::Message, asked.clipped(trace));
    coverage.truncated = truncated;
    Ok(Answer { data: Data::Relationships(relationships), coverage, next: None })
}

fn all(view: &mut View<'_>, processes: Vec<ProcessKey>, key: OrderKey) -> Vec<Process> {
    processes.into_iter().map(|process| view.process(process, key)).collect()
}

/// The processes that one spawned and that were alive then.
fn alive_children(trace: &Trace, parent: ProcessKey, key: OrderKey, n_events: &mut u64) -> Vec<ProcessKey> {
    let mut children = children(trace, parent, OrderKey::MAX, n_events);
    children.retain(|child| {
        let lifetime = Lifetime::of(trace, *child);
        *n_events += lifetime.n_events;
        lifetime.first_tick() <= key.tick && lifetime.last_tick() >= key.tick
    });
    children
}

/// The supervisor of a process: who said so, or its parent if that is a supervisor.
fn supervisor(trace: &Trace, origin: &Origin, key: OrderKey) -> Option<(ProcessKey, Origin)> {
    let supervisor = origin.likely_supervisor()?;
    let its = Origin::of(trace, supervisor, key);
    let told = origin.child.as_ref().is_some_and(|child| child.supervisor.is_some());
    (told || its.supervisor.is_some()).then_some((supervisor, its))
}
