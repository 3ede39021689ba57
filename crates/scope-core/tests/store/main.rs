//! The chunk, the store, the trace and the file, each held against a naive model of the same events.

mod chunk;
mod eviction;
mod file;
mod golden;
mod history;
mod retention;
mod rows;
mod symbols;
