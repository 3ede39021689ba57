//! What led to the spawn of a process: what its parent was at, what those were at in whose name it runs, and the exit it makes up for.

use super::{Causes, Found};
use crate::model::cause::edge::{Edge, EdgeKind, Entry, Stop};
use crate::model::certainty::Certainty;
use crate::model::process::initial_call;
use crate::model::process::restart::Restarts;
use crate::model::process::spawn_info::Origin;
use crate::model::row::Row;
use alloc::rc::Rc;
use scope_core::symbols::PeerKey;
use scope_core::term::{Term, read};
use scope_core::trace::Direction;
use scope_core::{Class, OrderKey, ProcessKey};

/// With more children than this, a parent's spawns are not searched for whom a child replaced.
const MAX_CHILDREN: usize = 256;

impl<'a> Causes<'a> {
    pub(super) fn spawn(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let mut found = Found::default();
        let parent = row.peer_process();
        if let Some((exit, certainty)) = parent.and_then(|parent| self.replaced(parent, process)) {
            found.add(Edge::new(exit, EdgeKind::Restart, certainty));
        }
        let caller = caller(row);
        if let Some(caller) = caller {
            let edges = self.act(caller, row.key()).edges;
            edges.into_iter().for_each(|edge| found.add(Edge { kind: EdgeKind::Callers, ..edge }));
        }
        let by_parent = match parent {
            Some(parent) => self.act(parent, row.key()),
            None => Found::stopped(Stop::EntryPoint(Entry::FirstSpawn)),
        };
        by_parent.edges.into_iter().for_each(|edge| found.add(edge));
        if found.edges.is_empty() {
            found.stop = by_parent.stop;
        }
        found
    }

    /// The exit of the child that this one came in place of. Others than supervisors start the same again for reasons of their own.
    fn replaced(&mut self, parent: ProcessKey, child: ProcessKey) -> Option<(Row<'a>, Certainty)> {
        let (old, certainty) = self.restarts(parent)?.replaced_by(child)?;
        Some((self.exits.of(old)?, certainty))
    }

    /// The restarts of a supervisor's children, if they are not too many.
    pub(crate) fn restarts(&mut self, parent: ProcessKey) -> Option<Rc<Restarts>> {
        if let Some(restarts) = self.restarts.get(&parent) {
            return restarts.clone();
        }
        let (peer, from, to) = (PeerKey::Process(parent), OrderKey::default(), OrderKey::MAX);
        let rows = self.trace.peer_rows(&peer, &[Class::Process], from, to, Direction::Forward);
        let is_supervisor = Origin::of(self.trace, parent, OrderKey::MAX).supervisor.is_some();
        let few = is_supervisor && rows.take(MAX_CHILDREN).count() < MAX_CHILDREN;
        let restarts = few.then(|| Rc::new(Restarts::of(self.trace, parent, OrderKey::MAX)));
        self.n_events += restarts.as_ref().map_or(0, |restarts| restarts.n_events);
        self.restarts.insert(parent, restarts.clone());
        restarts
    }
}

/// The process in whose name a spawned one runs.
pub(crate) fn caller(row: &Row<'_>) -> Option<ProcessKey> {
    let task = row.chunk.find_atom(initial_call::TASK)?;
    let (Term::List(arguments, _) | Term::Tuple(arguments)) = read::read(row.term()?.bytes, row.chunk).ok()? else {
        return None;
    };
    // Elixir 1.18 spawns tasks itself, earlier ones through `proc_lib`.
    let mfa = row.event.mfa().and_then(|id| row.chunk.mfa(id));
    if mfa.is_some_and(|mfa| mfa.module == task) {
        initial_call::owner(&arguments)
    } else {
        initial_call::caller(&arguments)
    }
}
