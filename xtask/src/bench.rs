//! `cargo xtask bench`: measurements against peers, in one run.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What to measure.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Suite {
    Capture,
    Store,
    Query,
    Wasm,
    Viewer,
}

/// Arguments of `cargo xtask bench`.
#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// What to measure
    pub(crate) suite: Suite,
    /// Fewer and shorter rounds
    #[arg(long)]
    pub(crate) quick: bool,
    /// Also write the rows as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Runs a suite.
pub(crate) fn run(args: BenchArgs) -> Result<()> {
    bail!("bench {:?} is not built yet (quick: {}, json: {:?})", args.suite, args.quick, args.json)
}
