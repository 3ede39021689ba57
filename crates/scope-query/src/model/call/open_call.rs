//! The traced calls a process was in at a moment.
//!
//! Invariant: costs what the process did since it was last known to be in none: a server back in its loop, or its beginning.

use crate::model::call::function::Functions;
use crate::model::call::pairing::Stack;
use crate::model::row::Row;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Flags, Kind, OrderKey, ProcessKey};

/// At most so many events are read. More would find more outer calls of processes that have no loop.
const MAX_EVENTS: usize = 2_000;

/// The calls open at a moment, outermost first.
#[derive(Debug, Default)]
pub(crate) struct OpenCalls<'a> {
    pub(crate) calls: Vec<Row<'a>>,
    /// Calls that began before are not known; `None` when all are.
    pub(crate) since: Option<u64>,
    /// The last state before the moment, if it came up.
    pub(crate) state: Option<Row<'a>>,
    pub(crate) n_events: u64,
}

impl<'a> OpenCalls<'a> {
    pub(crate) fn of(trace: &'a Trace, process: ProcessKey, key: OrderKey) -> Self {
        let rows =
            trace.process_rows(process, &[Class::Call, Class::State], OrderKey::default(), key, Direction::Backward);
        let rows = rows.map(|at| Row::read(trace, at));
        let mut recent: Vec<Row<'a>> = Vec::new();
        let mut is_whole = true;
        // A server that shows its state at the head of its loop is in no call.
        let mut state = None;
        for row in rows {
            if matches!(row.kind(), Kind::State | Kind::Terminate) {
                state = state.or(Some(row));
            }
            if row.kind() == Kind::State {
                break;
            }
            if recent.len() == MAX_EVENTS {
                is_whole = false;
                break;
            }
            recent.push(row);
        }
        let (mut stack, mut functions) = (Stack::default(), Functions::default());
        for (slot, row) in recent.iter().enumerate().rev() {
            let Some(function) = functions.of(&row.unread()) else { continue };
            match row.kind() {
                Kind::Call if row.event.flags.contains(Flags::NO_RETURN) => {}
                Kind::Call => stack.begin(function, row.tick(), slot),
                _ => {
                    stack.end(function, row.tick(), |_lost| {});
                }
            }
        }
        Self {
            calls: stack.open().filter_map(|slot| recent.get(*slot).copied()).collect(),
            since: recent.last().filter(|_| !is_whole).map(Row::tick),
            state,
            n_events: recent.len() as u64,
        }
    }
}
