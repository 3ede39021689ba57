//! Everything sent to, delivered to and handled by one receiver, for the messages one sender sent it.
//!
//! Other senders matter too: what they sent may be equal, and then decides whether a delivery can be told.

use crate::matching::{self, Outcome, Source};
use crate::naming::{Holding, Naming};
use crate::row::Row;
use crate::watch::Watch;
use crate::window::Window;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::symbols::ReferenceWords;
use scope_core::trace::{Direction, PeerKey, Trace};
use scope_core::{Class, Entity, Flags, Kind, ProcessKey};

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Passage<'a> {
    pub(crate) send: Row<'a>,
    pub(crate) to: ProcessKey,
    pub(crate) fate: Fate,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Delivered, and handled if that is known.
    Matched { delivered: u64, handled: Option<u64> },
    /// Perhaps delivered: equal messages cannot be told apart.
    Ambiguous,
    /// Not delivered up to the watermark.
    Undelivered,
    /// The receiver was dead.
    ToDead,
    /// Deliveries to the receiver were not recorded.
    NotTraced,
}

/// The messages `sender` sent to `receiver` in the window, and how many events were looked at.
pub(crate) fn passages<'a>(
    trace: &'a Trace,
    naming: &mut Naming<'a>,
    sender: ProcessKey,
    receiver: ProcessKey,
    window: Window,
) -> (Vec<Passage<'a>>, u64) {
    let mut inbox = Inbox {
        trace,
        sender,
        receiver,
        names: naming.holdings(receiver).to_vec(),
        equal: BTreeMap::new(),
        first_delivered: None,
        first_handled: None,
        n_events: 0,
    };
    let mut passages = inbox.take_sent(window);
    if !inbox.equal.is_empty() {
        inbox.take_sent_by_others();
        inbox.take_received();
        inbox.settle(window, &mut passages);
    }
    (passages, inbox.n_events)
}

struct Inbox<'a> {
    trace: &'a Trace,
    sender: ProcessKey,
    receiver: ProcessKey,
    /// The receiver's names over time.
    names: Vec<Holding>,
    /// By match key: only keys the sender used in the window.
    equal: BTreeMap<u64, Equal<'a>>,
    first_delivered: Option<u64>,
    first_handled: Option<u64>,
    n_events: u64,
}

/// Messages with one match key.
#[derive(Default)]
struct Equal<'a> {
    sent: Vec<(Row<'a>, Origin)>,
    delivered: Vec<u64>,
    handled: Vec<u64>,
}

/// What keeps its order on the way to the receiver: a sender, and separately each alias, whose owner nobody recorded.
type Origin = (ProcessKey, Option<ReferenceWords>);

enum Destination {
    Receiver,
    /// A reference that the receiver may own.
    Alias(ReferenceWords),
    Elsewhere,
}

impl<'a> Inbox<'a> {
    /// Takes what the sender sent that may have gone to the receiver, and answers what went to it when it was dead.
    fn take_sent(&mut self, window: Window) -> Vec<Passage<'a>> {
        let mut sent = Vec::new();
        let mut to_dead = Vec::new();
        for row in messages_of(self.trace, self.sender) {
            self.n_events += 1;
            let (Kind::Send, Some(term)) = (row.kind(), row.term()) else { continue };
            match (self.destination(&row), row.event.flags.contains(Flags::TO_DEAD)) {
                (Destination::Receiver, false) => sent.push((term.key, row, (self.sender, None))),
                (Destination::Alias(words), false) => sent.push((term.key, row, (self.sender, Some(words)))),
                (Destination::Receiver, true) if window.contains(row.tick()) => {
                    to_dead.push(Passage { send: row, to: self.receiver, fate: Fate::ToDead });
                }
                _ => {}
            }
        }
        let in_window = sent.iter().filter(|(_, row, _)| window.contains(row.tick()));
        in_window.for_each(|(key, ..)| _ = self.equal.entry(*key).or_default());
        for (key, row, origin) in sent {
            if let Some(equal) = self.equal.get_mut(&key) {
                equal.sent.push((row, origin));
            }
        }
        to_dead
    }

    /// Takes what others sent to the receiver that looks equal.
    fn take_sent_by_others(&mut self) {
        let mut names = BTreeSet::new();
        names.extend(self.names.iter().map(|holding| String::from(&*holding.name)));
        let peers = names.into_iter().map(PeerKey::Name);
        let peers: Vec<PeerKey> = peers.chain([PeerKey::Process(self.receiver)]).collect();
        for peer in peers {
            let (first, last) = (Window::all().first_key(), Window::all().last_key());
            let rows = self.trace.peer_rows(&peer, &[Class::Message], first, last, Direction::Forward);
            for row in rows.map(|at| Row::read(self.trace, at)) {
                self.n_events += 1;
                let Some(from) = row.process().filter(|from| *from != self.sender) else { continue };
                let arrives = row.kind() == Kind::Send
                    && !row.event.flags.contains(Flags::TO_DEAD)
                    && matches!(self.destination(&row), Destination::Receiver);
                let equal = row.term().and_then(|term| self.equal.get_mut(&term.key));
                if let Some(equal) = equal.filter(|_| arrives) {
                    equal.sent.push((row, (from, None)));
                }
            }
        }
        for equal in self.equal.values_mut() {
            equal.sent.sort_unstable_by_key(|(row, _)| (row.key(), row.id()));
        }
    }

    /// Takes what the receiver got and handled.
    fn take_received(&mut self) {
        for row in messages_of(self.trace, self.receiver) {
            self.n_events += 1;
            match row.kind() {
                Kind::Delivered => self.first_delivered = self.first_delivered.or(Some(row.tick())),
                Kind::Handled => self.first_handled = self.first_handled.or(Some(row.tick())),
                _ => continue,
            }
            let Some(term) = row.term() else { continue };
            let Some(equal) = self.equal.get_mut(&term.key) else { continue };
            if row.kind() == Kind::Delivered {
                equal.delivered.push(row.tick());
            } else {
                equal.handled.push(row.tick());
            }
        }
    }

    /// Decides what became of each message of the window.
    fn settle(&mut self, window: Window, passages: &mut Vec<Passage<'a>>) {
        let watch = Watch::of(self.trace, self.receiver, Class::Message);
        let last_loss =
            self.trace.losses().iter().filter(|loss| loss.class.is_none_or(|class| class == Class::Message));
        let last_loss = last_loss.map(|loss| loss.to_tick).max();
        // Without a target that tells, what was seen first tells since when things of its kind are seen.
        let recorded = |first_seen: Option<u64>, tick: u64| {
            let watched = watch.covers(tick).unwrap_or(first_seen.is_some_and(|first| first <= tick));
            watched && last_loss.is_none_or(|lost| lost < tick)
        };
        let (first_delivered, first_handled) = (self.first_delivered, self.first_handled);
        for equal in core::mem::take(&mut self.equal).into_values() {
            let settled = equal.settled(|tick| recorded(first_delivered, tick), |tick| recorded(first_handled, tick));
            for (send, from, fate) in settled {
                if from == self.sender && window.contains(send.tick()) {
                    passages.push(Passage { send, to: self.receiver, fate });
                }
            }
        }
    }

    /// Where a send went, as far as the receiver is concerned.
    fn destination(&self, row: &Row<'_>) -> Destination {
        let held = |name| self.names.iter().any(|holding| holding.name == name && holding.holds_at(row.key()));
        match row.peer() {
            Some(Entity::Process(process)) if *process == self.receiver => Destination::Receiver,
            Some(Entity::Name(name)) if held(row.chunk.atom(*name)) => Destination::Receiver,
            Some(Entity::RemoteName { name, node })
                if row.chunk.atom(*node) == self.trace.header().node && held(row.chunk.atom(*name)) =>
            {
                Destination::Receiver
            }
            Some(Entity::Reference(words)) => Destination::Alias(words.clone()),
            _ => Destination::Elsewhere,
        }
    }
}

impl<'a> Equal<'a> {
    /// Each message with its sender and what became of it. The arguments say whether a delivery, or a handling, after a time would be known.
    fn settled(
        mut self,
        delivery_recorded: impl Fn(u64) -> bool,
        handling_recorded: impl Fn(u64) -> bool,
    ) -> Vec<(Row<'a>, ProcessKey, Fate)> {
        // An alias belongs to the receiver only if the message came to it.
        let last = self.delivered.last().copied();
        self.sent.retain(|(row, (_, alias))| alias.is_none() || last.is_some_and(|last| row.tick() <= last));
        let source = |(row, origin): &(Row<'a>, Origin)| Source {
            tick: row.tick(),
            origin: origin.clone(),
            exact: row.term().is_some_and(|term| term.complete),
        };
        let sources: Vec<_> = self.sent.iter().map(source).collect();
        let came: Vec<_> = self.delivered.iter().map(|tick| Source { tick: *tick, origin: (), exact: true }).collect();
        let deliveries = matching::pair(&sources, &self.delivered, &delivery_recorded);
        let handlings = matching::pair(&came, &self.handled, handling_recorded);
        let handled = |delivery: usize| match handlings[delivery] {
            Outcome::Matched(handling) => Some(self.handled[handling]),
            Outcome::Undecided | Outcome::Missing => None,
        };
        let settle = |((send, (from, alias)), outcome): (&(Row<'a>, Origin), Outcome)| {
            let fate = match outcome {
                Outcome::Matched(delivery) => {
                    Fate::Matched { delivered: self.delivered[delivery], handled: handled(delivery) }
                }
                Outcome::Undecided => Fate::Ambiguous,
                // It went to whoever owns the alias.
                Outcome::Missing if alias.is_some() => return None,
                Outcome::Missing if delivery_recorded(send.tick()) => Fate::Undelivered,
                Outcome::Missing => Fate::NotTraced,
            };
            Some((*send, *from, fate))
        };
        self.sent.iter().zip(deliveries).filter_map(settle).collect()
    }
}

/// The message events of a process, oldest first.
fn messages_of(trace: &Trace, process: ProcessKey) -> impl Iterator<Item = Row<'_>> {
    let (first, last) = (Window::all().first_key(), Window::all().last_key());
    trace.process_rows(process, &[Class::Message], first, last, Direction::Forward).map(|at| Row::read(trace, at))
}
