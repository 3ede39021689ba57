//! Requests about the trace as a whole, its events and its moments.

pub(super) mod events;
pub(super) mod events_around;
pub(super) mod info;
pub(super) mod overview;
pub(super) mod snapshot_at;
pub(super) mod term;
