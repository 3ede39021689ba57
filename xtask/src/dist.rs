//! `cargo xtask dist`: what others install, in target/dist.

use crate::codegen::notices;
use crate::wasm::module::{self, Edge};
use crate::wasm::npm;
use crate::{command, workspace};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `cargo xtask dist`.
#[derive(Args, Debug)]
pub(crate) struct DistArgs {
    /// Only this (default: everything)
    part: Option<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The native library for machines without Rust, to be named in `ELIXIR_SCOPE_NIF`
    Native,
    /// The WebAssembly module with a plain C ABI
    Wasm,
    /// The npm package
    Js,
}

/// Builds and packs the parts asked for.
pub(crate) fn run(args: &DistArgs) -> Result<()> {
    let is_asked = |part| args.part.is_none_or(|only| only == part);
    let version = env!("CARGO_PKG_VERSION");
    if is_asked(Part::Native) {
        pack(&build_library()?, &format!("scope_nif-{version}-{}.so", host_triple()?), "crates/scope-nif")?;
    }
    if is_asked(Part::Wasm) {
        npm::install()?;
        let module = module::build(Edge::CAbi)?;
        let optimised = module.with_extension("opt.wasm");
        npm::optimise(&module, &optimised)?;
        pack(&optimised, &format!("scope-{version}.wasm"), "crates/scope-wasm")?;
    }
    if is_asked(Part::Js) {
        npm::build()?;
        let package = npm::pack(&out_dir()?)?;
        println!("{}  {} bytes", package.display(), fs::metadata(&package)?.len());
    }
    Ok(())
}

fn out_dir() -> Result<PathBuf> {
    let dir = workspace::target().join("dist");
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

/// Puts a built file, with its checksum, the licence and the notices of its package, under a name that says version and machine.
fn pack(built: &Path, name: &str, package: &str) -> Result<()> {
    let bytes = fs::read(built).with_context(|| format!("cannot read {}", built.display()))?;
    let dir = out_dir()?;
    let checksum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(dir.join(name), &bytes)?;
    for (file, from) in [("LICENSE", "LICENSE".into()), (notices::NAME, format!("{package}/{}", notices::NAME))] {
        fs::copy(workspace::root().join(from), dir.join(format!("{name}.{file}")))?;
    }
    fs::write(dir.join(format!("{name}.sha256")), format!("{checksum}  {name}\n"))?;
    println!("{}  {} bytes, sha256 {checksum}", dir.join(name).display(), bytes.len());
    Ok(())
}

/// Builds the release library with cargo's own progress, and says where it is.
pub(crate) fn build_library() -> Result<PathBuf> {
    command::run(command::cargo(workspace::root()).args(["build", "--release", "--package", "scope_nif"]))?;
    let name = format!("{}scope_nif{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(workspace::target().join("release").join(name))
}

fn host_triple() -> Result<String> {
    let about = command::output(command::program("rustc", workspace::root()).arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names its host")?;
    Ok(host.to_owned())
}
