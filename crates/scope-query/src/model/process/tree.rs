//! Who was under which supervisor at a moment.
//!
//! Invariant: finite: each process is in the tree once, whatever a damaged trace says of parents.

use crate::model::process::census::Census;
use crate::model::window::Window;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::ProcessKey;
use scope_core::trace::Trace;

/// The processes of a moment, by supervisor.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    pub(crate) census: Census<'a>,
    alive: BTreeSet<ProcessKey>,
    supervisors: BTreeSet<ProcessKey>,
    /// The living children of each living supervisor, in order of their begin.
    below: HashMap<ProcessKey, Vec<ProcessKey>>,
    /// The supervisors that are under no living one.
    roots: Vec<ProcessKey>,
}

/// A place in the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) process: ProcessKey,
    pub(crate) depth: u32,
    pub(crate) supervisor: Option<ProcessKey>,
}

impl<'a> Tree<'a> {
    pub(crate) fn at(trace: &'a Trace, at: Window) -> Self {
        let census = Census::at(trace, at.last_key());
        let living = census.members.iter().filter(|(_, member)| member.lived_in(at));
        let alive: BTreeSet<ProcessKey> = living.map(|(process, _)| *process).collect();
        let mut supervisors = BTreeSet::new();
        for (process, member) in census.members.iter() {
            // What the dead said of their supervisors is forgotten with them, at the latest when they are evicted.
            if !alive.contains(process) {
                continue;
            }
            supervisors.extend(member.origin.child.as_ref().and_then(|child| child.supervisor));
            supervisors.extend(member.origin.supervisor.as_ref().map(|_| *process));
        }
        let mut tree = Self { census, alive, supervisors, below: HashMap::new(), roots: Vec::new() };
        let begin = |process: &ProcessKey| {
            tree.census.members.get(process).map(|member| (member.lifetime.spawn.unwrap_or_default(), *process))
        };
        let mut in_order: Vec<ProcessKey> = tree.alive.iter().copied().collect();
        in_order.sort_by_key(begin);
        for process in in_order {
            match tree.supervisor(process) {
                Some(above) => tree.below.entry(above).or_default().push(process),
                None if tree.is_supervisor(process) => tree.roots.push(process),
                None => {}
            }
        }
        tree
    }

    pub(crate) fn is_alive(&self, process: ProcessKey) -> bool {
        self.alive.contains(&process)
    }

    pub(crate) fn is_supervisor(&self, process: ProcessKey) -> bool {
        self.supervisors.contains(&process)
    }

    /// The living supervisor a process is under.
    fn supervisor(&self, process: ProcessKey) -> Option<ProcessKey> {
        let above = self.census.members.get(&process)?.origin.likely_supervisor()?;
        (self.is_alive(above) && self.is_supervisor(above) && above != process).then_some(above)
    }

    /// The whole tree, or what is at and below one process: each before those below it.
    pub(crate) fn nodes(&self, root: Option<ProcessKey>) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut seen = BTreeSet::new();
        let top = root.map_or_else(|| self.roots.clone(), |root| alloc::vec![root]);
        let above = |process| root.and_then(|_| self.supervisor(process));
        let place = |process| Node { process, depth: 0, supervisor: above(process) };
        let mut open: Vec<Node> = top.into_iter().rev().map(place).collect();
        while let Some(node) = open.pop() {
            if !seen.insert(node.process) {
                continue;
            }
            nodes.push(node);
            let below = self.below.get(&node.process).into_iter().flatten().rev();
            open.extend(below.map(|process| Node {
                process: *process,
                depth: node.depth + 1,
                supervisor: Some(node.process),
            }));
        }
        nodes
    }
}
