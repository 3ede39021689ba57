//! How many events a target may still have (`max:`).
//!
//! The sealer counts, and tells the owner when a target has had its events. Until the VM stops tracing it, calls that are the target's alone are
//! left out, as a hot function makes tens of thousands meanwhile; messages and states are kept.
//!
//! Invariant: the return of a call that was kept is kept, that of one left out is left out.

use crate::capture::record::Record;
use hashbrown::{HashMap, HashSet};
use scope_core::event::{Flags, Kind, N_CLASSES};

type Function = (u64, u64, u64);

/// The budget of one target.
#[derive(Debug)]
pub(crate) struct Quota {
    /// The target's bit in the masks of the filter, by which the owner knows it.
    pub(crate) bit: u64,
    pub(crate) left: u64,
    /// By `Class as usize`: the classes it counts.
    pub(crate) classes: [bool; N_CLASSES],
    /// The processes it is about, as words; `None` for all.
    pub(crate) processes: Option<HashSet<u64>>,
    /// Its functions.
    pub(crate) functions: HashSet<Function>,
    /// Those that no other target traces.
    pub(crate) own: HashSet<Function>,
    /// Calls left out whose returns are to come, by process.
    left_out: HashMap<u64, u64>,
}

impl Quota {
    pub(crate) fn new(
        bit: u64,
        left: u64,
        classes: [bool; N_CLASSES],
        processes: Option<HashSet<u64>>,
        functions: HashSet<Function>,
    ) -> Self {
        Self { bit, left, classes, processes, functions, own: HashSet::new(), left_out: HashMap::new() }
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    /// The last one of this target.
    KeepLast(u64),
    LeaveOut,
}

/// Counts a record against every budget it belongs to.
pub(crate) fn count(budgets: &mut [Quota], record: &Record<'_>) -> Verdict {
    let mut verdict = Verdict::Keep;
    for budget in budgets {
        if !budget.concerns(record) {
            continue;
        }
        if budget.left == 0 {
            if budget.leaves_out(record) {
                return Verdict::LeaveOut;
            }
            continue;
        }
        budget.left -= 1;
        if budget.left == 0 {
            verdict = Verdict::KeepLast(budget.bit);
        }
    }
    verdict
}

impl Quota {
    fn concerns(&self, record: &Record<'_>) -> bool {
        let kind = record.kind;
        let is_call = matches!(kind, Kind::Call | Kind::Return | Kind::Exception);
        self.classes[kind.class() as usize]
            && self.processes.as_ref().is_none_or(|processes| processes.contains(&record.process))
            && (!is_call || self.functions.contains(&function(record)))
    }

    fn leaves_out(&mut self, record: &Record<'_>) -> bool {
        match record.kind {
            Kind::Call if self.own.contains(&function(record)) => {
                if !record.flags.contains(Flags::NO_RETURN) {
                    *self.left_out.entry(record.process).or_insert(0) += 1;
                }
                true
            }
            Kind::Return | Kind::Exception => match self.left_out.get_mut(&record.process) {
                Some(n) if *n > 0 => {
                    *n -= 1;
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }
}

fn function(record: &Record<'_>) -> Function {
    let [function, arity, _] = record.extra;
    (record.slot, function, arity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_core::event::Class;

    fn record(kind: Kind, process: u64) -> Record<'static> {
        let (slot, extra) = (1, [2, 3, 0]);
        Record { kind, flags: Flags::NONE, generation: 1, tick: 0, process, slot, extra, term: None, destination: None }
    }

    #[test]
    fn calls_beyond_the_budget_are_left_out_with_their_returns() {
        let mut classes = [false; N_CLASSES];
        classes[Class::Call as usize] = true;
        let mut budget = Quota::new(8, 2, classes, None, HashSet::from([(1, 2, 3)]));
        budget.own = budget.functions.clone();
        let mut budgets = [budget];
        let mut see = |kind, process| count(&mut budgets, &record(kind, process));
        assert_eq!(see(Kind::State, 7), Verdict::Keep);
        assert_eq!(see(Kind::Call, 7), Verdict::Keep);
        assert_eq!(see(Kind::Call, 7), Verdict::KeepLast(8));
        assert_eq!(see(Kind::Call, 7), Verdict::LeaveOut);
        assert_eq!(see(Kind::Return, 7), Verdict::LeaveOut);
        // Those of the two calls that were kept.
        assert_eq!((see(Kind::Return, 7), see(Kind::Exception, 7)), (Verdict::Keep, Verdict::Keep));
        assert_eq!((see(Kind::Call, 9), see(Kind::Return, 9)), (Verdict::LeaveOut, Verdict::LeaveOut));
    }
}
