//! A Rust compiler that has the standard library for WebAssembly.
//!
//! Its standard library is built here, for size, from rustup's source of it, or from Debian's on machines on which rustup must not
//! download anything, which they say with `RUSTUP_AUTO_INSTALL=0`. Where there is no source, the target that the toolchain has or rustup
//! installs does as well, and modules are larger.

use super::toolchain::Toolchain;
use super::{TARGET, rust_src, std_build};
use crate::progress::say;
use crate::{command, debian, workspace};
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How to call cargo for [`TARGET`].
#[derive(Debug)]
pub(crate) struct Compiler {
    /// The compiler to use instead of the toolchain's, whose standard library was built here.
    rustc: Option<PathBuf>,
}

impl Compiler {
    /// Finds a compiler, or makes one; what cannot be done is said with what to install.
    pub(crate) fn ready() -> Result<Self> {
        let toolchain = Toolchain::current()?;
        let sources = workspace::target().join("wasm-std").join(&toolchain.release);
        let dir = sources.join("small");
        let rustc = std_build::rustc(&dir);
        if std_build::is_built(&dir) {
            return Ok(Self { rustc: Some(rustc) });
        }
        let lack = match library(&sources, &toolchain) {
            Ok(library) => {
                std_build::build(&dir, &library, &toolchain)?;
                return Ok(Self { rustc: Some(rustc) });
            }
            Err(lack) => lack,
        };
        say(&format!("modules will be larger, with the {TARGET} of others: {lack:#}"));
        if !toolchain.has_target() {
            if !may_use_rustup() {
                return Err(lack.context(format!(
                    "the Rust toolchain has no {TARGET}: install it with `rustup target add {TARGET}`, or your system's package of it"
                )));
            }
            say(&format!("rustup target add {TARGET}"));
            command::run(command::program("rustup", workspace::root()).args(["target", "add", TARGET]))?;
        }
        Ok(Self { rustc: None })
    }

    /// Cargo, in the checkout's root, with this compiler and a target directory of its own.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = command::cargo(workspace::root());
        cargo.env("CARGO_TARGET_DIR", target_dir());
        let mut flags: Vec<String> = short_paths().into_iter().chain([std_build::FEATURES.into()]).collect();
        if let Some(rustc) = &self.rustc {
            cargo.env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
            flags.extend(std_build::FLAGS.map(str::to_owned));
        }
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        cargo
    }
}

/// Where a panic names its place, a module says neither where it was built nor more than it must: kilobytes of paths, else.
fn short_paths() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let sources = home.and_then(|home| home.join("registry/src").read_dir().ok());
    let registries = sources.into_iter().flatten().flatten().map(|entry| entry.path());
    registries
        .chain([workspace::root().to_owned()])
        .map(|dir| format!("--remap-path-prefix={}=", dir.display()))
        .collect()
}

/// The source of the standard library of this release: the toolchain's, which rustup may have to install, or Debian's.
fn library(dir: &Path, toolchain: &Toolchain) -> Result<PathBuf> {
    let own = toolchain.sysroot.join("lib/rustlib/src/rust/library");
    // What it depends on lies in `vendor`.
    let is_whole = || own.join("vendor").is_dir();
    if !is_whole() && may_use_rustup() {
        say("rustup component add rust-src");
        command::run(command::program("rustup", workspace::root()).args(["component", "add", "rust-src"]))?;
    }
    if is_whole() {
        return Ok(own);
    }
    ensure!(
        debian::is_here(),
        "there is no source of the standard library: `rustup component add rust-src` installs it"
    );
    rust_src::library(dir, &toolchain.release)
}

/// Where modules are built, apart from what is built for this machine.
pub(super) fn target_dir() -> PathBuf {
    workspace::target().join("wasm")
}

fn may_use_rustup() -> bool {
    let is_forbidden = std::env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|value| value == "0");
    !is_forbidden && Command::new("rustup").arg("--version").output().is_ok_and(|done| done.status.success())
}
