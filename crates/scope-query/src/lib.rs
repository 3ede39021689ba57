//! The query engine of ElixirScope: one [`Request`] in, one [`Answer`] out, over a [`Trace`](scope_core::trace::Trace).
//!
//! Invariant: pure. The same trace and request give the same answer, to the byte of its JSON, in every binding.
//! Invariant: every answer says its coverage; an answer that might be incomplete says so.
// xtask writes TypeScript types and JSON Schemas with crates that need std.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod answer;
mod argument;
pub mod error;
pub mod filter;
pub mod json;
mod model;
pub mod requests;

pub use error::Error;
pub use json::answer_json;
pub use model::term_ref;
pub use requests::{Answer, Request, answer};
