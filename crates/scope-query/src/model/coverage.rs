//! When processes and functions were traced, so that "it did not happen" and "it was not recorded" are different facts.

pub(crate) mod function_intervals;
pub(crate) mod trace_intervals;
