//! The query engine of ElixirScope: one [`Request`](api::Request) in, one [`Answer`](api::Answer) out, over a [`Trace`](scope_core::trace::Trace).
//!
//! Invariant: pure. The same trace and request give the same answer, to the byte of its JSON, on every edge.
//! Invariant: every answer says its coverage; an answer that might be incomplete says so.
// The TypeScript types are written by a build of xtask, whose crate for it needs std.
#![cfg_attr(not(feature = "ts"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod api;
mod calls;
mod coverage;
mod cursor;
mod engine;
pub mod error;
pub mod filter;
mod function;
mod inbox;
mod incomplete;
mod lifetime;
mod links;
pub mod located;
mod matching;
mod naming;
mod reason;
mod restart;
mod row;
mod spelling;
mod state;
mod view;
mod watch;
mod who;
mod window;

pub use api::json::answer_json;
pub use engine::answer;
pub use error::Error;
