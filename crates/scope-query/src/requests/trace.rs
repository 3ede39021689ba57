//! Requests about the trace as a whole, its events and its moments.

pub mod events;
pub mod events_around;
pub mod info;
pub mod overview;
pub mod snapshot_at;
pub mod term;
