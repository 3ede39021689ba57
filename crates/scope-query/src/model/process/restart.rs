//! Which process replaced an exited one: its parent's next spawn with the same start.
//!
//! Invariant: a replacement is only named when no other exited sibling could have been meant; else nothing is said.

use crate::model::certainty::Certainty;
use crate::model::process::exit_reason;
use crate::model::process::naming;
use crate::model::process::spawn_info::Origin;
use crate::model::row::Row;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::symbols::PeerKey;
use scope_core::term::read;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// Exited children of one parent that may still be replaced. In a storm each is replaced at once; the children of a supervisor of tasks never
/// are, and would be compared with every later one.
const MAX_WAITING: usize = 64;

/// A process that came in place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) process: ProcessKey,
    pub(crate) at: OrderKey,
    pub(crate) certainty: Certainty,
}

/// The restarts of one parent's children.
#[derive(Debug, Default)]
pub(crate) struct Restarts {
    /// By who was replaced.
    replaced: HashMap<ProcessKey, Replacement>,
    /// By who came in place: whom.
    replaces: HashMap<ProcessKey, (ProcessKey, Certainty)>,
    pub(crate) n_events: u64,
}

/// A child's exit or begin.
enum Step {
    Begun,
    Exited { abnormal: bool },
}

impl Restarts {
    /// The restarts by `parent` up to a point of the order. Costs the lifecycle events of its children.
    pub(crate) fn of(trace: &Trace, parent: ProcessKey, until: OrderKey) -> Self {
        let mut restarts = Self::default();
        let mut steps = Vec::new();
        let mut starts = HashMap::new();
        for child in children(trace, parent, until, &mut restarts.n_events) {
            let origin = Origin::of(trace, child, OrderKey::MAX);
            if origin.parent != Some(parent) {
                continue;
            }
            steps.extend(life(trace, child, until, &mut restarts.n_events));
            let names = naming::holdings(trace, child).into_iter().map(|holding| holding.name).collect();
            starts.insert(child, Start { origin, names });
        }
        steps.sort_by_key(|(key, child, _)| (*key, *child));
        let mut waiting: VecDeque<(ProcessKey, bool)> = VecDeque::new();
        for (at, child, step) in steps {
            match step {
                Step::Exited { abnormal } => {
                    if waiting.len() == MAX_WAITING {
                        waiting.pop_front();
                    }
                    waiting.push_back((child, abnormal));
                }
                Step::Begun => restarts.settle(&mut waiting, &starts, child, at),
            }
        }
        restarts
    }

    /// Decides whom a new child replaces.
    fn settle(
        &mut self,
        waiting: &mut VecDeque<(ProcessKey, bool)>,
        starts: &HashMap<ProcessKey, Start>,
        child: ProcessKey,
        at: OrderKey,
    ) {
        let Some(new) = starts.get(&child) else { return };
        let alike = |(old, abnormal): &(ProcessKey, bool)| {
            starts.get(old).and_then(|old| old.same(new)).filter(|c| *c == Certainty::Certain || *abnormal)
        };
        let mut found: Vec<_> = waiting.iter().filter_map(|old| Some((old.0, alike(old)?))).collect();
        // A supervisor has one process for each id: of those with this one, and of those that may have had it, the last to exit was replaced.
        let last_certain = found.iter().rposition(|(_, certainty)| *certainty == Certainty::Certain);
        if let Some(last) = last_certain {
            waiting.retain(|(old, _)| !found.iter().any(|(it, c)| it == old && *c == Certainty::Certain));
            let later = found.split_off(last + 1);
            found = if later.is_empty() { found.split_off(last) } else { later };
        }
        if let [(old, certainty)] = found.as_slice() {
            self.replaced.insert(*old, Replacement { process: child, at, certainty: *certainty });
            self.replaces.insert(child, (*old, *certainty));
        }
        // Of several that could be meant none is named; the first of them waits no longer, as a supervisor restarts in order.
        if let Some((first, _)) = found.first() {
            waiting.retain(|(old, _)| old != first);
        }
    }

    /// Who replaced a child.
    pub(crate) fn replacement(&self, exited: ProcessKey) -> Option<Replacement> {
        self.replaced.get(&exited).copied()
    }

    /// Whom a child replaced.
    pub(crate) fn replaced_by(&self, child: ProcessKey) -> Option<(ProcessKey, Certainty)> {
        self.replaces.get(&child).copied()
    }

    /// How many children were replaced.
    pub(crate) fn len(&self) -> u64 {
        self.replaced.len() as u64
    }
}

/// The process that replaced an exited one, where the trace shows it. For many children of one parent use [`Restarts`].
pub(crate) fn replacement(trace: &Trace, exited: ProcessKey) -> Option<Replacement> {
    let parent = Origin::of(trace, exited, OrderKey::MAX).parent?;
    Restarts::of(trace, parent, OrderKey::MAX).replacement(exited)
}

/// What two children of one parent are compared by.
#[derive(Debug)]
struct Start {
    origin: Origin,
    /// Every name it held.
    names: Vec<String>,
}

impl Start {
    /// Whether two have the same start, and how sure that is.
    fn same(&self, other: &Self) -> Option<Certainty> {
        let (a, b) = (&self.origin, &other.origin);
        if let (Some(a), Some(b)) = (a.child_id(), b.child_id()) {
            return (a == b).then_some(Certainty::Certain);
        }
        let equal = match (a.start_key, b.start_key) {
            (Some(a), Some(b)) => a == b,
            // A sweep found one of them: a name and the module are all there is.
            _ => a.module.is_some() && a.module == b.module || self.names.iter().any(|name| other.names.contains(name)),
        };
        (equal && !a.is_temporary() && !b.is_temporary()).then_some(Certainty::Likely)
    }
}

/// The processes that named `parent` as their parent, ascending.
pub(crate) fn children(trace: &Trace, parent: ProcessKey, until: OrderKey, n_events: &mut u64) -> Vec<ProcessKey> {
    let peer = PeerKey::Process(parent);
    let rows = trace.peer_rows(&peer, &[Class::Process], OrderKey::default(), until, Direction::Forward);
    let rows = rows.map(|at| Row::read(trace, at)).inspect(|_| *n_events += 1);
    let begun = rows.filter(|row| matches!(row.kind(), Kind::Spawn | Kind::Alive));
    let mut children: Vec<_> = begun.filter_map(|row| row.process()).collect();
    let entries = trace.baseline().map_or(&[][..], |baseline| baseline.processes());
    children.extend(entries.iter().filter(|entry| entry.parent == Some(parent)).map(|entry| entry.process));
    children.sort();
    children.dedup();
    children
}

/// The begin (if it was seen) and the exit of a process.
fn life(
    trace: &Trace,
    process: ProcessKey,
    until: OrderKey,
    n_events: &mut u64,
) -> impl Iterator<Item = (OrderKey, ProcessKey, Step)> {
    let rows = trace.process_rows(process, &[Class::Process], OrderKey::default(), until, Direction::Forward);
    let step = |row: Row<'_>| {
        *n_events += 1;
        match row.kind() {
            Kind::Spawn => Some((row.key(), process, Step::Begun)),
            Kind::Exit => Some((row.key(), process, Step::Exited { abnormal: is_abnormal(&row) })),
            _ => None,
        }
    };
    rows.map(|at| Row::read(trace, at)).filter_map(step).collect::<Vec<_>>().into_iter()
}

/// Whether an exit was a failure. A reason that cannot be read counts as one; an exit that was not seen, written down later without its
/// reason, does not.
pub(crate) fn is_abnormal(exit: &Row<'_>) -> bool {
    let Some(term) = exit.term() else { return false };
    read::read(term.bytes, exit.chunk).map_or(true, |reason| exit_reason::is_abnormal(&reason))
}
