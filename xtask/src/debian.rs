//! Packages of Debian suites that are not the machine's own, downloaded and unpacked without being installed.
//!
//! Invariant: the machine's own package lists and caches are neither read nor changed: apt gets a private configuration. Only the
//! mirror is the one that this machine is set up to use.
//! Invariant: nothing here needs root.

use crate::{command, workspace};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Debian's keys, on every Debian.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Whether this is a Debian.
pub(crate) fn is_here() -> bool {
    Path::new("/etc/debian_version").exists() && Path::new(KEYRING).exists()
}

/// One suite, as the machine's mirror has it.
#[derive(Debug)]
pub(crate) struct Archive {
    /// Holds apt's configuration, lists, caches and what is downloaded.
    dir: PathBuf,
}

impl Archive {
    /// Fetches the package lists of a suite into `dir`.
    pub(crate) fn fetch(suite: &str, dir: &Path) -> Result<Self> {
        for folder in ["lists/partial", "cache/archives/partial", "state", "packages"] {
            fs::create_dir_all(dir.join(folder))?;
        }
        let source =
            format!("Types: deb\nURIs: {}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYRING}\n", mirror()?);
        fs::write(dir.join("debian.sources"), source)?;
        fs::write(dir.join("apt.conf"), private_config(dir))?;
        fs::write(dir.join("state/status"), "")?;
        let archive = Self { dir: dir.to_owned() };
        command::run(archive.apt_get().arg("update"))?;
        Ok(archive)
    }

    /// These packages and all that they depend on, for a machine that has no package yet.
    pub(crate) fn with_dependencies(&self, packages: &[&str]) -> Result<Vec<String>> {
        let mut plan = self.apt_get();
        plan.args(["install", "--simulate", "--no-install-recommends"]).args(packages);
        let plan = installed(&command::output(&mut plan)?);
        ensure!(!plan.is_empty(), "apt plans to install nothing of {}", packages.join(" "));
        Ok(plan)
    }

    /// Downloads packages, each by its name or as `name=version`, and says where they are.
    pub(crate) fn download<S: AsRef<str>>(&self, packages: &[S]) -> Result<Vec<PathBuf>> {
        let dir = self.dir.join("packages");
        fs::remove_dir_all(&dir)?;
        fs::create_dir(&dir)?;
        let mut get = self.apt_get();
        command::run(get.current_dir(&dir).arg("download").args(packages.iter().map(AsRef::as_ref)))?;
        let mut files: Vec<PathBuf> = dir.read_dir()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort_unstable();
        ensure!(files.len() == packages.len(), "apt downloaded {} of {} packages", files.len(), packages.len());
        Ok(files)
    }

    fn apt_get(&self) -> std::process::Command {
        let mut get = command::program("apt-get", &self.dir);
        get.env("APT_CONFIG", self.dir.join("apt.conf")).arg("-qq");
        get
    }
}

/// Unpacks the files of a package below `dir`, without running its scripts; `tar_args` choose among the files.
pub(crate) fn unpack(package: &Path, dir: &Path, tar_args: &[&str]) -> Result<()> {
    let mut open = command::program("dpkg-deb", dir);
    let mut open = open.arg("--fsys-tarfile").arg(package).stdout(Stdio::piped()).spawn().context("dpkg-deb")?;
    let files = open.stdout.take().context("a piped child has a stdout")?;
    let extracted = command::run(command::program("tar", dir).arg("--extract").args(tar_args).stdin(files));
    let opened = open.wait()?;
    ensure!(opened.success(), "{} cannot be unpacked: {opened}", package.display());
    extracted
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

/// The packages that a simulated installation would install.
fn installed(plan: &str) -> Vec<String> {
    plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next()).map(str::to_owned).collect()
}

fn private_config(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "Dir::Etc::sourcelist \"{dir}/debian.sources\";\n\
         Dir::Etc::sourceparts \"/dev/null\";\n\
         Dir::Etc::preferences \"/dev/null\";\n\
         Dir::Etc::preferencesparts \"/dev/null\";\n\
         Dir::State \"{dir}/state\";\n\
         Dir::State::lists \"{dir}/lists\";\n\
         Dir::State::status \"{dir}/state/status\";\n\
         Dir::Cache \"{dir}/cache\";\n\
         Acquire::Languages \"none\";\n\
         APT::Sandbox::User \"\";\n"
    )
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

    #[test]
    fn a_plan_names_each_package_once() {
        let plan = "NOTE: This is only a simulation!\nInst libc6 (2.43-7 Debian:testing [amd64]) []\nInst elixir (1.20)\nConf libc6 (2.43-7)\n";
        assert_eq!(installed(plan), ["libc6", "elixir"]);
    }

    #[test]
    fn a_file_that_is_no_package_is_not_unpacked() {
        let error = unpack(Path::new("Cargo.toml"), workspace::root(), &[]).unwrap_err();
        assert!(error.to_string().contains("Cargo.toml cannot be unpacked"), "{error:#}");
    }
}
