//! `cargo xtask setup`: every program the project needs, checked at once.
//!
//! Invariant: asked a second time it finds everything and changes nothing.

mod need;

use crate::{command, workspace};
use anyhow::{Result, bail};
use need::{NEEDS, Need};
use std::path::Path;

/// Checks everything, installs what is missing where that is possible, and says what it found.
pub(crate) fn run() -> Result<()> {
    ensure()?;
    for need in NEEDS {
        println!("ok  {:<6} {}", need.name, need.version().unwrap_or_default());
    }
    Ok(())
}

/// Like `run`, but silent when nothing is missing: the first act of every verb that starts a node.
pub(crate) fn ensure() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("missing: {:<6} {}", need.name, need.why);
    }
    if !can_install() {
        bail!("{}", advice(&missing, Path::new("/etc/debian_version").exists()));
    }
    install(&missing)?;
    let still: Vec<&str> = self::missing().iter().map(|need| need.name).collect();
    if !still.is_empty() {
        bail!("still missing after the installation: {}", still.join(", "));
    }
    Ok(())
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| need.version().is_none()).collect()
}

/// Only root on a Debian may install; for others there is advice.
fn can_install() -> bool {
    Path::new("/etc/debian_version").exists()
        && command::output(command::program("id", workspace::root()).arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn install(missing: &[&Need]) -> Result<()> {
    let packages = packages(missing);
    println!("==> installing {} with apt-get", packages.join(" "));
    let apt = || {
        let mut apt = command::program("apt-get", workspace::root());
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    command::run(apt().args(["update", "--quiet"]))?;
    command::run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
}

/// What a person has to do.
fn advice(missing: &[&Need], is_debian: bool) -> String {
    let names: Vec<&str> = missing.iter().map(|need| need.name).collect();
    let names = names.join(", ");
    if is_debian {
        format!("{names} missing; as root: apt-get install --no-install-recommends {}", packages(missing).join(" "))
    } else {
        format!(
            "{names} missing; install a C compiler, Erlang/OTP 25 or later with its headers, Elixir 1.14 or later, and Node 20 or later"
        )
    }
}

/// The Debian packages of what is missing, each once.
fn packages(missing: &[&Need]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(names: &[&str]) -> Vec<&'static Need> {
        NEEDS.iter().filter(|need| names.contains(&need.name)).collect()
    }

    #[test]
    fn the_advice_names_everything_at_once() {
        let advice = advice(&needs(&["cc", "erl", "mix"]), true);
        assert!(advice.starts_with("cc, erl, mix missing; as root: apt-get install"), "{advice}");
        for package in ["gcc", "erlang-base", "elixir"] {
            assert!(advice.contains(package), "{advice}");
        }
    }

    #[test]
    fn elsewhere_than_on_debian_no_package_is_invented() {
        let advice = advice(&needs(&["erl"]), false);
        assert!(!advice.contains("apt-get") && advice.contains("Erlang/OTP 25"), "{advice}");
    }

    #[test]
    fn what_several_programs_need_is_installed_once() {
        assert_eq!(packages(&needs(&["elixir", "mix"])), ["elixir"]);
    }
}
