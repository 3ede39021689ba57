//! Who a send was meant for, and what became of it.

use crate::model::message::delivery::{Fate, Passage};
use crate::model::message::inbox::{Inbox, receivers_of};
use crate::model::process::holder;
use crate::model::process::naming::{Holding, Naming};
use crate::model::row::Row;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Entity, EventId, Flags, OrderKey, ProcessKey};

/// What the destination of a send means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Addressee {
    Process(ProcessKey),
    /// Whoever got it.
    Alias,
    /// A port, another node, or a name nobody held.
    Nobody,
}

/// What became of these sends, each with what the trace knows of its receiver, by the id of the send; and how many events were looked at.
pub(crate) fn passages<'a>(
    trace: &'a Trace,
    naming: &mut Naming<'a>,
    sends: &[Row<'a>],
) -> (BTreeMap<EventId, Passage<'a>>, u64) {
    let mut told = BTreeMap::new();
    let mut wanted: BTreeMap<ProcessKey, BTreeSet<u64>> = BTreeMap::new();
    let (mut n_events, mut names) = (0, Names { trace, holdings: BTreeMap::new() });
    for send in sends {
        let addressee = names.addressee(send);
        let to = if let Addressee::Process(process) = addressee { Some(process) } else { None };
        let key = send.term().map(|term| term.key);
        if send.event.flags.contains(Flags::TO_DEAD) {
            told.insert(send.id(), Passage::of_send(*send, to, Fate::ToDead));
            continue;
        }
        let (Some(key), false) = (key, addressee == Addressee::Nobody) else {
            told.insert(send.id(), Passage::of_send(*send, None, Fate::NotTraced));
            continue;
        };
        let mut receivers: BTreeSet<ProcessKey> = to.into_iter().collect();
        if addressee == Addressee::Alias {
            receivers = receivers_of(trace, key);
            if receivers.is_empty() {
                told.insert(send.id(), Passage::of_send(*send, None, Fate::Undelivered));
            }
        }
        for receiver in receivers {
            wanted.entry(receiver).or_default().insert(key);
        }
    }
    let asked: BTreeSet<EventId> = sends.iter().map(Row::id).filter(|id| !told.contains_key(id)).collect();
    for (receiver, keys) in wanted {
        let (passages, n) = Inbox::of(trace, naming, receiver).passages(&keys);
        n_events += n;
        let of_sends = passages.into_iter().filter_map(|passage| Some((passage.send?.id(), passage)));
        told.extend(of_sends.filter(|(id, _)| asked.contains(id)));
    }
    // To an alias, after everything equal had come.
    for send in sends {
        told.entry(send.id()).or_insert_with(|| Passage::of_send(*send, None, Fate::Undelivered));
    }
    (told, n_events)
}

/// The processes that a send may have reached.
pub(crate) fn reached(trace: &Trace, send: &Row<'_>) -> BTreeSet<ProcessKey> {
    let key = send.term().map(|term| term.key);
    match (Names { trace, holdings: BTreeMap::new() }.addressee(send), key) {
        (Addressee::Process(process), _) => [process].into_iter().collect(),
        (Addressee::Alias, Some(key)) => receivers_of(trace, key),
        _ => BTreeSet::new(),
    }
}

/// The names of the sends of one answer, each looked up once.
struct Names<'a> {
    trace: &'a Trace,
    holdings: BTreeMap<&'a str, Vec<(Holding, ProcessKey)>>,
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
            _ => Addressee::Nobody,
        }
    }

    fn holder(&mut self, name: &'a str, key: OrderKey) -> Addressee {
        let held = self.holdings.entry(name).or_insert_with(|| holder::held(self.trace, name));
        let holder = held.iter().find(|(holding, _)| holding.holds_at(key));
        holder.map_or(Addressee::Nobody, |(_, process)| Addressee::Process(*process))
    }
}
