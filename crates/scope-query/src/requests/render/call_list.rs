//! Calls in order with their ends: of one process, or across processes.

use crate::answer::Call;
use crate::argument::cursor::{self, Cursor};
use crate::model::call::function::{FunctionFilter, FunctionId};
use crate::model::call::pairing::Ended;
use crate::model::call::pass::{Begun, Visitor, walk};
use crate::model::row::{Row, Unread};
use crate::model::window::Window;
use crate::requests::render::view::{self, View};
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{EventId, Flags, Kind, OrderKey, ProcessKey};

/// A call with its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paired<'a> {
    pub(crate) row: Row<'a>,
    pub(crate) depth: u32,
    pub(crate) end: Option<End<'a>>,
}

/// The end of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    pub(crate) row: Row<'a>,
    pub(crate) duration_ns: u64,
    pub(crate) own_ns: Option<u64>,
}

impl Paired<'_> {
    /// A call as the API shows it.
    pub(crate) fn shown(&self, view: &mut View<'_>) -> Option<Call> {
        let Self { row, depth, end } = self;
        Some(Call {
            id: row.id().to_string(),
            time: row.tick(),
            process: row.process().map(|process| view.process(process, row.key())),
            function: view::function(row)?,
            args: view.term(row),
            depth: *depth,
            duration_ns: end.as_ref().map(|end| end.duration_ns),
            own_ns: end.as_ref().and_then(|end| end.own_ns),
            result: end.as_ref().and_then(|end| view.term(&end.row)),
            outcome: match end {
                Some(end) if end.row.kind() == Kind::Exception => "raised",
                Some(_) => "returned",
                None if row.event.flags.contains(Flags::NO_RETURN) => "call_only",
                None => "open",
            }
            .into(),
        })
    }
}

/// The first `limit` calls of the window after the cursor that pass the filter, and how many events were read. Earlier calls are
/// read for the depth, later ones until every call taken has ended.
pub(crate) fn calls(
    trace: &Trace,
    process: Option<ProcessKey>,
    filter: FunctionFilter,
    window: Window,
    after: Option<Cursor>,
    limit: usize,
) -> (Vec<Paired<'_>>, u64) {
    let passes = Box::new(cursor::resume(after));
    let mut list = List { window, after, limit, passes, calls: Vec::new(), n_unended: 0 };
    let (_, n_events) = walk(trace, process, filter, &mut list);
    (list.calls, n_events)
}

struct List<'a> {
    window: Window,
    after: Option<Cursor>,
    limit: usize,
    passes: Box<dyn FnMut(OrderKey, EventId) -> bool>,
    calls: Vec<Paired<'a>>,
    n_unended: usize,
}

impl<'a> Visitor<'a> for List<'a> {
    /// The place in the list.
    type Note = Option<usize>;

    fn begin(&mut self, call: &Begun<'a, Self::Note>) -> Self::Note {
        let row = call.row;
        let reached = self.after.is_none_or(|cursor| row.key() >= cursor.key) && (self.passes)(row.key(), row.id());
        let taken = reached && call.wanted && self.window.contains(row.tick()) && self.calls.len() < self.limit;
        if !taken {
            return None;
        }
        self.calls.push(Paired { row: row.read(), depth: call.depth, end: None });
        self.n_unended += usize::from(!call.call_only);
        Some(self.calls.len() - 1)
    }

    fn end(&mut self, row: &Unread<'a>, _function: FunctionId, ended: Ended<Self::Note>) {
        if let Some(call) = ended.note.and_then(|place| self.calls.get_mut(place)) {
            call.end = Some(End { row: row.read(), duration_ns: ended.duration_ns, own_ns: ended.own_ns });
            self.n_unended -= 1;
        }
    }

    fn lost(&mut self, note: Self::Note) {
        self.n_unended -= usize::from(note.is_some());
    }

    fn enough(&self, row: &Unread<'a>) -> bool {
        self.n_unended == 0 && (row.tick() > self.window.to || self.calls.len() == self.limit)
    }
}
