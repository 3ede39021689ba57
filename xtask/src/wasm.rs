//! WebAssembly builds of the engine: a compiler with the target, the module for JavaScript, the module for any other host.
//!
//! Invariant: everything is cached under the target directory; a second run changes nothing.

pub(crate) mod compiler;
pub(crate) mod module;
pub(crate) mod npm;
mod rust_src;
pub(crate) mod size;
mod std_build;
mod toolchain;

/// The one target.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
