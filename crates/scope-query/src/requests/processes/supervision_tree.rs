//! `supervision_tree`: the supervisors of a moment, and who was under them.

use crate::answer::{Answer, Child, Process, Replacement, Strategy};
use crate::argument::cursor;
use crate::argument::process_ref;
use crate::error::{Error, Result};
use crate::model::process::restart::Restarts;
use crate::model::process::tree::{Node, Tree};
use crate::model::window::Window;
use crate::requests::coverage::coverage_of_moment;
use crate::requests::render::process_origin;
use crate::requests::render::view::View;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::event::MAX_TICK;
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "supervision_tree";

/// The arguments of `supervision_tree`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct SupervisionTreeRequest {
    /// The moment (default: the end of the trace).
    pub at: Option<u64>,
    /// Only this supervisor and what is below it.
    pub root: Option<String>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// A process in the supervision tree. Rows come in the order of the tree: a supervisor, then all below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct TreeNode {
    /// Which.
    pub process: Process,
    /// 0 for a supervisor under no supervisor.
    pub depth: u32,
    /// The supervisor it is under.
    pub supervisor: Option<String>,
    /// The callback module.
    pub module: Option<String>,
    /// What its supervisor says of it.
    pub child: Option<Child>,
    /// It is a supervisor: how it supervises.
    pub strategy: Option<Strategy>,
    /// It is a supervisor: children replaced after an exit, up to then.
    pub restarts: Option<u64>,
    /// When it was spawned.
    pub spawned_at: Option<u64>,
    /// The exited process it replaced.
    pub replaces: Option<Replacement>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &SupervisionTreeRequest) -> Result<Answer<Vec<TreeNode>>> {
    let end = trace.span().map_or(0, |(_, last)| last).max(trace.watermark()).min(MAX_TICK);
    let at = Window::moment(request.at.unwrap_or(end))?;
    let limit = cursor::limit(request.limit)?;
    let after = cursor::after_process(KIND, request.after.as_deref())?;
    let root = request.root.as_deref().map(|text| process_ref::resolve(trace, "root", text, at)).transpose()?;
    let tree = Tree::at(trace, at);
    if let Some(root) = root.filter(|root| !tree.is_alive(*root)) {
        return Err(Error::NotFound(format!("{root} was not alive at {}", at.to)));
    }
    let nodes = tree.nodes(root);
    let start = match after {
        Some(after) => nodes
            .iter()
            .position(|node| node.process == after)
            .map(|place| place + 1)
            .ok_or_else(|| Error::BadArgument(format!("after: {after} is not in the tree at {}", at.to)))?,
        None => 0,
    };
    let rest = nodes.get(start..).unwrap_or_default();
    let page = rest.get(..limit.min(rest.len())).unwrap_or_default();

    let mut n_events = tree.census.n_events;
    let mut drawn = Drawing {
        trace,
        tree: &tree,
        view: View::new(trace),
        restarts: HashMap::new(),
        key: at.last_key(),
        n_events: 0,
    };
    let rows = page.iter().map(|node| drawn.row(node)).collect();
    n_events += drawn.n_events;
    let truncated = page.len() < rest.len();
    let next = page.last().filter(|_| truncated).map(|node| cursor::process_text(KIND, node.process));
    let mut coverage = coverage_of_moment(trace, at, &[Class::Process], n_events);
    coverage.truncated = truncated;
    Ok(Answer { data: rows, coverage, next })
}

struct Drawing<'a, 't> {
    trace: &'a Trace,
    tree: &'t Tree<'a>,
    view: View<'a>,
    /// By supervisor.
    restarts: HashMap<ProcessKey, Restarts>,
    key: OrderKey,
    /// Read for the restarts.
    n_events: u64,
}

impl Drawing<'_, '_> {
    fn row(&mut self, node: &Node) -> TreeNode {
        let Some(member) = self.tree.census.members.get(&node.process) else {
            return TreeNode {
                process: self.view.process(node.process, self.key),
                depth: node.depth,
                ..TreeNode::default()
            };
        };
        let origin = &member.origin;
        let is_supervisor = self.tree.is_supervisor(node.process);
        let restarts = is_supervisor.then(|| self.restarts(node.process).len());
        let replaces = node.supervisor.and_then(|above| self.restarts(above).replaced_by(node.process));
        TreeNode {
            process: self.view.process(node.process, self.key),
            depth: node.depth,
            supervisor: node.supervisor.map(|above| above.to_string()),
            module: origin.module.as_deref().map(atom_text),
            child: origin.child.as_ref().map(process_origin::child),
            strategy: is_supervisor.then(|| process_origin::strategy(&origin.supervisor.clone().unwrap_or_default())),
            restarts,
            spawned_at: member.lifetime.spawn.map(|key| key.tick),
            replaces: replaces
                .map(|(old, certainty)| Replacement { pid: old.to_string(), certainty: certainty.name().into() }),
        }
    }

    fn restarts(&mut self, supervisor: ProcessKey) -> &Restarts {
        let (trace, key, n_events) = (self.trace, self.key, &mut self.n_events);
        self.restarts.entry(supervisor).or_insert_with(|| {
            let restarts = Restarts::of(trace, supervisor, key);
            *n_events += restarts.n_events;
            restarts
        })
    }
}
