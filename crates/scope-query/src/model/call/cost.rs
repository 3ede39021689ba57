//! What each function cost: counts, times, callers and callees, from one pass over the calls.
//!
//! Invariant: `calls = ended + open + call_only`; a call that has no end adds no time.
//! Invariant: of calls within calls of one function the outermost alone adds to the total; own times never overlap.

use crate::model::call::duration::Durations;
use crate::model::call::function::FunctionId;
use crate::model::call::pairing::Ended;
use crate::model::call::pass::{Begun, Visitor};
use crate::model::row::Unread;
use crate::model::window::Window;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::{EventId, Kind, OrderKey};

/// What the calls of one function came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    pub(crate) calls: u64,
    pub(crate) call_only: u64,
    pub(crate) errors: u64,
    pub(crate) recursive: u64,
    pub(crate) cut: u64,
    pub(crate) total_ns: u64,
    pub(crate) own_ns: u64,
    pub(crate) own_unknown: u64,
    pub(crate) durations: Durations,
    /// The longest call, the first of several.
    pub(crate) slowest: Option<(u64, OrderKey, EventId)>,
}

impl Times {
    /// Calls whose end is not held.
    pub(crate) const fn open(&self) -> u64 {
        self.calls.saturating_sub(self.call_only).saturating_sub(self.durations.n())
    }
}

/// The calls from one function to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// `None` where no traced call was around.
    pub(crate) caller: Option<FunctionId>,
    pub(crate) callee: FunctionId,
    pub(crate) calls: u64,
    pub(crate) total_ns: u64,
}

/// Sums up the calls that begin in a window.
#[derive(Debug)]
pub(crate) struct Performance {
    window: Window,
    /// Neither edges nor quantiles.
    brief: bool,
    /// By the number of the function.
    pub(crate) times: Vec<Times>,
    pub(crate) edges: Vec<Edge>,
    edge_idxs: HashMap<(Option<FunctionId>, FunctionId), u32>,
    /// Calls of the window that have not ended.
    n_open: u64,
}

/// What is kept of an open call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note<'a> {
    /// The call, if it is of the window.
    call: Option<Unread<'a>>,
    /// The number of its edge.
    edge: Option<u32>,
    wanted: bool,
}

impl Performance {
    pub(crate) fn new(window: Window) -> Self {
        Self { window, brief: false, times: Vec::new(), edges: Vec::new(), edge_idxs: HashMap::default(), n_open: 0 }
    }

    /// Of each function the sums only: no edges, and no durations one by one.
    pub(crate) fn brief(window: Window) -> Self {
        Self { brief: true, ..Self::new(window) }
    }

    fn times(&mut self, function: FunctionId) -> Option<&mut Times> {
        if self.times.len() <= function.idx() {
            self.times.resize_with(function.idx() + 1, Times::default);
        }
        self.times.get_mut(function.idx())
    }

    /// Counts a call on its edge.
    fn edge(&mut self, caller: Option<FunctionId>, callee: FunctionId) -> u32 {
        let next = self.edges.len() as u32;
        let idx = *self.edge_idxs.entry((caller, callee)).or_insert(next);
        if idx == next {
            self.edges.push(Edge { caller, callee, calls: 0, total_ns: 0 });
        }
        if let Some(edge) = self.edges.get_mut(idx as usize) {
            edge.calls += 1;
        }
        idx
    }
}

impl<'a> Visitor<'a> for Performance {
    type Note = Note<'a>;

    fn begin(&mut self, call: &Begun<'a, Note<'a>>) -> Note<'a> {
        let in_window = self.window.contains(call.row.tick());
        let mut note = Note { call: None, wanted: call.wanted, edge: None };
        if !in_window {
            return note;
        }
        if !self.brief && (call.wanted || call.caller.is_some_and(|(_, caller)| caller.wanted)) {
            note.edge = Some(self.edge(call.caller.map(|(caller, _)| caller), call.function));
        }
        if call.wanted
            && let Some(times) = self.times(call.function)
        {
            times.calls += 1;
            times.call_only += u64::from(call.call_only);
            times.recursive += u64::from(call.recursive);
        }
        note.call = Some(call.row);
        self.n_open += u64::from(!call.call_only);
        note
    }

    fn end(&mut self, row: &Unread<'a>, function: FunctionId, ended: Ended<Note<'a>>) {
        let Ended { note, duration_ns, own_ns, recursive } = ended;
        let Some(call) = note.call else { return };
        self.n_open = self.n_open.saturating_sub(1);
        if let Some(edge) = note.edge.and_then(|idx| self.edges.get_mut(idx as usize)).filter(|_| !recursive) {
            edge.total_ns = edge.total_ns.saturating_add(duration_ns);
        }
        if !note.wanted {
            return;
        }
        let brief = self.brief;
        let Some(times) = self.times(function) else { return };
        times.errors += u64::from(row.kind() == Kind::Exception);
        if !recursive {
            times.total_ns = times.total_ns.saturating_add(duration_ns);
        }
        match own_ns {
            Some(own_ns) => times.own_ns = times.own_ns.saturating_add(own_ns),
            None => times.own_unknown += 1,
        }
        if brief {
            times.durations.sum_up(duration_ns)
        } else {
            times.durations.add(duration_ns)
        }
        let longer = |(longest, key, _): (u64, OrderKey, EventId)| {
            duration_ns > longest || duration_ns == longest && call.key() < key
        };
        if times.slowest.is_none_or(longer) {
            times.slowest = Some((duration_ns, call.key(), call.id()));
        }
    }

    fn lost(&mut self, note: Note<'a>) {
        self.n_open = self.n_open.saturating_sub(u64::from(note.call.is_some()));
    }

    fn stray(&mut self, row: &Unread<'a>, function: FunctionId, wanted: bool) {
        if !wanted || !self.window.contains(row.tick()) {
            return;
        }
        if let Some(times) = self.times(function) {
            times.cut += 1;
        }
    }

    fn enough(&self, row: &Unread<'a>) -> bool {
        row.tick() > self.window.to && self.n_open == 0
    }
}
