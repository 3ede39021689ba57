//! The messages that are on their way or in a mailbox, each in one place until it is done with.
//!
//! Invariant: places are used again, so that their number is that of the most messages there were at one time.

use super::UNKNOWN;
use alloc::vec::Vec;

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When it was sent or, where that was not seen, delivered.
    pub(crate) tick: u64,
    /// That event: its chunk and row among messages.
    pub(crate) chunk: u32,
    pub(crate) row: u32,
    /// The number of who sent it; [`UNKNOWN`] where that was not seen.
    pub(crate) sender: u32,
    /// It cannot be recorded from an equal one.
    pub(crate) ambiguous: bool,
}

/// How a message reaches its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By its pid or a name.
    Direct,
    /// By an alias.
    Alias,
    /// It was not seen being sent.
    Unsent,
}

/// What a delivery without handling means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A message.
    Message,
    /// It was sent to an alias: the process waits for it.
    Reply,
    /// Perhaps no message at all: the VM traces a `receive` whose time is over as the delivery of `timeout`.
    Expired,
}

/// A message that was sent or delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) key: u64,
    pub(crate) arrival: Arrival,
    /// The number of the process; [`UNKNOWN`] for whoever owns an alias.
    pub(crate) receiver: u32,
    /// Behind it: of equal messages on their way, or in the mailbox.
    pub(super) next: Option<u32>,
    pub(crate) way: Way,
    pub(crate) role: Role,
    /// Equal match keys mean equal messages: nothing was cut.
    pub(super) exact: bool,
    pub(crate) is_delivered: bool,
    /// It was delivered in the window asked about.
    pub(crate) in_window: bool,
    used: bool,
}

impl Message {
    pub(super) const fn new(key: u64, receiver: u32, arrival: Arrival, exact: bool) -> Self {
        let way = match (receiver, arrival.sender) {
            (UNKNOWN, _) => Way::Alias,
            (_, UNKNOWN) => Way::Unsent,
            _ => Way::Direct,
        };
        Self {
            key,
            arrival,
            receiver,
            next: None,
            way,
            role: Role::Message,
            exact,
            is_delivered: false,
            in_window: false,
            used: true,
        }
    }
}

/// Messages by their places.
#[derive(Debug, Default)]
pub(super) struct Messages {
    places: Vec<Message>,
    free: Vec<u32>,
}

impl Messages {
    #[inline]
    pub(super) fn add(&mut self, message: Message) -> u32 {
        if let Some(place) = self.free.pop() {
            if let Some(slot) = self.places.get_mut(place as usize) {
                *slot = message;
            }
            return place;
        }
        self.places.push(message);
        self.places.len() as u32 - 1
    }

    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<&Message> {
        self.places.get(place as usize)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut Message> {
        self.places.get_mut(place as usize)
    }

    /// Takes a message out: its place is free.
    pub(super) fn remove(&mut self, place: u32) -> Option<Message> {
        let message = self.places.get_mut(place as usize).filter(|message| message.used)?;
        message.used = false;
        self.free.push(place);
        Some(*message)
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.free.clear();
    }

    /// Places, free or not.
    pub(super) const fn n_places(&self) -> usize {
        self.places.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Message> {
        self.places.iter().filter(|message| message.used)
    }
}
