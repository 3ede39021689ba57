//! The query engine of ElixirScope: one [`Request`](api::Request) in, one [`Answer`](api::Answer) out, over a [`Trace`](scope_core::trace::Trace).
//!
//! Invariant: pure. The same trace and request give the same answer, to the byte of its JSON, on every edge.
//! Invariant: every answer says its coverage; an answer that might be incomplete says so.
// The TypeScript types are written by a build of xtask, whose crate for it needs std.
#![cfg_attr(not(feature = "ts"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod api;
mod argument;
mod model;
mod requests;

pub mod error;
pub mod filter;

pub use api::json::answer_json;
pub use error::Error;
pub use model::term_ref;
pub use requests::answer;
