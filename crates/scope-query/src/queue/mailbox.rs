//! What is known of a process's mailbox at the moment the pass has reached.
//!
//! Invariant: it is small, as there is one for each process and every row needs one.

use super::line::Line;
use scope_core::OrderKey;
use smallvec::SmallVec;

/// What a process's next message is matched with.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    /// Its deliveries are recorded.
    pub(super) receives: bool,
    /// Its handlings are recorded.
    pub(super) handles: bool,
    pub(super) line: Line,
    /// The last send, or the last reply if that came later.
    pub(super) last_sent: Option<u64>,
    pub(super) last_delivered: Option<u64>,
    /// Handled, and no state since; of those before the states already read only the last.
    undone: SmallVec<[OrderKey; 2]>,
    /// The longest waiting up to now.
    pub(super) longest: u64,
}

impl Mailbox {
    /// The process begins to handle a message; states were read up to a point.
    pub(super) fn begin(&mut self, handled: OrderKey, states_until: OrderKey) {
        if self.undone.last().is_some_and(|last| *last < states_until) {
            self.undone.drain(..self.undone.len() - 1);
        }
        self.undone.push(handled);
    }

    /// With a state the process is done with what it handled before, and answers the last of it.
    pub(super) fn done(&mut self, is_before: impl Fn(&OrderKey) -> bool) -> Option<OrderKey> {
        // Most often that is one, where it is one by one that states follow messages.
        let begun = self.undone.iter().take_while(|handled| is_before(handled)).count();
        self.undone.drain(..begun).next_back()
    }
}
