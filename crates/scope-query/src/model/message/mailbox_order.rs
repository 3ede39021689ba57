//! Which of equal deliveries a process handled, by all that it handled meanwhile.

use crate::model::message::equal::{Equal, HandledMessage};
use crate::model::message::matcher::{Arrival, Line, Matcher, Tied, UNKNOWN, settle_ties};
use crate::model::row::Row;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::Trace;
use scope_core::{Kind, OrderKey, ProcessKey};

/// The messages with a key that were handled among `rows`, the events of a process from `from` on. `found` is everything equal to what was
/// delivered in these.
pub(crate) fn handled<'a>(
    trace: &'a Trace,
    key: u64,
    from: OrderKey,
    found: &BTreeMap<u64, Equal<'a>>,
    rows: &[Row<'a>],
) -> Vec<HandledMessage> {
    let mut events: Vec<Event<'a>> = Vec::new();
    for (key, equal) in found.iter() {
        let sends = equal.sent.iter().filter_map(|sent| Some((sent.row, sent.receiver()?)));
        events.extend(sends.map(|(row, receiver)| Event { row, key: *key, receiver }));
        events.extend(equal.delivered.iter().map(|row| Event { row: *row, key: *key, receiver: 0 }));
    }
    let handled = rows.iter().filter(|row| row.kind() == Kind::Handled);
    events.extend(handled.filter_map(|row| Some(Event { row: *row, key: row.term()?.key, receiver: 0 })));
    events.sort_by_key(|event| (event.row.key(), event.row.id()));
    settle_ties(&mut events, |one, other| one.row.key().thread == other.row.key().thread);

    let mut matcher = Matcher::new(&trace.header().otp);
    let (mut line, mut senders) = (Line::default(), HashMap::<ProcessKey, u32>::new());
    let mut messages = Vec::new();
    for (number, event) in (0..).zip(&events) {
        let row = &event.row;
        let arrival = |sender| Arrival { tick: row.tick(), chunk: number, row: number, sender, ambiguous: false };
        match row.kind() {
            Kind::Send => {
                let Some(from) = row.process() else { continue };
                let next = senders.len() as u32;
                let sender = *senders.entry(from).or_insert(next);
                let is_exact = row.term().is_some_and(|term| term.complete);
                matcher.send(event.key, event.receiver, arrival(sender), is_exact);
            }
            Kind::Delivered => {
                let place = matcher.deliver(0, event.key, || arrival(UNKNOWN));
                if row.key() < from {
                    matcher.remove(place);
                    continue;
                }
                if let Some(message) = matcher.message_mut(place) {
                    message.arrival = Arrival { row: number, ambiguous: false, ..message.arrival };
                }
                matcher.queue(&mut line, place, event.key);
            }
            _ => {
                let Some(message) = matcher.handle(&mut line, event.key, |_| {}).filter(|message| message.key == key)
                else {
                    continue;
                };
                if let Some(delivered) = events.get(message.arrival.row as usize) {
                    let (delivered, handled) = (delivered.row.id(), row.id());
                    messages.push(HandledMessage { delivered, handled, is_ambiguous: message.arrival.ambiguous });
                }
            }
        }
    }
    messages
}

/// A send, delivery or handling.
struct Event<'a> {
    row: Row<'a>,
    key: u64,
    /// Of a send: 0 for the process, else [`UNKNOWN`].
    receiver: u32,
}

impl Tied for Event<'_> {
    fn tick(&self) -> u64 {
        self.row.tick()
    }

    fn key(&self) -> u64 {
        self.key
    }

    fn is_send(&self) -> bool {
        self.row.kind() == Kind::Send
    }
}
