//! Requests about causes, effects and crashes.

pub(super) mod chain;
pub mod crashes;
pub mod impact;
pub mod why;
