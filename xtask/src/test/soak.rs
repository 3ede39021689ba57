//! `cargo xtask soak`: a node that records everything, put through all kinds of abuse; elixir/test/support/soak has them.
//!
//! Invariant: whatever happens to the node, the seed and what was going on are named.

use super::mix;
use crate::{command, setup, workspace};
use anyhow::{Context, Result};
use clap::Args;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

/// Arguments of `cargo xtask soak`.
#[derive(Args, Debug)]
pub(crate) struct SoakArgs {
    /// How long
    #[arg(default_value_t = 1)]
    minutes: u32,
    /// Where the steps of each kind begin, and what is mixed (default: another each time)
    #[arg(long)]
    seed: Option<u32>,
    /// Only these kinds, such as `deep` or `foreign` (default: all, and some together)
    #[arg(long = "kind")]
    kinds: Vec<String>,
}

/// Soaks for as long as asked.
pub(crate) fn run(args: &SoakArgs) -> Result<()> {
    setup::ensure()?;
    let seed = match args.seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos(),
    };
    soak(args.minutes.saturating_mul(60), seed, &args.kinds)
}

/// Soaks for so many seconds.
fn soak(seconds: u32, seed: u32, kinds: &[String]) -> Result<()> {
    let mut node = mix(&workspace::elixir());
    node.env("MIX_ENV", "test").stdin(Stdio::piped());
    node.args(["run", "test/soak.exs", "--piped", &seconds.to_string(), &seed.to_string()]).args(kinds);
    let mut last = String::new();
    let done = command::run_seeing(&mut node, "", |line| line.clone_into(&mut last));
    done.with_context(|| format!("the soak failed: seed {seed}, and the last line was `{}`", last.trim()))
}
