//! One pass over the traced calls of a trace, of one process or of all, each paired with its end.
//!
//! Invariant: every row is read once, and no term of it.

use crate::model::call::function::{FunctionFilter, FunctionId, Functions};
use crate::model::call::pairing::{Ended, Stack};
use crate::model::process::process_number::ProcessNumbers;
use crate::model::row::Unread;
use crate::model::window::Window;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Flags, Kind, ProcessKey};

/// A call that begins.
#[derive(Debug)]
pub(crate) struct Begun<'a, N> {
    pub(crate) row: Unread<'a>,
    pub(crate) function: FunctionId,
    /// The function passes the filter.
    pub(crate) wanted: bool,
    /// The traced call around it, and its note.
    pub(crate) caller: Option<(FunctionId, N)>,
    /// Calls open around it.
    pub(crate) depth: u32,
    /// Another call of the function is open around it.
    pub(crate) recursive: bool,
    /// No end of it will be recorded; its note is not kept.
    pub(crate) call_only: bool,
}

/// What a pass does with what it meets.
pub(crate) trait Visitor<'a> {
    /// What is kept of a call until it ends.
    type Note: Copy;

    /// A call begins.
    fn begin(&mut self, call: &Begun<'a, Self::Note>) -> Self::Note;

    /// A call ends.
    fn end(&mut self, row: &Unread<'a>, function: FunctionId, ended: Ended<Self::Note>);

    /// A call around this one ended first: its own end never came.
    fn lost(&mut self, _note: Self::Note) {}

    /// A function ends whose call is not held.
    fn stray(&mut self, _row: &Unread<'a>, _function: FunctionId, _wanted: bool) {}

    /// Whether rows from this one on are of no use.
    fn enough(&self, row: &Unread<'a>) -> bool;
}

/// Visits the calls; returns the functions met and how many events were read.
pub(crate) fn walk<'a, V: Visitor<'a>>(
    trace: &'a Trace,
    process: Option<ProcessKey>,
    filter: FunctionFilter,
    visitor: &mut V,
) -> (Functions, u64) {
    let mut pass = Pass {
        visitor,
        functions: Functions::wanting(filter),
        numbers: ProcessNumbers::default(),
        stacks: Vec::new(),
        n_events: 0,
    };
    let (first, last) = (Window::all().first_key(), Window::all().last_key());
    // Whether there was enough before the end makes no difference to the answer.
    let _ = match process {
        Some(process) => trace
            .process_rows(process, &[Class::Call], first, last, Direction::Forward)
            .try_for_each(|at| pass.step(Unread { chunk: trace.chunk(&at), chunk_idx: at.chunk_idx, row: at.row })),
        None => trace.runs(&[Class::Call], first, last).try_for_each(|run| {
            pass.numbers.fill(run.chunk, run.chunk_idx);
            pass.functions.fill(run.chunk, run.chunk_idx);
            run.rows().try_for_each(|row| pass.step(Unread { chunk: run.chunk, chunk_idx: run.chunk_idx, row }))
        }),
    };
    (pass.functions, pass.n_events)
}

struct Pass<'v, 'a, V: Visitor<'a>> {
    visitor: &'v mut V,
    functions: Functions,
    numbers: ProcessNumbers,
    /// By the number of the process.
    stacks: Vec<Stack<V::Note>>,
    n_events: u64,
}

impl<'a, V: Visitor<'a>> Pass<'_, 'a, V> {
    #[inline]
    fn step(&mut self, row: Unread<'a>) -> ControlFlow<()> {
        if self.visitor.enough(&row) {
            return ControlFlow::Break(());
        }
        self.n_events += 1;
        let function = self.functions.of(&row);
        let process = self.numbers.of(row.chunk, row.chunk_idx, row.chunk.process_id(row.row));
        let (Some(function), Some(process)) = (function, process) else { return ControlFlow::Continue(()) };
        if self.stacks.len() <= process {
            self.stacks.resize_with(process + 1, Stack::default);
        }
        let Some(stack) = self.stacks.get_mut(process) else { return ControlFlow::Continue(()) };
        if row.kind() != Kind::Call {
            match stack.end(function, row.tick(), |note| self.visitor.lost(note)) {
                Some(ended) => self.visitor.end(&row, function, ended),
                None => self.visitor.stray(&row, function, self.functions.wanted(function)),
            }
            return ControlFlow::Continue(());
        }
        let call_only = row.chunk.flags(row.row).contains(Flags::NO_RETURN);
        let note = self.visitor.begin(&Begun {
            row,
            function,
            wanted: self.functions.wanted(function),
            caller: stack.innermost().map(|(function, note)| (function, *note)),
            depth: u32::try_from(stack.depth()).unwrap_or(u32::MAX),
            recursive: stack.depth() > 0 && stack.is_open(function),
            call_only,
        });
        if !call_only {
            stack.begin(function, row.tick(), note);
        }
        ControlFlow::Continue(())
    }
}
