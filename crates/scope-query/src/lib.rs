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
mod bottleneck;
mod by_chunk;
mod call_list;
mod call_pass;
mod calls;
mod census;
mod coverage;
mod cursor;
mod difference;
mod duration;
mod engine;
mod equal;
pub mod error;
mod figure;
pub mod filter;
mod function;
mod function_watch;
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
mod performance;
mod place;
mod population;
mod process_number;
mod queue;
mod reason;
mod recent;
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
