//! The npm package: js/ with the module for JavaScript, built and packed.
//!
//! Invariant: what npm installs is what package-lock.json says, to the checksum.

use super::module::{self, Edge};
use crate::progress::say;
use crate::{command, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// npm, in js/, saying only what matters.
pub(crate) fn npm(dir: &Path) -> Command {
    let mut npm = command::program("npm", dir);
    npm.env("NPM_CONFIG_FUND", "false").env("NPM_CONFIG_AUDIT", "false").env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    npm.env("NPM_CONFIG_LOGLEVEL", "error");
    npm
}

/// Installs the tools that the package is built with, unless they are those of the lock file already.
pub(crate) fn install() -> Result<()> {
    let js = workspace::js();
    let lock = fs::read(js.join("package-lock.json")).context("js/package-lock.json")?;
    let mark = js.join("node_modules/.installed-lock.json");
    if fs::read(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("npm ci, in js");
    command::run(npm(&js).arg("ci"))?;
    Ok(fs::write(mark, lock)?)
}

/// How a module is optimised: for speed, but where that makes it much larger. Functions with many callers are inlined where they are
/// tiny, functions that differ in constants become one, constants stand in locals, and an address and a constant are added by the
/// instruction that reads there, as below address 1024 there is nothing (but the end of a full stack).
const PASSES: [&str; 7] = [
    "-O3",
    "--low-memory-unused",
    "--flexible-inline-max-function-size=5",
    "--merge-similar-functions",
    "--const-hoisting",
    "--strip-debug",
    "--strip-producers",
];

/// Makes a module smaller and faster, for the features that its target section names.
pub(crate) fn optimise(module: &Path, out: &Path) -> Result<()> {
    let js = workspace::js();
    let mut optimiser = command::program("node", &js);
    optimiser.arg(js.join("node_modules/binaryen/bin/wasm-opt"));
    command::run(optimiser.args(PASSES).arg("-o").arg(out).arg(module))
}

/// Builds `js/dist`: the module, its glue, and the TypeScript sources as ES modules and as CommonJS.
pub(crate) fn build() -> Result<()> {
    install()?;
    let js = workspace::js();
    let module = module::build(Edge::Js)?;
    let core = js.join("core");
    let mut bindgen = command::cargo(workspace::root());
    bindgen.args(["run", "--quiet", "--package", "xtask-bindgen", "--"]).arg(&module).arg(&core);
    command::run(&mut bindgen)?;
    let dist = js.join("dist");
    fs::create_dir_all(&dist)?;
    optimise(&core.join("core_bg.wasm"), &dist.join("core.wasm"))?;
    command::run(npm(&js).args(["run", "--silent", "build"]))
}

/// The optimised module that the package has.
pub(crate) fn module() -> PathBuf {
    workspace::js().join("dist/core.wasm")
}

/// Packs `js/dist` as npm would publish it, into `dir`.
pub(crate) fn pack(dir: &Path) -> Result<PathBuf> {
    let mut pack = npm(&workspace::js());
    let name = command::output(pack.args(["pack", "--silent", "--pack-destination"]).arg(dir))?;
    Ok(dir.join(name.trim()))
}
