//! `cargo xtask dist`: the native library for machines without Rust, to be named in `ELIXIR_SCOPE_NIF`.

use crate::{command, workspace};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;

/// Builds the library and packs it, with its checksum, under a name that says version and machine.
pub(crate) fn run() -> Result<()> {
    let built = build_library()?;
    let library = fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?;
    let dir = workspace::target().join("dist");
    fs::create_dir_all(&dir)?;
    let name = format!("scope_nif-{}-{}.so", env!("CARGO_PKG_VERSION"), host_triple()?);
    let checksum: String = Sha256::digest(&library).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(dir.join(&name), &library)?;
    fs::write(dir.join(format!("{name}.sha256")), format!("{checksum}  {name}\n"))?;
    println!("{}  {} bytes, sha256 {checksum}", dir.join(&name).display(), library.len());
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
