//! The query engine of ElixirScope: one [`Request`](api::Request) in, one [`Answer`](api::Answer) out, over a [`Trace`](scope_core::trace::Trace).
//!
//! Invariant: pure. The same trace and request give the same answer, to the byte of its JSON, on every edge.
//! Invariant: every answer says its coverage; an answer that might be incomplete says so.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;

pub mod api;
pub mod error;

pub use error::Error;
