//! The Rust toolchain in use.

use super::TARGET;
use crate::{command, workspace};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The toolchain in use.
#[derive(Debug)]
pub(super) struct Toolchain {
    pub(super) sysroot: PathBuf,
    /// `x86_64-unknown-linux-gnu`
    pub(super) host: String,
    /// `1.95.0`
    pub(super) release: String,
}

impl Toolchain {
    pub(super) fn current() -> Result<Self> {
        let ask = |args: &[&str]| command::output(command::program("rustc", workspace::root()).args(args));
        let about = ask(&["-vV"])?;
        let field = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        Ok(Self {
            sysroot: ask(&["--print", "sysroot"])?.trim().into(),
            host: field("host: ").context("rustc -vV names its host")?,
            release: field("release: ").context("rustc -vV names its release")?,
        })
    }

    pub(super) fn has_target(&self) -> bool {
        has_libraries(&self.sysroot.join("lib/rustlib").join(TARGET).join("lib"))
    }
}

/// Whether a folder of a sysroot holds a standard library.
pub(super) fn has_libraries(dir: &Path) -> bool {
    let is_std = |name: &str| name.starts_with("libstd-") && name.ends_with(".rlib");
    dir.read_dir().is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| is_std(&entry.file_name().to_string_lossy())))
    })
}
