//! The pure core of ElixirScope: what an event is, how a term is kept, how events become sealed chunks, how chunks are
//! stored, evicted and written, and what a trace is when it is read back.
//!
//! Invariant: no I/O, no clock, no threads, no randomness. Times, seeds and limits are arguments; the edges own the world.
//! Invariant: bytes that come from outside never panic, never allocate more than a stated bound, and are never evaluated.
//! Invariant: nothing here knows of JSON, of Elixir values or of the BEAM's own memory layout.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;

pub mod baseline;
pub mod chunk;
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
