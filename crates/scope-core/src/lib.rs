//! The pure core of ElixirScope: events, terms, sealed chunks, the bounded store, the trace file, and [`Trace`](trace::Trace), a view of a
//! store or of a file.
//!
//! Invariant: no I/O, no clock, no threads, no randomness. Times, seeds and limits are arguments; the bindings do all I/O.
//! Invariant: bytes that come from outside never panic, never allocate more than a stated bound, and are never evaluated.
//! Invariant: nothing here depends on JSON, on Elixir values or on the BEAM's memory layout.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;

pub mod baseline;
pub mod chunk;
pub mod elixir;
pub mod error;
pub mod event;
pub mod file;
pub mod header;
pub mod loss;
pub mod sampler;
pub mod store;
pub mod symbols;
pub mod term;
pub mod trace;
mod wire;
pub mod writer;

pub use error::Error;
pub use event::{Class, Event, EventId, Flags, Kind, OrderKey};
pub use symbols::{AtomId, Entity, EntityId, Mfa, MfaId, ProcessKey, Symbols};
