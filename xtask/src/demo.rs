//! `cargo xtask demo`: the example shop is recorded, its bug strikes, and the recording is asked what happened.
//!
//! The scripts are in examples/shop/demo. They hold every answer against facts.md and fail when one is wrong.
//!
//! Invariant: everything is written under the target directory, but for the npm package, which is built in js/.

use crate::progress::say;
use crate::wasm::npm;
use crate::{command, dist, setup, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Sets up, records, asks, asks again from the file, and once more without a BEAM.
pub(crate) fn run() -> Result<()> {
    let began = Instant::now();
    setup::ensure()?;
    let dir = workspace::target().join("demo");
    fs::create_dir_all(&dir)?;

    say("building the native library");
    dist::build_library()?;
    say("compiling the recorder and the shop");
    command::run(mix(&dir).args(["compile"]))?;
    say("recording the shop: 20 customers, and one who is unlucky");
    play(&dir, &["run", "--no-compile"], "record")?;
    say("opening the file in a fresh node, without the shop");
    play(&dir, &["run", "--no-compile", "--no-start"], "reopen")?;
    say("building the npm package");
    npm::build()?;
    say("opening the file in Node, without a BEAM");
    let mut node = command::program("node", &workspace::shop());
    command::run(node.arg("demo/outside.mjs").arg(&dir).arg(workspace::js()))?;

    print_next(&dir.join("shop.scope"));
    println!("\nThe demo took {:.0} s.", began.elapsed().as_secs_f64());
    Ok(())
}

/// Runs one of the demo's scripts in a node of its own, which ends when we do.
fn play(dir: &Path, run: &[&str], script: &str) -> Result<()> {
    let mut node = mix(dir);
    node.args(run);
    for module in ["node", "story", "facts", "page", "requests"] {
        node.args(["-r", &format!("demo/{module}.exs")]);
    }
    node.arg(format!("demo/{script}.exs")).arg(dir).arg(if is_colourful() { "colour" } else { "plain" });
    // The node watches this pipe, and halts when we are gone.
    let mut child = node.stdin(Stdio::piped()).spawn().context("cannot start mix")?;
    let pipe = child.stdin.take();
    let status = child.wait()?;
    drop(pipe);
    anyhow::ensure!(status.success(), "the demo's script {script}.exs failed ({status})");
    Ok(())
}

/// Mix in the shop, building under the target directory.
fn mix(dir: &Path) -> Command {
    let mut mix = command::program("mix", &workspace::shop());
    mix.env("MIX_ENV", "dev").env("MIX_BUILD_PATH", dir.join("build")).env("MIX_DEPS_PATH", dir.join("deps"));
    mix
}

fn is_colourful() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

fn print_next(file: &Path) {
    println!(
        "
What next:
  - read the shop's bug:          examples/shop/lib/shop/cart.ex, take_off/1
  - read the questions asked:     examples/shop/demo/story.exs
  - ask the recording yourself:   cd elixir && iex -S mix
      {{:ok, trace}} = ElixirScope.import(\"{}\")
      {{:ok, answer}} = ElixirScope.query(%{{kind: :info}}, trace: trace)
  - record your own application:  README.md",
        file.display()
    );
}
