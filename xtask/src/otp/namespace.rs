//! Programs that see an unpacked system as their root, and the checkout in it at its own place.
//!
//! Invariant: the mounts are of a namespace of their own and end with the program, whatever happens to it.

use crate::command;
use std::path::Path;
use std::process::{Command, Stdio};

/// Mounts the checkout and the kernel's own file systems into the root, and runs the rest of the arguments there.
/// `$1` is the root, `$2` the checkout, `$3` the directory to run in.
const SCRIPT: &str = "set -e; root=$1 checkout=$2 dir=$3; shift 3
mkdir -p \"$root$checkout\" \"$root/dev\" \"$root/proc\" \"$root/tmp\"
mount --bind \"$checkout\" \"$root$checkout\"
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

    /// A program in `dir` of the checkout, with surroundings of its own; its name and its arguments are to follow.
    pub(super) fn program(self, root: &Path, checkout: &Path, dir: &Path) -> Command {
        let mut program = command::program("unshare", checkout);
        program.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("ERL_ZFLAGS", "+Bd");
        program.env("HOME", "/tmp").env("LANG", "C.UTF-8");
        program.args(self.unshare).args(["sh", "-c", SCRIPT, "sh"]).arg(root).arg(checkout).arg(dir);
        program
    }
}
