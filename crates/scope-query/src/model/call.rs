//! Traced calls, paired with their ends, and what they cost.

pub(crate) mod cost;
pub(crate) mod duration;
pub(crate) mod function;
pub(crate) mod open_call;
pub(crate) mod pairing;
pub(crate) mod pass;
