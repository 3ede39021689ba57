//! What the fuzz targets share: bounds of work and memory, traces to ask, and files whose checksums are made right.
//!
//! Invariant: a target finds a panic, a bound that is passed, or a law that is broken. It never looks at the clock.

pub mod answering;
pub mod bounds;
pub mod sealing;
pub mod story;
pub mod traces;
mod work;

// The tests link with libFuzzer too, whose functions the compiler's coverage calls; it wants something to fuzz.
#[cfg(test)]
libfuzzer_sys::fuzz_target!(|_input: &[u8]| {});
