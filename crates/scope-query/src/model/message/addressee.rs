//! Who a send was meant for, and what became of it.

use crate::model::message::delivery::{Delivery, Outcome};
use crate::model::message::inbox::{Inbox, receivers_of};
use crate::model::process::holder;
use crate::model::process::naming::{Holding, Naming};
use crate::model::row::Row;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::trace::Trace;
use scope_core::{Entity, EventId, Flags, OrderKey, ProcessKey};

/// What the destination of a send means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Addressee {
    Process(ProcessKey),
    /// Whoever got it.
    Alias,
    /// A port, another node, or a name no process held.
    NoProcess,
}

/// What became of these sends, each with what the trace knows of its receiver, by the id of the send; and how many events were read.
pub(crate) fn deliveries<'a>(
    trace: &'a Trace,
    naming: &mut Naming<'a>,
    sends: &[Row<'a>],
) -> (HashMap<EventId, Delivery<'a>>, u64) {
    let mut recorded = HashMap::new();
    let mut wanted: BTreeMap<ProcessKey, BTreeSet<u64>> = BTreeMap::new();
    let (mut n_events, mut names) = (0, Names { trace, holdings: HashMap::new() });
    for send in sends {
        let addressee = names.addressee(send);
        let to = if let Addressee::Process(process) = addressee { Some(process) } else { None };
        let key = send.term().map(|term| term.key);
        if send.event.flags.contains(Flags::TO_DEAD) {
            recorded.insert(send.id(), Delivery::of_send(*send, to, Outcome::ToDead));
            continue;
        }
        let (Some(key), false) = (key, addressee == Addressee::NoProcess) else {
            recorded.insert(send.id(), Delivery::of_send(*send, None, Outcome::NotTraced));
            continue;
        };
        let mut receivers: BTreeSet<ProcessKey> = to.into_iter().collect();
        if addressee == Addressee::Alias {
            receivers = receivers_of(trace, key);
            if receivers.is_empty() {
                recorded.insert(send.id(), Delivery::of_send(*send, None, Outcome::Undelivered));
            }
        }
        for receiver in receivers {
            wanted.entry(receiver).or_default().insert(key);
        }
    }
    let asked: BTreeSet<EventId> = sends.iter().map(Row::id).filter(|id| !recorded.contains_key(id)).collect();
    for (receiver, keys) in wanted {
        let (deliveries, n) = Inbox::of(trace, naming, receiver).deliveries(&keys);
        n_events += n;
        let of_sends = deliveries.into_iter().filter_map(|delivery| Some((delivery.send?.id(), delivery)));
        recorded.extend(of_sends.filter(|(id, _)| asked.contains(id)));
    }
    // To an alias, after everything equal had come.
    for send in sends {
        recorded.entry(send.id()).or_insert_with(|| Delivery::of_send(*send, None, Outcome::Undelivered));
    }
    (recorded, n_events)
}

/// The processes that a send may have reached.
pub(crate) fn reached(trace: &Trace, send: &Row<'_>) -> BTreeSet<ProcessKey> {
    let key = send.term().map(|term| term.key);
    match (Names { trace, holdings: HashMap::new() }.addressee(send), key) {
        (Addressee::Process(process), _) => [process].into_iter().collect(),
        (Addressee::Alias, Some(key)) => receivers_of(trace, key),
        _ => BTreeSet::new(),
    }
}

/// The names of the sends of one answer, each looked up once.
struct Names<'a> {
    trace: &'a Trace,
    holdings: HashMap<&'a str, Vec<(Holding, ProcessKey)>>,
}

impl<'a> Names<'a> {
    fn addressee(&mut self, send: &Row<'a>) -> Addressee {
        match send.peer() {
            Some(Entity::Process(process)) => Addressee::Process(*process),
            Some(Entity::Reference(_)) => Addressee::Alias,
            Some(Entity::Name(name)) => self.holder(send.chunk.atom(*name), send.key()),
            Some(Entity::RemoteName { name, node }) if send.chunk.atom(*node) == self.trace.header().node => {
                self.holder(send.chunk.atom(*name), send.key())
            }
            _ => Addressee::NoProcess,
        }
    }

    fn holder(&mut self, name: &'a str, key: OrderKey) -> Addressee {
        let held = self.holdings.entry(name).or_insert_with(|| holder::held(self.trace, name));
        let holder = held.iter().find(|(holding, _)| holding.holds_at(key));
        holder.map_or(Addressee::NoProcess, |(_, process)| Addressee::Process(*process))
    }
}
