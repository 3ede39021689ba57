//! Typed facts read from a trace: processes, messages, calls, states, causes, and when each was recorded.
//!
//! Invariant: nothing here names a request, writes JSON, or makes text for people; requests, filters and exporters stand on it.

pub(crate) mod by_chunk;
pub(crate) mod call;
pub(crate) mod cause;
pub(crate) mod certainty;
pub(crate) mod coverage;
pub(crate) mod message;
pub(crate) mod process;
pub(crate) mod row;
pub(crate) mod state;
pub mod term_ref;
pub(crate) mod window;
