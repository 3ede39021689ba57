//! The mailbox of a server that may have been sent priority messages: these are fetched before older ones, which still wait then.
//!
//! A message that was sent to the process by its pid or a name has no priority. All that was delivered before such a one was handled, or
//! taken by a receive, before it; what was delivered behind it may have been handled earlier.

use crate::model::message::delivery::{Delivery, Handling};
use crate::model::message::inbox::{Destination, Inbox};
use crate::model::row::Row;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Kind, OrderKey};

/// So many handlings are read to find one of a message without priority.
const MAX_READ: usize = 64;

/// The point behind the delivery of the message without priority that was handled last before `key`; `None` where it is not known.
pub(super) fn behind_last_in_order(trace: &Trace, inbox: &Inbox<'_>, key: OrderKey) -> Option<OrderKey> {
    let mut n_read = 0;
    for handled in handlings(trace, inbox, OrderKey::default(), key, Direction::Backward) {
        let (deliveries, _) = inbox.deliveries(&BTreeSet::from_iter([handled.term()?.key]));
        let delivery = deliveries.into_iter().find(|delivery| delivery.has(handled.id()))?;
        let is_in_order = |send: Row<'_>| inbox.destination(&send) == Destination::Receiver;
        if delivery.send.is_some_and(is_in_order) {
            return delivery.delivered.map(|row| row.key().next());
        }
        n_read += 1;
        if n_read == MAX_READ {
            return None;
        }
    }
    // Nothing that it handled was surely without priority: all that was delivered may wait.
    Some(OrderKey::default())
}

/// Takes out of what was delivered that which was handled before `key`, and says how many events were read; `None` where equal messages
/// leave that open.
pub(super) fn remove_handled(
    waiting: &mut Vec<Row<'_>>,
    trace: &Trace,
    inbox: &Inbox<'_>,
    key: OrderKey,
) -> Option<u64> {
    let Some(oldest) = waiting.first() else { return Some(0) };
    let delivered: BTreeSet<u64> = waiting.iter().filter_map(|row| row.term()).map(|term| term.key).collect();
    let handled = handlings(trace, inbox, oldest.key(), key, Direction::Forward);
    let keys: BTreeSet<u64> =
        handled.filter_map(|row| row.term()).map(|term| term.key).filter(|key| delivered.contains(key)).collect();
    if keys.is_empty() {
        return Some(0);
    }
    let (deliveries, n_events) = inbox.deliveries(&keys);
    let is_waiting = |row: &Row<'_>| {
        let is_it = |delivery: &&Delivery<'_>| delivery.delivered.is_some_and(|delivered| delivered.id() == row.id());
        match deliveries.iter().find(is_it) {
            Some(Delivery { handled: Some(handled), .. }) => Some(handled.key() >= key),
            Some(Delivery { handling: Some(Handling::Ambiguous), .. }) => None,
            _ => Some(true),
        }
    };
    let is_waiting: Vec<bool> = waiting.iter().map(is_waiting).collect::<Option<_>>()?;
    let mut is_waiting = is_waiting.into_iter();
    waiting.retain(|_| is_waiting.next().unwrap_or_default());
    Some(n_events)
}

/// What the receiver handled between two points of the order.
fn handlings<'a>(
    trace: &'a Trace,
    inbox: &Inbox<'a>,
    from: OrderKey,
    to: OrderKey,
    direction: Direction,
) -> impl Iterator<Item = Row<'a>> {
    trace.process_rows_of_kind(inbox.receiver, Kind::Handled, from, to, direction).map(|at| Row::read(trace, at))
}
