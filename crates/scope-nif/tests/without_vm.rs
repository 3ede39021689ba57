//! The parts of this crate that need no VM, with their unit tests. (The crate itself is a library that only a VM can load.)

#![allow(dead_code, missing_docs, clippy::undocumented_unsafe_blocks)]

#[path = "../src/budget.rs"]
mod budget;
#[path = "../src/by_hand.rs"]
mod by_hand;
#[path = "../src/clock.rs"]
mod clock;
#[path = "../src/filter.rs"]
mod filter;
#[path = "../src/record.rs"]
mod record;
#[path = "../src/remembered.rs"]
mod remembered;
#[path = "../src/ring.rs"]
mod ring;
