//! Counts the basic blocks that are executed, a measure of work that is the same on every machine.
//!
//! The compiler is told to call the function below at each block. libFuzzer has one of that name, which only warns that it is deprecated;
//! the linker takes the first it meets. What the standard library does in code that was compiled before is not counted.
//!
//! Invariant: this function is not instrumented itself: the compiler leaves alone what is called `__sanitizer_`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static N_BLOCKS: AtomicU64 = AtomicU64::new(0);
static LAST_BLOCK: AtomicU64 = AtomicU64::new(u64::MAX);

// SAFETY: the name is the compiler's own for this purpose, and its callers pass nothing and expect nothing.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc() {
    let n = N_BLOCKS.load(Relaxed) + 1;
    N_BLOCKS.store(n, Relaxed);
    if n == LAST_BLOCK.load(Relaxed) {
        // It may never end by itself. libFuzzer keeps the input, and the trace of calls says where it was.
        std::process::abort();
    }
}

/// Blocks executed so far.
pub(crate) fn n_blocks() -> u64 {
    N_BLOCKS.load(Relaxed)
}

/// Ends the program after so many blocks more.
pub(crate) fn allow(n_more: u64) {
    LAST_BLOCK.store(n_blocks().saturating_add(n_more), Relaxed);
}

/// Allows any number.
pub(crate) fn allow_all() {
    LAST_BLOCK.store(u64::MAX, Relaxed);
}
