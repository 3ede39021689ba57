//! `cargo xtask test`: every check and test there is; CI runs this and nothing else.

use crate::command::{self, cargo, program};
use crate::progress::{Steps, Tests};
use crate::wasm::module::{self, Edge};
use crate::wasm::npm;
use crate::wasm::size::Size;
use crate::{codegen, corpus, demo, dist, otp, setup, tidy, workspace};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use std::path::Path;
use std::process::Command;

/// Arguments of `cargo xtask test`.
#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// Only this part (default: everything that is built)
    part: Option<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Rust,
    Elixir,
    Js,
    Browser,
    Vscode,
}

/// Runs the parts asked for, all steps of them, and sums up.
pub(crate) fn run(args: &TestArgs) -> Result<()> {
    if let Some(part @ (Part::Browser | Part::Vscode)) = args.part {
        bail!("the {part:?} part is not built yet; there are `rust`, `elixir` and `js`");
    }
    setup::ensure()?;
    let is_asked = |part| args.part.is_none_or(|only| only == part);
    let mut steps = Steps::new();
    if is_asked(Part::Rust) {
        rust(&mut steps);
    }
    if is_asked(Part::Elixir) {
        elixir(&mut steps);
    }
    if is_asked(Part::Js) {
        js(&mut steps);
    }
    steps.finish()
}

fn rust(steps: &mut Steps) {
    let root = workspace::root();
    steps.step("tidy", tidy::run);
    steps.step("codegen --check", || codegen::run(&codegen::CodegenArgs { check: true }));
    steps.step("cargo fmt --check", || command::run(cargo(root).args(["fmt", "--all", "--check"])));
    steps.step("cargo clippy", || {
        command::run(cargo(root).args(["clippy", "--workspace", "--all-targets", EDGES, "--", "--deny", "warnings"]))
    });
    steps.counted("cargo test", |tests| {
        counting(tests, cargo(root).args(["test", "--workspace", "--no-fail-fast", EDGES]))
    });
    steps.step("corpus, from Rust", || corpus::check(None));
}

/// The edges of scope-wasm, which no build of this machine's own has.
const EDGES: &str = "--features=scope-wasm/c-abi,scope-wasm/js";

fn elixir(steps: &mut Steps) {
    for (name, dir) in [("elixir", workspace::elixir()), ("shop", workspace::shop())] {
        steps.step(&format!("mix format, {name}"), || command::run(mix(&dir).args(["format", "--check-formatted"])));
        steps.step(&format!("mix compile, {name}"), || {
            command::run(mix(&dir).env("MIX_ENV", "test").args(["compile", "--warnings-as-errors"]))
        });
    }
    let own = otp::own_versions().unwrap_or_else(|_| "this machine's OTP".into());
    for (name, dir) in [(own.as_str(), workspace::elixir()), ("shop", workspace::shop())] {
        steps.counted(&format!("mix test, {name}"), |tests| counting(tests, mix(&dir).arg("test")));
    }
    for release in otp::RELEASES {
        match dist::build_library().and_then(|library| release.suite(&library)) {
            Ok((versions, mut suite)) => {
                steps.counted(&format!("mix test, {versions}"), |tests| counting(tests, &mut suite))
            }
            Err(why) => steps.skip(&format!("mix test, OTP {}", release.otp), format!("{why:#}")),
        }
    }
    steps.step("demo", demo::run);
}

fn js(steps: &mut Steps) {
    steps.step("npm package", npm::build);
    steps.step("module size", module_size);
    steps.counted("node tests", |tests| counting(tests, npm::npm(&workspace::js()).args(["test", "--silent"])));
    steps.counted("corpus, from wasmtime", |tests| {
        let module = module::build(Edge::CAbi)?;
        let mut wasmtime = cargo(workspace::root());
        // Of the whole workspace, as in `cargo test` before: of one package, cargo would build wasmtime again with fewer features.
        wasmtime.args(["test", "--workspace", EDGES, "--test", "corpus", "--", "--include-ignored"]);
        wasmtime.env("SCOPE_WASM", module);
        counting(tests, &mut wasmtime)
    });
}

/// Prints how large the module is, which must be within its budget.
fn module_size() -> Result<()> {
    let size = Size::of(&npm::module())?;
    println!("the module has {} bytes as built, {} as Brotli sends it", size.built, size.sent);
    size.check()
}

fn mix(dir: &Path) -> Command {
    program("mix", dir)
}

/// Runs a test program, and counts what its summaries say; one that runs no test has failed.
fn counting(tests: &mut Option<Tests>, command: &mut Command) -> Result<()> {
    let mut seen = Tests::default();
    let done = command::run_seeing(command, |line| seen.see(line));
    *tests = Some(seen);
    done?;
    if seen.passed == 0 {
        bail!("{} ran no test", command::spell(command));
    }
    Ok(())
}
