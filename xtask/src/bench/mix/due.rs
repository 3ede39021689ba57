//! Events of the generated shop that are to come, and what follows them.

use scope_core::event::Event;
use scope_core::symbols::ReferenceWords;
use scope_core::term::write::Term;

/// An event to come, and after how many events.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) at: u64,
    pub(super) event: Event,
    pub(super) term: Term,
    pub(super) then: Then,
}

/// What happens after an event.
#[derive(Debug)]
pub(super) enum Then {
    Nothing,
    /// It was a delivery.
    Arrived(u64, Option<Asked>),
    /// It was a handling.
    Handled(u64, Option<Asked>),
    /// It was the reply to a request.
    Replied(u64),
}

/// A request that waits for its reply.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) from: u64,
    pub(super) reference: ReferenceWords,
}
