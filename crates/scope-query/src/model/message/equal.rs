//! Messages to one receiver that have one match key, and what became of each.

use crate::model::message::delivery::{Delivery, Handling, Outcome};
use crate::model::message::matcher::UNKNOWN;
use crate::model::message::pairing::{self, Match, OpenStretch, Pairing, Sink, Source, Surplus};
use crate::model::row::Row;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use scope_core::{EventId, OrderKey, ProcessKey};

/// A message that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) row: Row<'a>,
    from: ProcessKey,
    to: Destination,
}

/// Where a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Receiver,
    /// To an alias: only a delivery tells whose it is.
    Alias,
    /// To another process that what was sent to aliases may have gone to, by its number among these.
    Other(u32),
}

/// Messages with one match key, each list in order once [`Equal::sort`] was called.
#[derive(Debug, Default)]
pub(crate) struct Equal<'a> {
    pub(crate) sent: Vec<Sent<'a>>,
    pub(crate) delivered: Vec<Row<'a>>,
    pub(crate) handled: Vec<Row<'a>>,
    /// What was delivered to others, where aliases were sent to.
    elsewhere: Vec<(Row<'a>, u32)>,
}

/// What is known of how completely a receiver was recorded.
pub(crate) trait Recorded {
    /// Whether a delivery after this time would be known.
    fn deliveries_since(&self, tick: u64) -> bool;
    /// Whether a handling after this time would be known, as far as it decides between equal messages.
    fn handlings_since(&self, tick: u64) -> bool;
    /// Whether a message delivered at this time would be seen being handled.
    fn is_handling_seen(&self, tick: u64) -> bool;
    /// The ends of the losses of messages, in order.
    fn losses(&self) -> &[u64];
    /// Which deliveries with a key were handled as what, for all within a stretch of the order, by all that the process handled in it.
    /// `None` where that is too much to look at.
    fn handled_in_order(&self, key: u64, from: OrderKey, until: OrderKey) -> Option<Vec<HandledMessage>>;
}

/// A delivery and its handling.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandledMessage {
    pub(crate) delivered: EventId,
    pub(crate) handled: EventId,
    pub(crate) is_ambiguous: bool,
}

impl<'a> Sent<'a> {
    /// A message to the receiver.
    pub(crate) const fn direct(row: Row<'a>, from: ProcessKey) -> Self {
        Self { row, from, to: Destination::Receiver }
    }

    pub(crate) const fn by_alias(row: Row<'a>, from: ProcessKey) -> Self {
        Self { row, from, to: Destination::Alias }
    }

    /// 0 for the receiver, [`UNKNOWN`] for an alias; `None` for what went to another process.
    pub(crate) const fn receiver(&self) -> Option<u32> {
        match self.to {
            Destination::Receiver => Some(0),
            Destination::Alias => Some(UNKNOWN),
            Destination::Other(_) => None,
        }
    }

    pub(crate) fn is_by_alias(&self) -> bool {
        self.to == Destination::Alias
    }
}

impl<'a> Equal<'a> {
    /// Brings each list into order.
    pub(crate) fn sort(&mut self) {
        let place = |row: &Row<'a>| (row.key(), row.id());
        self.sent.sort_by_key(|sent| place(&sent.row));
        self.delivered.sort_by_key(place);
        self.handled.sort_by_key(place);
        self.elsewhere.sort_by_key(|(row, _)| place(row));
    }

    /// Whether any was sent to an alias.
    pub(crate) fn has_aliases(&self) -> bool {
        self.sent.iter().any(Sent::is_by_alias)
    }

    /// Adds what was sent and delivered to another process, numbered from 1, that may own an alias.
    pub(crate) fn add_other(&mut self, number: u32, other: Equal<'a>) {
        let direct = other.sent.into_iter().filter(|sent| !sent.is_by_alias());
        self.sent.extend(direct.map(|sent| Sent { to: Destination::Other(number), ..sent }));
        self.elsewhere.extend(other.delivered.into_iter().map(|row| (row, number)));
    }

    /// For each delivery the handling that is surely its own.
    pub(crate) fn handlings(&self, recorded: &impl Recorded) -> Vec<Match> {
        self.handling_pairing(recorded).matches
    }

    /// Deliveries with handlings.
    pub(crate) fn handling_pairing(&self, recorded: &impl Recorded) -> Pairing {
        let came = |row: &Row<'a>| Source { at: row.key(), sender: 0, receiver: 0, is_exact: true };
        let came: Vec<Source> = self.delivered.iter().map(came).collect();
        let handled: Vec<Sink> = self.handled.iter().map(|row| Sink { at: row.key(), receiver: 0 }).collect();
        let losses = recorded.losses().iter().copied();
        let mut pairing = pairing::pair(&came, &handled, losses, true, |tick| recorded.handlings_since(tick));
        for stretch in core::mem::take(&mut pairing.open) {
            self.put_in_order(&mut pairing.matches, stretch, recorded);
        }
        pairing
    }

    /// Not all were handled: some may have been taken by a receive, which shows where something delivered later was handled before.
    fn put_in_order(&self, matches: &mut [Match], stretch: OpenStretch, recorded: &impl Recorded) {
        let OpenStretch { first, end, until } = stretch;
        let is_in_it = |row: &&Row<'a>| until.is_none_or(|until| row.tick() <= until);
        let (Some(from), Some(until)) = (self.delivered.get(first), self.handled.iter().rfind(is_in_it)) else {
            return;
        };
        let n = end.saturating_sub(first);
        let key = from.term().map_or(0, |term| term.key);
        let Some(in_order) = recorded.handled_in_order(key, from.key(), until.key()) else {
            matches.iter_mut().skip(first).take(n).for_each(|found| *found = Match::Undecided);
            return;
        };
        for (found, delivered) in matches.iter_mut().zip(&self.delivered).skip(first).take(n) {
            let is_it = |message: &&HandledMessage| message.delivered == delivered.id();
            *found = match in_order.iter().find(is_it) {
                None => Match::Missing,
                Some(message) if message.is_ambiguous => Match::Undecided,
                Some(message) => {
                    let handled = self.handled.iter().position(|row| row.id() == message.handled);
                    handled.map_or(Match::Undecided, Match::Matched)
                }
            };
        }
    }

    /// The delivery of the oldest that may wait at a point of the order, of those that were delivered before it.
    pub(crate) fn waiting_since(&self, at: OrderKey, losses: &[u64]) -> Option<OrderKey> {
        let lost = losses.iter().rfind(|end| **end < at.tick).copied();
        let is_before = |row: &&Row<'a>| row.key() < at && lost.is_none_or(|lost| row.tick() > lost);
        let mut waiting = VecDeque::new();
        let mut handled = self.handled.iter().filter(is_before).peekable();
        for delivered in self.delivered.iter().filter(is_before) {
            while handled.next_if(|handled| handled.key() < delivered.key()).is_some() {
                waiting.pop_front();
            }
            waiting.push_back(delivered.key());
        }
        waiting.get(handled.count()).copied()
    }

    /// Sends with deliveries, after sends to aliases of others were left out.
    pub(crate) fn delivery_pairing(&mut self, recorded: &impl Recorded) -> Pairing {
        // An alias belongs to the receiver only if the message came to it.
        let last = self.delivered.iter().chain(self.elsewhere.iter().map(|(row, _)| row)).map(Row::tick).max();
        self.sent.retain(|sent| !sent.is_by_alias() || last.is_some_and(|last| sent.row.tick() <= last));
        let mut senders: Vec<ProcessKey> = self.sent.iter().map(|sent| sent.from).collect();
        senders.sort_unstable();
        senders.dedup();
        let source = |sent: &Sent<'a>| Source {
            at: sent.row.key(),
            sender: senders.binary_search(&sent.from).unwrap_or_default() as u32,
            receiver: match sent.to {
                Destination::Receiver => 0,
                Destination::Alias => UNKNOWN,
                Destination::Other(number) => number,
            },
            is_exact: sent.row.term().is_some_and(|term| term.complete),
        };
        let sources: Vec<Source> = self.sent.iter().map(source).collect();
        // Those delivered here come first, so that their places are the same among all.
        let here = self.delivered.iter().map(|row| (row.key(), 0));
        let all = here.chain(self.elsewhere.iter().map(|(row, number)| (row.key(), *number)));
        let sinks: Vec<Sink> = all.map(|(at, receiver)| Sink { at, receiver }).collect();
        let losses = recorded.losses().iter().copied();
        let mut pairing = pairing::pair(&sources, &sinks, losses, false, |tick| recorded.deliveries_since(tick));
        let n_here = self.delivered.len();
        pairing.surplus.retain(|(sink, _)| *sink < n_here);
        for found in &mut pairing.matches {
            if matches!(found, Match::Matched(sink) if *sink >= n_here) {
                *found = Match::Missing;
            }
        }
        pairing
    }

    /// Each message with what became of it: every send that may have gone to the receiver, every delivery that is surely not of one of
    /// these or is one too many, and every handling without a delivery.
    pub(crate) fn settled(mut self, receiver: ProcessKey, recorded: &impl Recorded) -> Vec<Delivery<'a>> {
        let deliveries = self.delivery_pairing(recorded);
        let handlings = self.handlings(recorded);
        let delivered = |place: usize, send: Option<Row<'a>>, outcome: Outcome| {
            let received = self.received(place, &handlings, receiver, recorded)?;
            Some(Delivery { send, outcome, ..received })
        };
        let mut journeys = Vec::new();
        for (Sent { row: send, to, .. }, found) in self.sent.iter().zip(&deliveries.matches) {
            let by_alias = *to == Destination::Alias;
            if !by_alias && *to != Destination::Receiver {
                continue;
            }
            let of_send = |outcome| Some(Delivery::of_send(*send, Some(receiver), outcome));
            journeys.extend(match found {
                Match::Matched(place) => delivered(*place, Some(*send), Outcome::Matched),
                // Equal messages went to several, and whose the alias is was not recorded.
                Match::Undecided if by_alias && !self.elsewhere.is_empty() => {
                    Some(Delivery::of_send(*send, None, Outcome::Ambiguous))
                }
                Match::Undecided => of_send(Outcome::Ambiguous),
                // It went to whoever owns the alias.
                Match::Missing if by_alias => None,
                Match::Missing if recorded.deliveries_since(send.tick()) => of_send(Outcome::Undelivered),
                Match::Missing => of_send(Outcome::NotTraced),
            });
        }
        for (place, surplus) in &deliveries.surplus {
            let outcome = match surplus {
                Surplus::Foreign => Outcome::External,
                Surplus::Undecided => Outcome::Ambiguous,
            };
            journeys.extend(delivered(*place, None, outcome));
        }
        if self.delivered.is_empty() {
            journeys.extend(self.handled.iter().map(|handled| Delivery {
                send: None,
                to: Some(receiver),
                delivered: None,
                handled: Some(*handled),
                outcome: if self.sent.is_empty() { Outcome::NotTraced } else { Outcome::Ambiguous },
                handling: Some(Handling::Handled),
            }));
        }
        journeys
    }

    /// A delivery or handling whose send cannot be recorded.
    pub(crate) fn unsent(&self, id: EventId, receiver: ProcessKey, recorded: &impl Recorded) -> Option<Delivery<'a>> {
        let handlings = self.handlings(recorded);
        let handled = self.handled.iter().position(|row| row.id() == id);
        let is_it = |place: &usize| {
            let found = handlings.get(*place).copied();
            self.delivered.get(*place).is_some_and(|row| row.id() == id)
                || handled.is_some_and(|handled| found == Some(Match::Matched(handled)))
        };
        if let Some(place) = (0..self.delivered.len()).find(is_it) {
            return self.received(place, &handlings, receiver, recorded);
        }
        let handled = self.handled.get(handled?).copied();
        let (to, handling) = (Some(receiver), Some(Handling::Handled));
        Some(Delivery { send: None, to, delivered: None, handled, outcome: Outcome::Ambiguous, handling })
    }

    /// A delivery with its handling.
    fn received(
        &self,
        place: usize,
        handlings: &[Match],
        receiver: ProcessKey,
        recorded: &impl Recorded,
    ) -> Option<Delivery<'a>> {
        let delivered = *self.delivered.get(place)?;
        let (handled, handling) = match handlings.get(place).copied().unwrap_or(Match::Missing) {
            Match::Matched(handled) => (self.handled.get(handled).copied(), Handling::Handled),
            Match::Undecided => (None, Handling::Ambiguous),
            Match::Missing if recorded.is_handling_seen(delivered.tick()) => (None, Handling::NotHandled),
            Match::Missing => (None, Handling::NotRecorded),
        };
        let (to, delivered) = (Some(receiver), Some(delivered));
        Some(Delivery { send: None, to, delivered, handled, outcome: Outcome::Ambiguous, handling: Some(handling) })
    }

    /// The keys of deliveries, in order.
    pub(crate) fn delivered_keys(&self) -> impl Iterator<Item = OrderKey> {
        self.delivered.iter().map(Row::key)
    }
}
