//! The node that measures: a BEAM with the modules of bench/ and the recorder's own.
//!
//! Invariant: the node ends when we do: it waits on a pipe that we hold.

use super::line::Line;
use crate::progress::say;
use crate::{command, workspace};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A built benchmark.
#[derive(Debug)]
pub(crate) struct Node {
    /// Beams and libraries of bench/.
    pub(crate) dir: PathBuf,
    recorder: PathBuf,
}

impl Node {
    /// Builds the recorder (the release library and the Mix package), the workloads and the no-op tracer.
    pub(crate) fn build() -> Result<Self> {
        let dir = workspace::target().join("bench");
        fs::create_dir_all(&dir)?;
        say("building the recorder");
        let mut mix = command::program("mix", &workspace::elixir());
        let build = dir.join("mix");
        command::run(mix.args(["compile"]).env("MIX_ENV", "prod").env("MIX_BUILD_PATH", &build))?;

        say("building the workloads and the no-op tracer");
        let sources = workspace::root().join("bench");
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(&sources)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        let of = |suffix: &'static str| names.iter().filter(move |name| name.ends_with(suffix));
        command::run(command::program("erlc", &sources).arg("-o").arg(&dir).args(of(".erl")))?;
        let include = command::output(command::program("erl", &sources).args([
            "-noshell",
            "-eval",
            "io:put_chars(filename:join([code:root_dir(), \"usr\", \"include\"])), halt().",
        ]))?;
        for source in of(".c") {
            let library = dir.join(source).with_extension("so");
            let mut cc = command::program("cc", &sources);
            cc.args(["-O2", "-Wall", "-shared", "-fPIC", "-I", &include, "-o"]).arg(library).arg(source);
            command::run(&mut cc)?;
        }
        shop(&dir)?;
        Ok(Self { recorder: build.join("lib/elixir_scope/ebin"), dir })
    }

    /// Starts the node with so many schedulers, lets `main` of a module of bench/ run with these options (the inside of an
    /// Elixir map), and shows each line to `see`; what that says is the node's next line of input.
    pub(crate) fn run(
        &self,
        schedulers: usize,
        module: &str,
        options: &str,
        mut see: impl FnMut(Line) -> Result<Option<&'static str>>,
    ) -> Result<()> {
        let mut node = command::program("elixir", workspace::root());
        // No scheduler may spin while it waits: that would count as cost of whatever is waited for.
        let flags = format!("+S {schedulers}:{schedulers} +sbwt none +sbwtdcpu none +sbwtdio none");
        node.args(["--erl", &flags, "-pa"]).arg(&self.dir).arg("-pa").arg(&self.recorder);
        let main = format!(":{module}.main(%{{{options}, dir: ~c{:?}}})", self.dir);
        let mut child = node.args(["-e", &main]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut answers = child.stdin.take().context("a piped child has a stdin")?;
        let said = child.stdout.take().context("a piped child has a stdout")?;
        for line in BufReader::new(said).lines() {
            if let Some(answer) = see(Line::parse(&line?))? {
                writeln!(answers, "{answer}")?;
            }
        }
        let status = child.wait()?;
        ensure!(status.success(), "the measuring node ended with {status}");
        Ok(())
    }
}

/// Compiles the example shop into `dir`, and into `instant` in it services outside the house that answer at once.
fn shop(dir: &Path) -> Result<()> {
    let lib = workspace::shop().join("lib/shop");
    let mut sources = Vec::new();
    for entry in fs::read_dir(&lib)? {
        sources.push(entry?.path());
    }
    sources.sort_unstable();
    command::run(command::program("elixirc", &lib).arg("-o").arg(dir).args(sources))?;
    let instant = dir.join("instant");
    fs::create_dir_all(&instant)?;
    let gateway = workspace::root().join("bench/shop_gateway.ex");
    command::run(command::program("elixirc", &lib).arg("-o").arg(instant).arg(gateway))
}
