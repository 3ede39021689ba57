//! The source of Rust's standard library, from Debian's package `rust-src`.
//!
//! Invariant: the machine's own package lists and caches are neither read nor changed: apt gets a private configuration. Only the
//! mirror is the one that this machine is set up to use.

use crate::progress::say;
use crate::{command, workspace};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the newest Rust releases are packed for the stable Debian.
const SUITE: &str = "trixie-backports";
/// Debian's keys, on every Debian.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Whether this is a Debian.
pub(super) fn is_here() -> bool {
    Path::new("/etc/debian_version").exists() && Path::new(KEYRING).exists()
}

/// Downloads and unpacks the library of exactly this release under `dir`, once; another release would not compile.
pub(super) fn library(dir: &Path, release: &str) -> Result<PathBuf> {
    let library = dir.join("usr/src").join(format!("rustc-{release}")).join("library");
    if library.join("std").is_dir() {
        return Ok(library);
    }
    say(&format!("fetching the library source of Rust {release} from Debian"));
    let apt = dir.join("apt");
    fs::create_dir_all(apt.join("lists/partial"))?;
    fs::create_dir_all(apt.join("cache/archives/partial"))?;
    let source = format!("Types: deb\nURIs: {}\nSuites: {SUITE}\nComponents: main\nSigned-By: {KEYRING}\n", mirror()?);
    fs::write(apt.join("debian.sources"), source)?;
    let config = apt.join("apt.conf");
    fs::write(&config, private_config(&apt))?;
    let get = || {
        let mut get = command::program("apt-get", &apt);
        get.env("APT_CONFIG", &config).arg("--quiet");
        get
    };
    command::run(get().arg("update"))?;
    command::run(get().args(["download", &format!("rust-src={release}*")]))
        .with_context(|| format!("Debian's {SUITE} has no rust-src {release}"))?;

    let package = only_package(&apt)?;
    let unpack = format!(
        "dpkg-deb --fsys-tarfile '{}' | tar --extract --wildcards './usr/src/rustc-*/library'",
        package.display()
    );
    command::run(command::program("sh", dir).args(["-c", &unpack]))?;
    ensure!(library.join("std").is_dir(), "{} holds no library", package.display());
    Ok(library)
}

/// The archive that this machine installs Debian's packages from.
fn mirror() -> Result<String> {
    let ask = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
    let said = command::output(command::program("apt-get", workspace::root()).args(ask))?;
    archive(&said).context("apt knows no Debian archive")
}

/// The first archive among the addresses, which is neither security's nor another vendor's.
fn archive(addresses: &str) -> Option<String> {
    addresses.lines().map(|line| line.trim_end_matches('/')).find(|line| line.ends_with("/debian")).map(str::to_owned)
}

fn private_config(apt: &Path) -> String {
    let apt = apt.display();
    format!(
        "Dir::Etc::sourcelist \"{apt}/debian.sources\";\n\
         Dir::Etc::sourceparts \"-\";\n\
         Dir::State::lists \"{apt}/lists\";\n\
         Dir::Cache \"{apt}/cache\";\n\
         APT::Sandbox::User \"\";\n"
    )
}

fn only_package(apt: &Path) -> Result<PathBuf> {
    let packages = apt.read_dir()?.filter_map(|entry| Some(entry.ok()?.path()));
    packages
        .filter(|path| path.extension().is_some_and(|ext| ext == "deb"))
        .max()
        .context("apt-get download left no package")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_neither_securitys_nor_anothers() {
        let said = "http://example.org/debian-security/\nhttps://example.com/node/\nhttp://example.org/debian/\n";
        assert_eq!(archive(said).as_deref(), Some("http://example.org/debian"));
        assert_eq!(archive("https://example.com/node/\n"), None);
    }
}
