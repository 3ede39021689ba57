//! A message on its way: its three instants, as far as they are known.

use crate::model::row::Row;
use scope_core::{EventId, OrderKey, ProcessKey};

/// A message of which at least one instant was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) send: Option<Row<'a>>,
    /// Who received it, or should have; `None` when nothing tells.
    pub(crate) to: Option<ProcessKey>,
    pub(crate) delivered: Option<Row<'a>>,
    pub(crate) handled: Option<Row<'a>>,
    pub(crate) outcome: Outcome,
    pub(crate) handling: Option<Handling>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// This send is this delivery.
    Matched,
    /// Equal messages cannot be recorded apart.
    Ambiguous,
    /// Not delivered up to the watermark.
    Undelivered,
    /// The receiver was dead.
    ToDead,
    /// Delivered, and no process was seen sending it.
    External,
    /// Deliveries to the receiver were not recorded.
    NotTraced,
}

/// What the receiver's loop did with a delivered message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handling {
    /// It began to work on it.
    Handled,
    /// Not up to the watermark: it waits, or was taken by a `receive` of the process itself.
    NotHandled,
    /// Perhaps: equal messages cannot be recorded apart.
    Ambiguous,
    /// No process looked.
    NotRecorded,
}

impl<'a> Delivery<'a> {
    /// A send whose outcome is known without looking at the receiver.
    pub(crate) const fn of_send(send: Row<'a>, to: Option<ProcessKey>, outcome: Outcome) -> Self {
        Self { send: Some(send), to, delivered: None, handled: None, outcome, handling: None }
    }

    /// The event the message is named and ordered by: its send, else its delivery, else its handling.
    pub(crate) fn row(&self) -> Option<Row<'a>> {
        self.send.or(self.delivered).or(self.handled)
    }

    /// Its place in a list.
    pub(crate) fn place(&self) -> Option<(OrderKey, EventId)> {
        self.row().map(|row| (row.key(), row.id()))
    }

    /// Whether one of its events is this one.
    pub(crate) fn has(&self, id: EventId) -> bool {
        [self.send, self.delivered, self.handled].iter().flatten().any(|row| row.id() == id)
    }
}

impl Outcome {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Ambiguous => "ambiguous",
            Self::Undelivered => "undelivered",
            Self::ToDead => "to_dead",
            Self::External => "external",
            Self::NotTraced => "not_traced",
        }
    }
}

impl Handling {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::NotHandled => "not_handled",
            Self::Ambiguous => "ambiguous",
            Self::NotRecorded => "not_recorded",
        }
    }
}
