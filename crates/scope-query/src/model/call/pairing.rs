//! Pairs the calls of one process with their ends.
//!
//! A return or exception ends the innermost open call of its function: the VM reports the ends of a chain of tail calls from the innermost
//! to the outermost. Calls that were open inside and whose end never came stay without a duration.
//!
//! Invariant: a duration is never guessed; a call around one that has none has no own duration.
//! Invariant: an end costs the calls it ends, however deep the stack is.

use crate::model::call::function::FunctionId;
use alloc::boxed::Box;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// So many open calls are looked through; of more it is counted how often each function is among them.
const SHALLOW: usize = 32;

/// The traced calls open in a process. `N` is the caller's note of a call, given back when it ends.
#[derive(Debug)]
pub(crate) struct Stack<N> {
    open: Vec<Open<N>>,
    /// How many calls of each function are open; kept from the moment the stack is deep until it is empty.
    n_open: Option<Box<HashMap<FunctionId, u32>>>,
}

#[derive(Debug)]
struct Open<N> {
    function: FunctionId,
    since: u64,
    /// Durations of the traced calls inside, `None` once one of them has none.
    inside_ns: Option<u64>,
    recursive: bool,
    note: N,
}

/// A call that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended<N> {
    /// What [`Stack::begin`] was given.
    pub(crate) note: N,
    pub(crate) duration_ns: u64,
    pub(crate) own_ns: Option<u64>,
    /// Another call of the function is open around it.
    pub(crate) recursive: bool,
}

impl<N> Default for Stack<N> {
    fn default() -> Self {
        Self { open: Vec::new(), n_open: None }
    }
}

impl<N> Stack<N> {
    /// How many calls are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The notes of the open calls, outermost first.
    pub(crate) fn open(&self) -> impl Iterator<Item = &N> {
        self.open.iter().map(|call| &call.note)
    }

    /// The innermost open call.
    pub(crate) fn innermost(&self) -> Option<(FunctionId, &N)> {
        self.open.last().map(|call| (call.function, &call.note))
    }

    /// Whether a call of the function is open.
    pub(crate) fn is_open(&self, function: FunctionId) -> bool {
        match &self.n_open {
            Some(n_open) => n_open.get(&function).is_some_and(|n| *n > 0),
            None => self.open.iter().any(|call| call.function == function),
        }
    }

    /// A call begins.
    pub(crate) fn begin(&mut self, function: FunctionId, tick: u64, note: N) {
        let recursive = self.is_open(function);
        self.open.push(Open { function, since: tick, inside_ns: Some(0), recursive, note });
        match &mut self.n_open {
            Some(n_open) => *n_open.entry(function).or_default() += 1,
            None if self.open.len() > SHALLOW => {
                let mut n_open = Box::<HashMap<_, _>>::default();
                self.open.iter().for_each(|call| *n_open.entry(call.function).or_default() += 1);
                self.n_open = Some(n_open);
            }
            None => {}
        }
    }

    /// A function returns or raises. `None` when its call is not among the open ones.
    /// `lost` is called with the note of each call inside that never ended.
    pub(crate) fn end(&mut self, function: FunctionId, tick: u64, mut lost: impl FnMut(N)) -> Option<Ended<N>> {
        let innermost = self.open.last().is_some_and(|call| call.function == function);
        if !innermost && !self.is_open(function) {
            return None;
        }
        let mut whole = true;
        while let Some(call) = self.pop() {
            if call.function != function {
                whole = false;
                lost(call.note);
                continue;
            }
            let duration_ns = tick.saturating_sub(call.since);
            let inside_ns = call.inside_ns.filter(|_| whole);
            if let Some(around) = self.open.last_mut() {
                around.inside_ns = around.inside_ns.map(|sum| sum.saturating_add(duration_ns));
            }
            let own_ns = inside_ns.map(|inside| duration_ns.saturating_sub(inside));
            return Some(Ended { note: call.note, duration_ns, own_ns, recursive: call.recursive });
        }
        None
    }

    fn pop(&mut self) -> Option<Open<N>> {
        let call = self.open.pop()?;
        if let Some(n) = self.n_open.as_mut().and_then(|n_open| n_open.get_mut(&call.function)) {
            *n -= 1;
        }
        if self.open.is_empty() {
            self.n_open = None;
        }
        Some(call)
    }
}
