//! `cargo xtask bench`: measurements side by side with peers, in one run.
//!
//! Invariant: what is measured is a release build. The verb is, like all others, a development build: it runs itself again.
//! Invariant: a row whose check failed is no row; the suite then fails.

mod capture;
mod line;
mod mix;
mod node;
mod query;
mod report;
mod store;
mod wasm;

use crate::progress::say;
use crate::{command, workspace};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// What being traced costs: untraced, a tracer that does nothing, ours, a process tracer into ETS
    Capture,
    /// Of `capture` the rows of the shop alone: what recording costs that is left on in production
    Shop,
    /// Sealing, size, loading and memory of a recording
    Store,
    /// Questions to recordings of up to ten million events
    Query,
    /// Loading and questions in Node, through WebAssembly, against native
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
    /// Capture buffer of each scheduler thread, in bytes (capture only)
    #[arg(long, value_name = "BYTES", default_value_t = 4 << 20)]
    pub(crate) buffer_bytes: usize,
    /// Only load this file, and print what that cost (store and wasm only)
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) load: Option<PathBuf>,
}

/// Runs a suite.
pub(crate) fn run(args: BenchArgs) -> Result<()> {
    if args.suite == Suite::Viewer {
        bail!("the viewer suite is not built yet: there is nothing to measure so far");
    }
    if cfg!(not(feature = "bench-peers")) {
        return run_release();
    }
    if let Some(path) = &args.load {
        return if args.suite == Suite::Wasm { wasm::native::work(path) } else { store::load(path) };
    }
    let report = match args.suite {
        Suite::Capture => capture::run(args.quick, args.buffer_bytes)?,
        Suite::Shop => capture::run_shop(args.quick)?,
        Suite::Store => store::run(args.quick)?,
        Suite::Query | Suite::Viewer => query::run(args.quick)?,
        Suite::Wasm => wasm::run(args.quick)?,
    };
    print!("{report}");
    if let Some(path) = &args.json {
        std::fs::write(path, report.json()?).with_context(|| format!("cannot write {}", path.display()))?;
    }
    report.verdict()
}

/// The same command again, from a release build with the peers it compares with.
fn run_release() -> Result<()> {
    say("a release build of the benchmarks");
    let mut again = command::cargo(workspace::root());
    again.args(["run", "--quiet", "--release", "--package", "xtask", "--features", "bench-peers", "--"]);
    again.args(std::env::args_os().skip(1)).current_dir(std::env::current_dir()?);
    command::run(&mut again)
}
