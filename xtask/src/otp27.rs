//! The Elixir suite once more, on OTP 27: the first release with trace sessions, which the recorder uses where there are any.
//!
//! OTP 27 and Elixir 1.18 come from Debian trixie, installed into a directory of their own (some 100 s, once). The suite runs with that directory as
//! its root and the checkout mounted into it. Both need root; elsewhere the step is skipped, counted, and says why.
//!
//! Invariant: the mounts are of a namespace of their own and end with the suite, whatever happens to it.

use crate::command::{self, program};
use crate::{setup, workspace};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SUITE: &str = "trixie";
const PACKAGES: &str =
    "erlang-base,erlang-crypto,erlang-inets,erlang-parsetools,erlang-runtime-tools,erlang-tools,elixir,ca-certificates";
/// Tests that build a release need cargo and git, which that root does not have: they are counted as excluded.
const EXCLUDED: &str = "packaging";

/// Mounts the checkout into the root, and runs `mix test` there. `$1` is the root, `$2` the checkout, `$3` the build, `$4` the library.
const SCRIPT: &str = "set -e; mkdir -p \"$1$2\"; mount --bind \"$2\" \"$1$2\"; mount -t proc proc \"$1/proc\"; \
     exec chroot \"$1\" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 MIX_ENV=test \
     MIX_BUILD_PATH=\"$3\" ELIXIR_SCOPE_NIF=\"$4\" sh -c 'cd \"$1\" && exec mix test --exclude \"$2\"' sh \"$2/elixir\" \"$5\"";

/// The command that runs the suite, or why it cannot run here.
pub(crate) fn suite() -> Result<Command, String> {
    if !setup::can_install() {
        return Err("OTP 27 is installed from Debian, by root".into());
    }
    let mut probe = program("unshare", workspace::root());
    command::run(probe.args(["--mount", "true"])).map_err(|_| "this machine lets nobody mount".to_owned())?;
    let root = installed()?;
    let library = workspace::elixir().join("_build/test/lib/elixir_scope/priv/native/scope_nif.so");
    if !library.exists() {
        return Err("the native library was not built".into());
    }
    let mut suite = program("unshare", workspace::root());
    suite.args(["--mount", "sh", "-c", SCRIPT, "sh"]);
    suite.arg(root).arg(workspace::root()).arg(home().join("build")).arg(library).arg(EXCLUDED);
    Ok(suite)
}

fn home() -> PathBuf {
    workspace::target().join("otp27")
}

/// The root with OTP 27, installed when it is not there yet.
fn installed() -> Result<PathBuf, String> {
    let root = home().join("root");
    if root.join("usr/bin/mix").exists() {
        return Ok(root);
    }
    let why = |what: &str, error: &anyhow::Error| format!("{what}: {error:#}");
    setup::install_packages(&["debootstrap"]).map_err(|error| why("debootstrap cannot be installed", &error))?;
    // A root that was not finished must not be taken for one.
    let unfinished = home().join("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    fs::create_dir_all(&unfinished).map_err(|error| error.to_string())?;
    bootstrap(&unfinished).map_err(|error| why("OTP 27 cannot be installed", &error))?;
    fs::rename(&unfinished, &root).map_err(|error| error.to_string())?;
    Ok(root)
}

fn bootstrap(root: &Path) -> anyhow::Result<()> {
    let mut debootstrap = program("debootstrap", workspace::root());
    debootstrap.args(["--variant=minbase", &format!("--include={PACKAGES}"), SUITE]).arg(root);
    command::output(&mut debootstrap).map(drop)
}
