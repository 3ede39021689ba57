//! `cargo xtask otp`: a program with another release of Erlang/OTP than the machine's own; also the Elixir suite on those releases.
//!
//! The machine's own release is the oldest that the project supports. The others are those with trace sessions (27) and with the
//! rewritten servers (29), each with the Elixir that Debian packs for it.

mod namespace;
mod root;

use crate::{command, debian, dist, workspace};
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use namespace::Namespace;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Arguments of `cargo xtask otp`.
#[derive(Args, Debug)]
pub(crate) struct OtpArgs {
    /// The release of Erlang/OTP
    release: u8,
    /// The program, run where you are in the checkout, and its arguments (default: a shell)
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// A release of Erlang/OTP, and Debian's suite that packs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) otp: u8,
    suite: &'static str,
}

/// Every release beside the machine's own.
pub(crate) const RELEASES: [Release; 2] = [Release { otp: 27, suite: "trixie" }, Release { otp: 29, suite: "forky" }];

/// Prints `OTP 27.3.4.1, Elixir 1.18.3`, in any release.
const VERSIONS: &str = "otp = :erlang.system_info(:otp_release); \
     {:ok, full} = File.read(Path.join([:code.root_dir(), \"releases\", otp, \"OTP_VERSION\"])); \
     IO.puts(\"OTP #{String.trim(full)}, Elixir #{System.version()}\")";

/// Runs the program, to its end.
pub(crate) fn run(args: &OtpArgs) -> Result<()> {
    let known = || RELEASES.map(|release| release.otp.to_string()).join(" and ");
    let release = RELEASES.iter().find(|release| release.otp == args.release);
    let release = release.with_context(|| format!("there is no OTP {}; there are {}", args.release, known()))?;
    let library = dist::build_library()?;
    let mut program = release.ready()?.program(&directory()?);
    program.env("ELIXIR_SCOPE_NIF", library);
    for name in ["MIX_ENV", "TERM"] {
        program.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    if args.command.is_empty() {
        program.arg("sh")
    } else {
        program.args(&args.command)
    };
    command::run(&mut program)
}

/// The directory one is in, or the Elixir package where that is outside of the checkout.
fn directory() -> Result<PathBuf> {
    let current = std::env::current_dir()?;
    Ok(if current.starts_with(workspace::root()) { current } else { workspace::elixir() })
}

/// The versions that the machine has.
pub(crate) fn own_versions() -> Result<String> {
    versions(command::program("elixir", workspace::root()))
}

fn versions(mut elixir: Command) -> Result<String> {
    Ok(command::output(elixir.args(["-e", VERSIONS]))?.trim().to_owned())
}

impl Release {
    /// What is needed to run the Elixir suite on it: what it is exactly, and the command. An error says why it cannot run here.
    pub(crate) fn suite(&self, library: &Path) -> Result<(String, Command)> {
        let ready = self.ready()?;
        let mut elixir = ready.program(workspace::root());
        elixir.arg("elixir");
        let versions = versions(elixir)?;
        let is_right = versions.starts_with(&format!("OTP {}.", self.otp));
        ensure!(is_right, "Debian's {} has another release: {versions}", self.suite);
        let mut suite = ready.program(&workspace::elixir());
        // Tests that build a release need cargo and git, which are not there: they are counted as excluded.
        suite.env("ELIXIR_SCOPE_NIF", library).args(["mix", "test", "--warnings-as-errors", "--exclude", "packaging"]);
        Ok((versions, suite))
    }

    /// Finds the release, or fetches it.
    fn ready(&self) -> Result<Ready> {
        if !debian::is_here() {
            bail!("OTP {} is fetched from Debian, on a Debian", self.otp);
        }
        let namespace = Namespace::find().context("this machine allows no mounts")?;
        let home = workspace::target().join(format!("otp/{}", self.otp));
        let root = root::unpacked(self.suite, &home)
            .map_err(|error| anyhow!("Debian's {} cannot be fetched: {error:#}", self.suite))?;
        Ok(Ready { namespace, root, build: home.join("build") })
    }
}

/// A release that is there.
#[derive(Debug)]
struct Ready {
    namespace: Namespace,
    root: PathBuf,
    /// Where Mix builds: code compiled by one release does not run on another.
    build: PathBuf,
}

impl Ready {
    /// A program in a directory of the checkout; its name and its arguments are to follow.
    fn program(&self, dir: &Path) -> Command {
        // Cargo's target directory may lie elsewhere.
        let folders = [workspace::root(), &workspace::target()];
        let mut program = self.namespace.program(&self.root, &folders, dir);
        program.env("MIX_BUILD_ROOT", &self.build).env("MIX_DEPS_PATH", self.build.join("deps"));
        program
    }
}
