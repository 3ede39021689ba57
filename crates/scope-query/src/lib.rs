//! The query engine of ElixirScope: one [`Request`](api::Request) in, one [`Answer`](api::Answer) out, over a [`Trace`](scope_core::trace::Trace).
//!
//! Invariant: pure. The same trace and request give the same answer, to the byte of its JSON, on every edge.
//! Invariant: every answer says its coverage; an answer that might be incomplete says so.
// The TypeScript types are written by a build of xtask, whose crate for it needs std.
#![cfg_attr(not(feature = "ts"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod addressee;
pub mod api;
mod calls;
mod census;
mod coverage;
mod cursor;
mod difference;
mod engine;
mod equal;
pub mod error;
pub mod filter;
mod function;
mod gen_call;
mod inbox;
mod incomplete;
mod lifetime;
mod links;
pub mod located;
mod mailbox;
mod matching;
mod moment;
mod naming;
mod open_call;
mod origin;
mod passage;
mod pattern;
mod place;
mod population;
mod reason;
mod reply;
mod restart;
mod row;
mod shown;
mod spelling;
mod start;
mod state;
mod tree;
mod turn;
mod view;
mod viewpoint;
mod volume;
mod watch;
mod who;
mod window;

pub use api::json::answer_json;
pub use engine::answer;
pub use error::Error;
