//! Messages to one receiver that have one match key, and what became of each.

use crate::model::message::delivery::{Fate, Handling, Passage};
use crate::model::message::matching::{self, Outcome, Pairing, Source, Surplus};
use crate::model::row::Row;
use alloc::vec::Vec;
use scope_core::symbols::ReferenceWords;
use scope_core::{EventId, OrderKey, ProcessKey};

/// What keeps its order on the way to the receiver: a sender, and separately each alias, whose owner nobody recorded.
pub(crate) type Origin = (ProcessKey, Option<ReferenceWords>);

/// Messages with one match key, each list in order once [`Equal::sort`] was called.
#[derive(Debug, Default)]
pub(crate) struct Equal<'a> {
    pub(crate) sent: Vec<(Row<'a>, Origin)>,
    pub(crate) delivered: Vec<Row<'a>>,
    pub(crate) handled: Vec<Row<'a>>,
}

/// What is known of how completely a receiver was recorded.
pub(crate) trait Recorded {
    /// Whether a delivery after this time would be known.
    fn deliveries_since(&self, tick: u64) -> bool;
    /// Whether a handling after this time would be known, as far as it decides between equal messages.
    fn handlings_since(&self, tick: u64) -> bool;
    /// Whether a message delivered at this time would be seen being handled.
    fn is_handling_seen(&self, tick: u64) -> bool;
}

impl<'a> Equal<'a> {
    /// Brings each list into order.
    pub(crate) fn sort(&mut self) {
        let place = |row: &Row<'a>| (row.key(), row.id());
        self.sent.sort_by_key(|(row, _)| place(row));
        self.delivered.sort_by_key(place);
        self.handled.sort_by_key(place);
    }

    /// For each delivery the handling that is surely its own.
    pub(crate) fn handlings(&self, recorded: &impl Recorded) -> Vec<Outcome> {
        self.handling_pairing(recorded).outcomes
    }

    /// Deliveries with handlings.
    pub(crate) fn handling_pairing(&self, recorded: &impl Recorded) -> Pairing {
        let came = |row: &Row<'a>| Source { tick: row.tick(), origin: (), exact: true };
        let came: Vec<_> = self.delivered.iter().map(came).collect();
        matching::pair(&came, &ticks(&self.handled), |tick| recorded.handlings_since(tick))
    }

    /// Sends with deliveries, after sends to aliases of others were left out.
    pub(crate) fn delivery_pairing(&mut self, recorded: &impl Recorded) -> Pairing {
        // An alias belongs to the receiver only if the message came to it.
        let last = self.delivered.last().map(Row::tick);
        self.sent.retain(|(row, (_, alias))| alias.is_none() || last.is_some_and(|last| row.tick() <= last));
        let source = |(row, origin): &(Row<'a>, Origin)| Source {
            tick: row.tick(),
            origin: origin.clone(),
            exact: row.term().is_some_and(|term| term.complete),
        };
        let sources: Vec<_> = self.sent.iter().map(source).collect();
        matching::pair(&sources, &ticks(&self.delivered), |tick| recorded.deliveries_since(tick))
    }

    /// Each message with what became of it: every send that may have gone to the receiver, every delivery that is surely not of one of
    /// these or is one too many, and every handling without a delivery.
    pub(crate) fn settled(mut self, receiver: ProcessKey, recorded: &impl Recorded) -> Vec<Passage<'a>> {
        let deliveries = self.delivery_pairing(recorded);
        let handlings = self.handlings(recorded);
        let delivered = |place: usize, send: Option<Row<'a>>, fate: Fate| {
            let received = self.received(place, &handlings, receiver, recorded)?;
            Some(Passage { send, fate, ..received })
        };
        let mut passages = Vec::new();
        for ((send, (_, alias)), outcome) in self.sent.iter().zip(&deliveries.outcomes) {
            let of_send = |fate| Some(Passage::of_send(*send, Some(receiver), fate));
            passages.extend(match outcome {
                Outcome::Matched(place) => delivered(*place, Some(*send), Fate::Matched),
                Outcome::Undecided => of_send(Fate::Ambiguous),
                // It went to whoever owns the alias.
                Outcome::Missing if alias.is_some() => None,
                Outcome::Missing if recorded.deliveries_since(send.tick()) => of_send(Fate::Undelivered),
                Outcome::Missing => of_send(Fate::NotTraced),
            });
        }
        for (place, surplus) in &deliveries.surplus {
            let fate = match surplus {
                Surplus::Foreign => Fate::External,
                Surplus::Undecided => Fate::Ambiguous,
            };
            passages.extend(delivered(*place, None, fate));
        }
        if self.delivered.is_empty() {
            passages.extend(self.handled.iter().map(|handled| Passage {
                send: None,
                to: Some(receiver),
                delivered: None,
                handled: Some(*handled),
                fate: if self.sent.is_empty() { Fate::NotTraced } else { Fate::Ambiguous },
                handling: Some(Handling::Handled),
            }));
        }
        passages
    }

    /// A delivery or handling whose send cannot be told.
    pub(crate) fn unsent(&self, id: EventId, receiver: ProcessKey, recorded: &impl Recorded) -> Option<Passage<'a>> {
        let handlings = self.handlings(recorded);
        let handled = self.handled.iter().position(|row| row.id() == id);
        let is_it = |place: &usize| {
            let outcome = handlings.get(*place).copied();
            self.delivered.get(*place).is_some_and(|row| row.id() == id)
                || handled.is_some_and(|handled| outcome == Some(Outcome::Matched(handled)))
        };
        if let Some(place) = (0..self.delivered.len()).find(is_it) {
            return self.received(place, &handlings, receiver, recorded);
        }
        let handled = self.handled.get(handled?).copied();
        let (to, handling) = (Some(receiver), Some(Handling::Handled));
        Some(Passage { send: None, to, delivered: None, handled, fate: Fate::Ambiguous, handling })
    }

    /// A delivery with its handling.
    fn received(
        &self,
        place: usize,
        handlings: &[Outcome],
        receiver: ProcessKey,
        recorded: &impl Recorded,
    ) -> Option<Passage<'a>> {
        let delivered = *self.delivered.get(place)?;
        let (handled, handling) = match handlings.get(place).copied().unwrap_or(Outcome::Missing) {
            Outcome::Matched(handled) => (self.handled.get(handled).copied(), Handling::Handled),
            Outcome::Undecided => (None, Handling::Ambiguous),
            Outcome::Missing if recorded.is_handling_seen(delivered.tick()) => (None, Handling::NotHandled),
            Outcome::Missing => (None, Handling::NotRecorded),
        };
        let (to, delivered) = (Some(receiver), Some(delivered));
        Some(Passage { send: None, to, delivered, handled, fate: Fate::Ambiguous, handling: Some(handling) })
    }

    /// The keys of deliveries, in order.
    pub(crate) fn delivered_keys(&self) -> impl Iterator<Item = OrderKey> {
        self.delivered.iter().map(Row::key)
    }
}

fn ticks(rows: &[Row<'_>]) -> Vec<u64> {
    rows.iter().map(Row::tick).collect()
}
