//! The messages that are on their way or in a mailbox, each in one place until it is done with.
//!
//! Invariant: places are used again, so that their number is that of the most messages there were at one time.

use super::{Arrival, Origin};
use alloc::vec::Vec;

/// A message that was sent or delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub(super) key: u64,
    pub(super) arrival: Arrival,
    /// The number of the process; [`NOBODY`](super::NOBODY) for whoever owns an alias.
    pub(super) receiver: u32,
    /// Behind it: of equal messages on their way, or in the mailbox.
    pub(super) next: Option<u32>,
    pub(super) origin: Origin,
    /// Equal match keys mean equal messages: nothing was cut.
    pub(super) exact: bool,
    /// It was delivered in the window asked about.
    pub(super) in_window: bool,
    used: bool,
}

impl Message {
    pub(super) const fn new(key: u64, receiver: u32, arrival: Arrival, exact: bool) -> Self {
        Self { key, arrival, receiver, next: None, origin: Origin::Message, exact, in_window: false, used: true }
    }
}

/// Messages by their places.
#[derive(Debug, Default)]
pub(super) struct Messages {
    places: Vec<Message>,
    free: Vec<u32>,
}

impl Messages {
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

    pub(super) fn get(&self, place: u32) -> Option<&Message> {
        self.places.get(place as usize)
    }

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
