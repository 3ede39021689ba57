//! In which turn a server handles its messages: how many were before one in its queue, and which one it was at work on.

use crate::model::message::delivery::Delivery;
use crate::model::row::Row;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// The handlings of the receivers of some messages, as far as they lie between a sending and a handling of these.
#[derive(Debug)]
pub(crate) struct Turns {
    handled: HashMap<ProcessKey, Vec<OrderKey>>,
}

impl Turns {
    pub(crate) fn of(trace: &Trace, deliveries: &[Delivery<'_>]) -> Self {
        let mut spans: BTreeMap<ProcessKey, (OrderKey, OrderKey)> = BTreeMap::new();
        for delivery in deliveries {
            let (Some(to), Some(sent), Some(handled)) = (delivery.to, delivery.send, delivery.handled) else {
                continue;
            };
            let (from, until) = spans.entry(to).or_insert((sent.key(), handled.key()));
            (*from, *until) = ((*from).min(sent.key()), (*until).max(handled.key()));
        }
        let handled = |(process, (from, until)): (ProcessKey, (OrderKey, OrderKey))| {
            let rows = trace.process_rows_of_kind(process, Kind::Handled, from, until, Direction::Forward);
            (process, rows.map(|row| row.key).collect())
        };
        Self { handled: spans.into_iter().map(handled).collect() }
    }

    /// How many messages their receiver began to handle between the sending of this one and its handling.
    pub(crate) fn before(&self, delivery: &Delivery<'_>) -> Option<u64> {
        let (sent, handled) = (delivery.send?.key(), delivery.handled?.key());
        let turns = self.handled.get(&delivery.to?)?;
        let (first, own) = (turns.partition_point(|key| *key <= sent), turns.partition_point(|key| *key < handled));
        Some(own.saturating_sub(first) as u64)
    }
}

/// The message a server was at work on: the last one it turned to, unless it has gone back to waiting since.
pub(crate) fn handling(trace: &Trace, process: ProcessKey, until: OrderKey) -> Option<Row<'_>> {
    last(trace, process, until).filter(|row| row.kind() == Kind::Handled)
}

/// What tells last what a server was at: the handling of a message, or the state it went back to waiting with.
pub(crate) fn last(trace: &Trace, process: ProcessKey, until: OrderKey) -> Option<Row<'_>> {
    let classes = [Class::Message, Class::State];
    let rows = trace.process_rows(process, &classes, OrderKey::default(), until, Direction::Backward);
    rows.map(|at| Row::read(trace, at)).find(|row| matches!(row.kind(), Kind::Handled | Kind::State))
}
