//! `process_relationships`: whom a process belongs to and talks with.

use crate::answer::{Answer, Child, Process, Replacement, Strategy};
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
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};
use serde::{Deserialize, Serialize};

/// The arguments of `process_relationships`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct ProcessRelationshipsRequest {
    /// A pid or a registered name.
    pub process: String,
    /// The moment meant (default: the end of the trace, or of the process).
    pub at: Option<u64>,
    /// Most children, and most peers.
    pub limit: Option<u32>,
}

/// Whom a process belongs to and talks with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Relationships {
    /// Which.
    pub process: Process,
    /// The time asked.
    pub at: u64,
    /// Who spawned it.
    pub parent: Option<Process>,
    /// Pids or names, nearest first.
    pub ancestors: Option<Vec<String>>,
    /// Processes it spawned that were alive then.
    pub children: Vec<Process>,
    /// Linked processes.
    pub links: Vec<Process>,
    /// Its supervisor.
    pub supervisor: Option<Process>,
    /// How that supervisor supervises.
    pub strategy: Option<Strategy>,
    /// What that supervisor says of it.
    pub child: Option<Child>,
    /// The process that came in place of it after its exit.
    pub replaced_by: Option<Replacement>,
    /// With whom it exchanged messages up to then, most first.
    pub peers: Vec<Peer>,
    /// Messages it sent to aliases, ports and other nodes, or to names no process held: to no process that could be named here.
    pub sent_elsewhere: u64,
}

/// The messages exchanged with one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Peer {
    /// The other.
    pub process: Process,
    /// Messages sent to it.
    pub sent: u64,
    /// Messages it sent.
    pub received: u64,
}

pub(in crate::requests) fn answer(
    trace: &Trace,
    request: &ProcessRelationshipsRequest,
) -> Result<Answer<Relationships>> {
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
    Ok(Answer { data: relationships, coverage, next: None })
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
    let recorded = origin.child.as_ref().is_some_and(|child| child.supervisor.is_some());
    (recorded || its.supervisor.is_some()).then_some((supervisor, its))
}
