//! Requests about causes, effects and crashes.

pub(super) mod chain;
pub(super) mod crashes;
pub(super) mod impact;
pub(super) mod why;
