//! `cargo xtask fuzz`: mutated files, requests, filters and cursors, with libFuzzer, which the compiler's own coverage guides.
//!
//! The stable compiler can do this: libFuzzer needs no sanitizer, and the pass that counts coverage can be asked for by name.
//!
//! Invariant: every input that failed a target is kept below `target/` and named. What was mended is committed to `fuzz/regressions`, and
//! tried first.

mod hostile;
mod seeds;

use crate::progress::Steps;
use crate::{command, workspace};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Arguments of `cargo xtask fuzz`.
#[derive(Args, Debug)]
pub(crate) struct FuzzArgs {
    /// Only this target (default: all, one after the other)
    target: Option<Target>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Write the hostile traces in fuzz/traces again, and do no more
    #[arg(long)]
    write_traces: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    File,
    Request,
    Filter,
    Cursor,
}

/// The pass that counts which blocks ran, what libFuzzer reads of it, and a call at each block: `fuzz/src/work.rs` counts them, in the
/// place of a function of libFuzzer's of that name.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-sanitizer-coverage-trace-pc",
];
const OUR_COUNTER_FIRST: &str = "-Clink-arg=-Wl,-z,muldefs";

/// An input that takes longer hangs: the bounds of the targets are far below.
const HANGS_AFTER_S: u32 = 60;
const MOST_MEMORY_MB: u32 = 2048;
const MOST_INPUT_BYTES: u32 = 1 << 16;

/// Fuzzes, and fails when something was found.
pub(crate) fn run(args: &FuzzArgs) -> Result<()> {
    if args.write_traces {
        return hostile::write(&traces());
    }
    let mut steps = Steps::new();
    step(&mut steps, args.target, args.seconds);
    steps.finish()
}

/// Every target for so many seconds, or what keeps them from running here.
pub(super) fn step(steps: &mut Steps, only: Option<Target>, seconds: u32) {
    if let Some(why) = obstacle() {
        return steps.skip("fuzz", why);
    }
    let mut is_built = false;
    steps.step("fuzz, build", || {
        command::run(&mut cargo(&["build", "--bins"])?)?;
        seeds::write(&seeds(), &traces())?;
        is_built = true;
        Ok(())
    });
    // One after the other: a bound is of the whole program.
    steps.counted("fuzz, bounds and checksums", |tests| {
        super::counting(tests, "", cargo(&["test", "--lib"])?.args(["--", "--test-threads=1"]))
    });
    let targets = Target::value_variants().iter().filter(|target| only.is_none_or(|only| only == **target));
    for target in targets.filter(|_| is_built) {
        steps.step(&format!("fuzz {}, {seconds} s", target.name()), || target.run(seconds));
    }
}

/// Why nothing can be fuzzed here, if so.
fn obstacle() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("the targets link on Linux only".into());
    }
    let runs = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".into());
    if !runs(command::program(&compiler, workspace::root()).arg("--version")) {
        return Some(format!("libFuzzer is written in C++, and there is no {compiler}"));
    }
    let mut rustc = command::program("rustc", workspace::root());
    rustc.args(["--crate-type=lib", "--crate-name=probe", "--emit=obj", "-o", "-"]).args(COVERAGE).arg("-");
    (!runs(&mut rustc)).then(|| "this rustc has not LLVM's pass for coverage".into())
}

/// Cargo with the flags that all of the package is compiled with.
fn cargo(verb: &[&str]) -> Result<Command> {
    let mut cargo = command::cargo(&package());
    // Naming the target keeps the flags from build scripts and macros, which have no counters to link with.
    cargo.args(verb).args(["--locked", "--release", "--target", &host()?, "--target-dir"]).arg(folder("build"));
    let flags: Vec<&str> = COVERAGE.iter().copied().chain([OUR_COUNTER_FIRST]).collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    Ok(cargo)
}

fn host() -> Result<String> {
    let version = command::output(command::program("rustc", workspace::root()).arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.into())
}

impl Target {
    /// Its name, which its program and its folders have too.
    fn name(self) -> String {
        self.to_possible_value().expect("no target is hidden").get_name().into()
    }

    fn run(self, seconds: u32) -> Result<()> {
        let name = self.name();
        let found = folder("found").join(&name);
        let kept = folder("kept").join(&name);
        fs::create_dir_all(&found)?;
        fs::create_dir_all(&kept)?;
        let before = files(&found)?;
        let program = folder("build").join(host()?).join("release").join(&name);
        let mut fuzzer = Command::new(program);
        fuzzer.current_dir(workspace::root());
        fuzzer.args([
            "-verbosity=0".into(),
            "-print_final_stats=1".into(),
            // It weighs inputs by how rare what they do is, which takes longer here than to run four times as many.
            "-entropic=0".into(),
            format!("-max_total_time={seconds}"),
            format!("-timeout={HANGS_AFTER_S}"),
            format!("-rss_limit_mb={MOST_MEMORY_MB}"),
            format!("-max_len={MOST_INPUT_BYTES}"),
            format!("-artifact_prefix={}/", found.display()),
            format!("-dict={}", seeds().join("words").display()),
        ]);
        // New inputs go to the first folder.
        let regressions = package().join("regressions").join(&name);
        let folders = [kept, seeds().join(&name), regressions].into_iter().filter(|folder| folder.exists());
        fuzzer.args(folders.collect::<Vec<_>>());
        let done = command::run(&mut fuzzer);
        let new: Vec<PathBuf> = files(&found)?.into_iter().filter(|file| !before.contains(file)).collect();
        if let Some(input) = new.first() {
            bail!(
                "{} fails the target `{name}`: commit it to fuzz/regressions/{name}, named by its cause",
                input.display()
            );
        }
        done
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn package() -> PathBuf {
    workspace::root().join("fuzz")
}

fn traces() -> PathBuf {
    package().join("traces")
}

fn seeds() -> PathBuf {
    folder("seeds")
}

fn folder(name: &str) -> PathBuf {
    workspace::target().join("fuzz").join(name)
}
