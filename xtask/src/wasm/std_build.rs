//! A standard library for WebAssembly, built from its source for size, and a compiler that uses it.
//!
//! A panic is a trap without a message, which a module could not show anyway: the texts, and the code that formats them, are a tenth of a
//! module. The target that a toolchain has was built without `simd128`; this one has it.
//! Cargo's `-Zbuild-std` builds the library in an empty package, once. The compiler is the toolchain's own with a sysroot that has the
//! toolchain's libraries and these, so ordinary cargo builds everything else, with [`FLAGS`].

use super::TARGET;
use super::toolchain::{Toolchain, has_libraries};
use crate::command;
use crate::progress::say;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// What everything is compiled with that uses this library. The flag is not stable yet, which a release takes with `RUSTC_BOOTSTRAP`.
pub(super) const FLAGS: [&str; 2] = ["-Cpanic=immediate-abort", "-Zunstable-options"];

/// What the modules ask of a host beyond the compiler's own choice: vectors, which Node, browsers and other hosts have had since 2021,
/// and which copy and widen columns many numbers at a time.
pub(super) const FEATURES: &str = "-Ctarget-feature=+simd128";

/// The compiler that `build` leaves in `dir`.
pub(super) fn rustc(dir: &Path) -> PathBuf {
    dir.join("rustc")
}

/// Whether `build` has come to its end in `dir`: the compiler is written last.
pub(super) fn is_built(dir: &Path) -> bool {
    rustc(dir).exists() && has_libraries(&libraries(dir))
}

fn libraries(dir: &Path) -> PathBuf {
    dir.join("sysroot/lib/rustlib").join(TARGET).join("lib")
}

/// Builds the library.
pub(super) fn build(dir: &Path, library: &Path, toolchain: &Toolchain) -> Result<()> {
    say(&format!("building the standard library for {TARGET}"));
    let package = empty_package(dir, library)?;
    let mut cargo = command::cargo(&package);
    cargo
        .args(["build", "--release", "--offline", "--target", TARGET])
        .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.into_iter().chain([FEATURES]).collect::<Vec<_>>().join("\u{1f}"))
        .env("__CARGO_TESTS_ONLY_SRC_ROOT", library)
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env_remove("RUSTC");
    command::run(&mut cargo)?;

    let sysroot = dir.join("sysroot/lib/rustlib");
    fs::create_dir_all(libraries(dir))?;
    for entry in package.join("target").join(TARGET).join("release/deps").read_dir()? {
        let built = entry?;
        let name = built.file_name();
        if name.to_string_lossy().ends_with(".rlib") {
            fs::copy(built.path(), libraries(dir).join(&name))?;
        }
    }
    ensure!(has_libraries(&libraries(dir)), "cargo built no standard library in {}", package.display());
    let host = sysroot.join(&toolchain.host);
    if !host.exists() {
        symlink(toolchain.sysroot.join("lib/rustlib").join(&toolchain.host), &host).context("the host's libraries")?;
    }
    write_compiler(dir, toolchain)
}

/// A package with nothing in it, whose dependencies would come from the source's own `vendor` folder.
fn empty_package(dir: &Path, library: &Path) -> Result<PathBuf> {
    let package = dir.join("empty");
    fs::create_dir_all(package.join("src"))?;
    fs::create_dir_all(package.join(".cargo"))?;
    fs::write(
        package.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.release]\npanic = \"abort\"\nopt-level = \"s\"\n",
    )?;
    fs::write(package.join("src/lib.rs"), "#![no_std]\n")?;
    let vendored = format!(
        "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"{}\"\n",
        library.join("vendor").display()
    );
    fs::write(package.join(".cargo/config.toml"), vendored)?;
    Ok(package)
}

fn write_compiler(dir: &Path, toolchain: &Toolchain) -> Result<()> {
    let script = format!(
        "#!/bin/sh\nexec '{}' --sysroot '{}' \"$@\"\n",
        toolchain.sysroot.join("bin/rustc").display(),
        dir.join("sysroot").display()
    );
    let path = rustc(dir);
    fs::write(&path, script)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
