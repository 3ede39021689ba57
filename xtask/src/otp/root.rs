//! A system with Erlang and Elixir of a Debian suite, unpacked into a directory: some 100 MB, in some ten seconds.
//!
//! Invariant: a root that was not finished is never taken for one: it gets its name last.

use crate::debian::{self, Archive};
use crate::progress::say;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

/// What the recorder, Mix and the tests ask for, and a shell with its usual programs.
const PACKAGES: [&str; 14] = [
    "base-files",
    "coreutils",
    "dash",
    "elixir",
    "erlang-base",
    "erlang-crypto",
    "erlang-inets",
    "erlang-parsetools",
    "erlang-runtime-tools",
    "erlang-tools",
    "findutils",
    "grep",
    "libc-bin",
    "sed",
];
/// What only services and the scripts of packages need.
const LEFT_OUT: [&str; 7] =
    ["debconf", "libblkid1", "libmount1", "libsystemd-shared", "openssl", "perl-base", "systemd"];
/// What no program reads.
const UNREAD: [&str; 3] = ["--exclude=./usr/share/doc", "--exclude=./usr/share/man", "--exclude=./usr/share/locale"];

/// The root in `home`, fetched when it is not there yet.
pub(super) fn unpacked(suite: &str, home: &Path) -> Result<PathBuf> {
    let root = home.join("root");
    if root.is_dir() {
        return Ok(root);
    }
    say(&format!("fetching Erlang and Elixir of Debian's {suite}"));
    // Of this process: another may be fetching the same.
    let unfinished = home.join(format!("unfinished.{}", std::process::id()));
    let done = fetch(suite, &unfinished).and_then(|()| match fs::rename(unfinished.join("root"), &root) {
        Err(_) if root.is_dir() => Ok(()),
        renamed => renamed.context("cannot name the root"),
    });
    let _ = fs::remove_dir_all(&unfinished);
    done.map(|()| root)
}

fn fetch(suite: &str, dir: &Path) -> Result<()> {
    let root = dir.join("root");
    fs::create_dir_all(&root)?;
    let archive = Archive::fetch(suite, &dir.join("apt"))?;
    let mut wanted = archive.with_dependencies(&PACKAGES)?;
    wanted.retain(|package| !LEFT_OUT.contains(&package.as_str()));
    // It has the links from /bin to /usr/bin and the like, through which others are unpacked.
    let (base, others): (Vec<_>, Vec<_>) =
        archive.download(&wanted)?.into_iter().partition(|path| is_package(path, "base-files"));
    for package in &base {
        debian::unpack(package, &root, &UNREAD)?;
    }
    unpack_all(others, &root)?;
    fs::write(root.join("etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n")?;
    Ok(())
}

/// Each thread takes the next package, as decompressing one keeps one core busy.
fn unpack_all(packages: Vec<PathBuf>, root: &Path) -> Result<()> {
    let queue = Mutex::new(packages.into_iter());
    let work = || -> Result<()> {
        loop {
            let next = queue.lock().expect("no worker panics with the queue").next();
            let Some(package) = next else { return Ok(()) };
            debian::unpack(&package, root, &UNREAD)?;
        }
    };
    let n_threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })
}

fn is_package(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&format!("{name}_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_its_whole_name() {
        assert!(is_package(Path::new("/d/base-files_13.8_amd64.deb"), "base-files"));
        assert!(!is_package(Path::new("/d/base-files-extra_1_all.deb"), "base-files"));
    }
}
