//! `call_tree`: calls as a tree with times, and as folded stacks.
//!
//! Invariant: a function that calls itself stays in its node, and what is nested deeper than asked is summed up in the node above: the
//! tree and its stacks stay small whatever recursion does.

use crate::answer::{Answer, Function};
use crate::argument::cursor;
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::call::function::{FunctionFilter, FunctionId, Functions};
use crate::model::call::pairing::Ended;
use crate::model::call::pass::{Begun, Visitor, walk};
use crate::model::row::Unread;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced};
use crate::requests::page::ranked;
use crate::requests::render;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::event::MAX_TICK;
use scope_core::term::inspect::mfa_text;
use scope_core::trace::Trace;
use scope_core::{Class, Kind};
use serde::{Deserialize, Serialize};

const KIND: &str = "call_tree";
const DEFAULT_DEPTH: u32 = 64;
/// Each row shows the functions around it as text: twice as deep is four times as much.
const MAX_DEPTH: u32 = 256;

/// The arguments of `call_tree`. A call is in the window when it begins there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct CallTreeRequest {
    /// A pid or a registered name; without one the calls of all processes make one tree.
    pub process: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Calls nested deeper than this are summed up in the node above (default 64, at most 256).
    pub max_depth: Option<u32>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// The calls of a function within one chain of callers, as a node of a tree in preorder; siblings come by time, longest first.
///
/// A function that calls itself stays in its node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct CallNode {
    /// Its place in the tree, from 0.
    pub index: u64,
    /// The place of the node around it, or `null`.
    pub parent: Option<u64>,
    /// Nodes around it.
    pub depth: u32,
    /// The function.
    pub function: Function,
    /// The functions from the outermost to this one as flame graphs take them: `Shop.order/1;Shop.price/1`. With `own_ns` it is a
    /// line of folded stacks.
    pub stack: String,
    /// Calls that began in the window.
    pub calls: u64,
    /// Of these, calls whose end is not in the trace.
    pub open: u64,
    /// Of these, calls whose returns were not traced.
    pub call_only: u64,
    /// Of these, calls left by an exception.
    pub errors: u64,
    /// Time in the calls that ended; of a function that calls itself, the outermost.
    pub total_ns: u64,
    /// Time in them without the traced calls inside.
    pub own_ns: u64,
    /// Calls below that are nested too deep to have a node.
    pub deeper: u64,
    /// Time in these, the outermost of each nest.
    pub deeper_ns: u64,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &CallTreeRequest) -> Result<Answer<Vec<CallNode>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let place = cursor::count(KIND, request.after.as_deref())?;
    let max_depth = cursor::within("max_depth", request.max_depth, DEFAULT_DEPTH, 1..=MAX_DEPTH)? as u32;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;

    let mut tree = Tree { window, max_depth, nodes: Vec::new(), idxs: HashMap::default(), n_open: 0 };
    let (functions, n_events) = walk(trace, process, FunctionFilter::default(), &mut tree);
    let (page, next) = ranked(tree.preorder(&functions), KIND, place, limit);
    let data = page.iter().filter_map(|place| tree.shown(place, &functions)).collect();

    let mut coverage = coverage(trace, window, &[Class::Call], n_events);
    if let Some(process) = process {
        coverage.not_traced = not_traced(trace, process, Class::Call, window.clipped(trace));
    }
    coverage.truncated = next.is_some();
    Ok(Answer { data, coverage, next })
}

#[derive(Debug)]
struct Node {
    function: FunctionId,
    parent: Option<u32>,
    depth: u32,
    calls: u64,
    ended: u64,
    call_only: u64,
    errors: u64,
    total_ns: u64,
    own_ns: u64,
    deeper: u64,
    deeper_ns: u64,
}

struct Tree {
    window: Window,
    max_depth: u32,
    /// Each behind its parent.
    nodes: Vec<Node>,
    idxs: HashMap<(Option<u32>, FunctionId), u32>,
    n_open: u64,
}

/// Where an open call is in the tree.
#[derive(Clone, Copy, Debug)]
struct Note {
    node: u32,
    role: Role,
    in_window: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A call of the node.
    Outer,
    /// A call of the node within a call of the node.
    Inner,
    /// The outermost of a nest that is too deep.
    Deep,
    /// Within such a nest.
    Deeper,
}

impl Tree {
    fn child(&mut self, parent: Option<u32>, function: FunctionId, depth: u32) -> u32 {
        let next = self.nodes.len() as u32;
        let idx = *self.idxs.entry((parent, function)).or_insert(next);
        if idx == next {
            self.nodes.push(Node {
                function,
                parent,
                depth,
                calls: 0,
                ended: 0,
                call_only: 0,
                errors: 0,
                total_ns: 0,
                own_ns: 0,
                deeper: 0,
                deeper_ns: 0,
            });
        }
        idx
    }

    fn place(&mut self, function: FunctionId, caller: Option<(FunctionId, Note)>) -> (u32, Role) {
        let Some((_, around)) = caller else { return (self.child(None, function, 0), Role::Outer) };
        let Some(node) = self.nodes.get(around.node as usize) else { return (around.node, Role::Deeper) };
        match around.role {
            Role::Deep | Role::Deeper => (around.node, Role::Deeper),
            Role::Outer | Role::Inner if node.function == function => (around.node, Role::Inner),
            Role::Outer | Role::Inner if node.depth + 1 >= self.max_depth => (around.node, Role::Deep),
            Role::Outer | Role::Inner => {
                let depth = node.depth + 1;
                (self.child(Some(around.node), function, depth), Role::Outer)
            }
        }
    }

    /// The nodes that have calls in the window, or below which are some: children behind their parent, the one with the most time first.
    fn preorder(&self, functions: &Functions) -> Vec<Position> {
        let mut used: Vec<bool> = self.nodes.iter().map(|node| node.calls > 0 || node.deeper > 0).collect();
        let mut children: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
        for (idx, node) in (0..self.nodes.len() as u32).zip(&self.nodes).rev() {
            if used.get(idx as usize) == Some(&true) {
                children.entry(node.parent).or_default().push(idx);
                if let Some(parent) = node.parent.and_then(|parent| used.get_mut(parent as usize)) {
                    *parent = true;
                }
            }
        }
        let key = |idx: &u32| self.nodes.get(*idx as usize).map(|node| (node.total_ns, node.calls, node.function));
        for siblings in children.values_mut() {
            siblings.sort_by(|a, b| {
                let (Some((a_ns, a_calls, a)), Some((b_ns, b_calls, b))) = (key(a), key(b)) else {
                    return a.cmp(b);
                };
                (b_ns, b_calls).cmp(&(a_ns, a_calls)).then_with(|| functions.name(a).cmp(&functions.name(b)))
            });
        }
        let mut order: Vec<Position> = Vec::new();
        // The next on top.
        let mut pending: Vec<(u32, Option<u64>)> =
            children.get(&None).into_iter().flatten().rev().map(|idx| (*idx, None)).collect();
        while let Some((idx, parent)) = pending.pop() {
            let index = order.len() as u64;
            order.push(Position { idx, index, parent });
            let below = children.get(&Some(idx)).into_iter().flatten().rev();
            pending.extend(below.map(|child| (*child, Some(index))));
        }
        order
    }

    fn shown(&self, place: &Position, functions: &Functions) -> Option<CallNode> {
        let node = self.nodes.get(place.idx as usize)?;
        Some(CallNode {
            index: place.index,
            parent: place.parent,
            depth: node.depth,
            function: render::view::numbered_function(functions, node.function),
            stack: self.stack(node, functions),
            calls: node.calls,
            open: node.calls.saturating_sub(node.call_only).saturating_sub(node.ended),
            call_only: node.call_only,
            errors: node.errors,
            total_ns: node.total_ns.min(MAX_TICK),
            own_ns: node.own_ns.min(MAX_TICK),
            deeper: node.deeper,
            deeper_ns: node.deeper_ns.min(MAX_TICK),
        })
    }

    fn stack(&self, node: &Node, functions: &Functions) -> String {
        let around = core::iter::successors(Some(node), |node| self.nodes.get(node.parent? as usize));
        let name = |node: &Node| {
            let (module, function, arity) = functions.name(node.function);
            // A semicolon ends a function in folded stacks.
            mfa_text(module, function, arity).replace(';', ":")
        };
        let mut names: Vec<String> = around.map(name).collect();
        names.reverse();
        names.join(";")
    }
}

/// A node's place in the answer.
struct Position {
    idx: u32,
    index: u64,
    parent: Option<u64>,
}

impl<'a> Visitor<'a> for Tree {
    type Note = Note;

    fn begin(&mut self, call: &Begun<'a, Note>) -> Note {
        let (node, role) = self.place(call.function, call.caller);
        let in_window = self.window.contains(call.row.tick());
        if let Some(node) = self.nodes.get_mut(node as usize).filter(|_| in_window) {
            match role {
                Role::Outer | Role::Inner => {
                    node.calls += 1;
                    node.call_only += u64::from(call.call_only);
                }
                Role::Deep | Role::Deeper => node.deeper += 1,
            }
        }
        self.n_open += u64::from(in_window && !call.call_only);
        Note { node, role, in_window }
    }

    fn end(&mut self, row: &Unread<'a>, _function: FunctionId, ended: Ended<Note>) {
        let Note { node, role, in_window } = ended.note;
        if !in_window {
            return;
        }
        self.n_open -= 1;
        let Some(node) = self.nodes.get_mut(node as usize) else { return };
        match role {
            Role::Outer | Role::Inner => {
                node.ended += 1;
                node.errors += u64::from(row.kind() == Kind::Exception);
                node.own_ns = node.own_ns.saturating_add(ended.own_ns.unwrap_or(0));
                if role == Role::Outer {
                    node.total_ns = node.total_ns.saturating_add(ended.duration_ns);
                }
            }
            Role::Deep => node.deeper_ns = node.deeper_ns.saturating_add(ended.duration_ns),
            Role::Deeper => {}
        }
    }

    fn lost(&mut self, note: Note) {
        self.n_open -= u64::from(note.in_window);
    }

    fn enough(&self, row: &Unread<'a>) -> bool {
        row.tick() > self.window.to && self.n_open == 0
    }
}
