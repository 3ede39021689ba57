//! Pairs the calls of one process with their ends.
//!
//! A return or exception ends the innermost open call of its function: the VM reports the ends of a chain of tail calls from the innermost
//! to the outermost. Calls that were open inside and whose end never came stay without a duration.
//!
//! Invariant: a duration is never guessed; a call around one that has none has no own duration.

use crate::function::FunctionId;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// The traced calls open in a process.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    open: Vec<Open>,
    n_open: HashMap<FunctionId, u32>,
}

#[derive(Debug)]
struct Open {
    function: FunctionId,
    since: u64,
    /// Durations of the traced calls inside, `None` once one of them has none.
    inside_ns: Option<u64>,
    slot: Option<usize>,
}

/// A call that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// What [`Stack::begin`] was given.
    pub(crate) slot: Option<usize>,
    pub(crate) duration_ns: u64,
    pub(crate) own_ns: Option<u64>,
}

impl Stack {
    /// How many calls are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The slots of the open calls, outermost first.
    pub(crate) fn open(&self) -> impl Iterator<Item = usize> {
        self.open.iter().filter_map(|call| call.slot)
    }

    /// A call begins. `slot` is the caller's note, given back when it ends.
    pub(crate) fn begin(&mut self, function: FunctionId, tick: u64, slot: Option<usize>) {
        self.open.push(Open { function, since: tick, inside_ns: Some(0), slot });
        *self.n_open.entry(function).or_default() += 1;
    }

    /// A function returns or raises. `None` when its call is not among the open ones.
    /// `lost` is called with the slot of each call inside that never ended.
    pub(crate) fn end(&mut self, function: FunctionId, tick: u64, mut lost: impl FnMut(usize)) -> Option<Ended> {
        if self.n_open.get(&function).is_none_or(|n| *n == 0) {
            return None;
        }
        let mut whole = true;
        while let Some(call) = self.open.pop() {
            if let Some(n) = self.n_open.get_mut(&call.function) {
                *n -= 1;
            }
            if call.function != function {
                whole = false;
                call.slot.into_iter().for_each(&mut lost);
                continue;
            }
            let duration_ns = tick.saturating_sub(call.since);
            let inside_ns = call.inside_ns.filter(|_| whole);
            if let Some(around) = self.open.last_mut() {
                around.inside_ns = around.inside_ns.map(|sum| sum.saturating_add(duration_ns));
            }
            let own_ns = inside_ns.map(|inside| duration_ns.saturating_sub(inside));
            return Some(Ended { slot: call.slot, duration_ns, own_ns });
        }
        None
    }
}
