//! The source of Rust's standard library, from Debian's package `rust-src`.

use crate::debian::{self, Archive};
use crate::progress::say;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the newest Rust releases are packed for the stable Debian.
const SUITE: &str = "trixie-backports";

/// Downloads and unpacks the library of exactly this release under `dir`, once; another release would not compile.
pub(super) fn library(dir: &Path, release: &str) -> Result<PathBuf> {
    let library = dir.join("usr/src").join(format!("rustc-{release}")).join("library");
    if library.join("std").is_dir() {
        return Ok(library);
    }
    say(&format!("fetching the library source of Rust {release} from Debian"));
    fs::create_dir_all(dir)?;
    let packages = Archive::fetch(SUITE, &dir.join("apt"))?
        .download(&[format!("rust-src={release}*")])
        .with_context(|| format!("Debian's {SUITE} has no rust-src {release}"))?;
    for package in &packages {
        debian::unpack(package, dir, &["--wildcards", "./usr/src/rustc-*/library"])?;
    }
    ensure!(library.join("std").is_dir(), "Debian's rust-src {release} holds no library");
    Ok(library)
}
