//! The parts of this crate that need no VM, with their unit tests. (The crate itself is a library that only a VM can load.)

#![allow(dead_code, missing_docs, clippy::undocumented_unsafe_blocks)]

#[path = "../src/capture"]
mod capture {
    pub(crate) mod filter;
    pub(crate) mod process_table;
    pub(crate) mod record;
    pub(crate) mod ring;
    pub(crate) mod sampling;
    pub(crate) mod server_row;
    pub(crate) mod tick;
}

#[path = "../src/sealer"]
mod sealer {
    pub(crate) mod census;
    pub(crate) mod clock;
    pub(crate) mod manual_clock;
    pub(crate) mod quota;
}
