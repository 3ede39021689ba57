//! The API as functions that any WebAssembly host can call. No imports, no threads, nothing but this memory.
//!
//! | function | what it does |
//! |---|---|
//! | `scope_alloc(n) -> address` | a buffer of n bytes to write to; 0: there is no memory for it |
//! | `scope_free(address)` | gives a buffer back |
//! | `scope_open(address) -> trace` | opens the trace file in a buffer, and gives the buffer back; 0: refused |
//! | `scope_refusal() -> text` | why the last `scope_open` was refused, as JSON: `{"error": {"code": .., "message": ..}}` |
//! | `scope_query_json(trace, address) -> text` | answers the request in a buffer, and gives the buffer back |
//! | `scope_close(trace)` | gives a trace back |
//!
//! Addresses, lengths and trace numbers are `i32`. A text is an `i64`: the address of its UTF-8 bytes in the upper 32 bits, their number
//! in the lower; it lies in a buffer that the host gives back with `scope_free`. A buffer stays where it is until it is given back, but
//! the memory may grow in any call, so a view of the memory must be taken anew after each.
//!
//! Invariant: whatever numbers a host passes, only buffers that it was given are read.

// Exporting a function under its own name is the one thing here that the compiler calls unsafe: two functions could claim one name.
#![allow(unsafe_code)]

use crate::host::{Host, Place};
use std::cell::RefCell;

thread_local! {
    static HOST: RefCell<Host> = const { RefCell::new(Host::new()) };
}

// SAFETY: no other function of this name is linked into a module.
#[unsafe(no_mangle)]
extern "C" fn scope_alloc(n_bytes: usize) -> usize {
    HOST.with_borrow_mut(|host| host.alloc(n_bytes)).map_or(0, |place| place.address)
}

// SAFETY: no other function of this name is linked into a module.
#[unsafe(no_mangle)]
extern "C" fn scope_free(address: usize) {
    HOST.with_borrow_mut(|host| host.free(address));
}

// SAFETY: no other function of this name is linked into a module.
#[unsafe(no_mangle)]
extern "C" fn scope_open(address: usize) -> u32 {
    HOST.with_borrow_mut(|host| host.open(address)).unwrap_or(0)
}

// SAFETY: no other function of this name is linked into a module.
#[unsafe(no_mangle)]
extern "C" fn scope_refusal() -> u64 {
    HOST.with_borrow_mut(|host| text(host.refusal()))
}

// SAFETY: no other function of this name is linked into a module.
#[unsafe(no_mangle)]
extern "C" fn scope_query_json(trace: u32, address: usize) -> u64 {
    HOST.with_borrow_mut(|host| text(host.query_json(trace, address)))
}

// SAFETY: no other function of this name is linked into a module.
#[unsafe(no_mangle)]
extern "C" fn scope_close(trace: u32) {
    HOST.with_borrow_mut(|host| host.close(trace));
}

/// Addresses of a module have 32 bits.
const fn text(place: Place) -> u64 {
    ((place.address as u64) << 32) | place.len as u64
}
