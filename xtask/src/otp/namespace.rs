//! Programs that see an unpacked system as their root, and the checkout in it at its own place.
//!
//! Invariant: the mounts are of a namespace of their own and end with the program, whatever happens to it.

use crate::command;
use std::path::Path;
use std::process::{Command, Stdio};

/// Mounts folders and the kernel's own file systems into the root, and runs a program there.
/// `$1` is the root, `$2` the directory to run in; then the folders, each at its own place, a `--`, and the program with its arguments.
const SCRIPT: &str = "set -e; root=$1 dir=$2; shift 2
while [ \"$1\" != -- ]; do
  mkdir -p \"$root$1\"; mount --bind \"$1\" \"$root$1\"; shift
done
shift
mkdir -p \"$root/dev\" \"$root/proc\" \"$root/tmp\"
mount --rbind /proc \"$root/proc\"
mount --rbind /dev \"$root/dev\"
exec chroot \"$root\" /usr/bin/env --chdir=\"$dir\" \"$@\"";

/// How to get a namespace of one's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Namespace {
    unshare: &'static [&'static str],
}

impl Namespace {
    /// As root, or as a user who is root in the namespace, where the kernel lets one.
    pub(super) fn find() -> Option<Self> {
        let ways: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
        let works = |way: &&[&str]| {
            let mut probe = Command::new("unshare");
            let probe = probe.args(*way).arg("true").stderr(Stdio::null());
            probe.status().is_ok_and(|status| status.success())
        };
        ways.into_iter().find(works).map(|unshare| Self { unshare })
    }

    /// A program in `dir`, which lies in one of the folders, with surroundings of its own; its name and its arguments are to follow.
    pub(super) fn program(self, root: &Path, folders: &[&Path], dir: &Path) -> Command {
        let mut program = command::program("unshare", dir);
        program.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("ERL_ZFLAGS", "+Bd");
        program.env("HOME", "/tmp").env("LANG", "C.UTF-8");
        program.args(self.unshare).args(["sh", "-c", SCRIPT, "sh"]).arg(root).arg(dir).args(folders).arg("--");
        program
    }
}
