//! Loops over many bytes and numbers, of which loading a trace is made.
//!
//! They are a package of their own because a package is what can be compiled for speed, with vectors, beside code that is met once a chunk
//! and is compiled for size.
//!
//! Invariant: no function is generic, or inlined where it is called: it would be compiled there.
//! Invariant: any input has a result; what it means is checked by the caller.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;

pub mod bytes;
pub mod numbers;
pub mod radix;
