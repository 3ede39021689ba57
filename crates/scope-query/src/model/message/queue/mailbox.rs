//! What is known of a process's mailbox at the moment the pass has reached.
//!
//! Invariant: it is small, as there is one for each process and every row needs one.

use super::counts::Counts;
use crate::model::message::matcher::Line;
use scope_core::OrderKey;

/// Later than any event.
const NEVER: OrderKey = OrderKey::MAX;

/// What a process's next message is matched with.
#[derive(Debug)]
pub(super) struct Mailbox {
    /// Its deliveries are recorded.
    pub(super) receives: bool,
    /// Its handlings are recorded.
    pub(super) handles: bool,
    pub(super) line: Line,
    /// The last send, or the last reply if that came later.
    pub(super) last_sent: Option<u64>,
    pub(super) last_delivered: Option<u64>,
    /// Handled last, if no state was read since.
    undone: OrderKey,
    /// The longest waiting up to now.
    pub(super) longest: u64,
    pub(super) counts: Counts,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            receives: false,
            handles: false,
            line: Line::default(),
            last_sent: None,
            last_delivered: None,
            undone: NEVER,
            longest: 0,
            counts: Counts::default(),
        }
    }
}

impl Mailbox {
    /// Whether a message was handled, and no state read since.
    pub(super) fn is_busy(&self) -> bool {
        self.undone != NEVER
    }

    /// The process begins to handle a message. All states before it were read, or it was not busy.
    pub(super) const fn begin(&mut self, handled: OrderKey) {
        self.undone = handled;
    }

    /// With a state the process is done with what it handled before, and answers when that was.
    #[inline]
    pub(super) fn done(&mut self, tick: u64, key: impl FnOnce() -> OrderKey) -> Option<u64> {
        let handled = self.undone;
        if handled.tick > tick || handled.tick == tick && handled >= key() {
            return None;
        }
        self.undone = NEVER;
        Some(handled.tick)
    }
}
