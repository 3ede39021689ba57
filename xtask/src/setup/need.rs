//! What the project needs, and how to see whether it is there.

use crate::{command, workspace};
use std::process::Stdio;

/// Something that must be on the machine.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
    /// Prints a version and exits with 0 when the thing is there.
    probe: &'static [&'static str],
    /// The line of the probe's output that holds the version.
    shows: &'static str,
    /// Debian's packages of it.
    pub(crate) packages: &'static [&'static str],
}

/// Applications of OTP that Debian packs apart from its base, asked for by the recorder, by Mix and by the tests.
const OTP_PROBE: &str = "Missing = [A || A <- [compiler, crypto, parsetools, runtime_tools, tools], code:lib_dir(A) =:= {error, bad_name}], \
     io:format(\"OTP ~s~n\", [erlang:system_info(otp_release)]), halt(length(Missing)).";

/// The header that the benchmark's no-op tracer is compiled against.
const HEADER_PROBE: &str = "Header = filename:join([code:root_dir(), \"usr\", \"include\", \"erl_nif.h\"]), \
     case filelib:is_file(Header) of true -> io:format(\"~s~n\", [Header]), halt(0); false -> halt(1) end.";

/// Everything, in the order in which it is used. Cargo itself is there: it is running us.
pub(crate) const NEEDS: &[Need] = &[
    Need {
        name: "cc",
        why: "links the native library",
        probe: &["cc", "--version"],
        shows: "",
        packages: &["gcc", "libc6-dev"],
    },
    Need {
        name: "git",
        why: "lists the files of the checkout",
        probe: &["git", "--version"],
        shows: "",
        packages: &["git"],
    },
    Need {
        name: "erl",
        why: "runs what is recorded (Erlang/OTP 25 or later)",
        probe: &["erl", "-noshell", "-eval", OTP_PROBE],
        shows: "OTP",
        packages: &["erlang-base", "erlang-crypto", "erlang-parsetools", "erlang-runtime-tools", "erlang-tools"],
    },
    Need {
        name: "erl_nif",
        why: "Erlang's header for native code, for the benchmarks",
        probe: &["erl", "-noshell", "-eval", HEADER_PROBE],
        shows: "",
        packages: &["erlang-dev"],
    },
    Need {
        name: "elixir",
        why: "runs the scripts (Elixir 1.14 or later)",
        probe: &["elixir", "--version"],
        shows: "Elixir",
        packages: &["elixir"],
    },
    Need {
        name: "mix",
        why: "builds the Elixir package",
        probe: &["mix", "--version"],
        shows: "Mix",
        packages: &["elixir"],
    },
    Need {
        name: "node",
        why: "runs the npm package (Node 20 or later)",
        probe: &["node", "--version"],
        shows: "v",
        packages: &["nodejs"],
    },
    Need { name: "npm", why: "builds the npm package", probe: &["npm", "--version"], shows: ".", packages: &["npm"] },
];

impl Need {
    /// What the probe says, or `None` when the thing is missing.
    pub(crate) fn version(&self) -> Option<String> {
        let (program, args) = self.probe.split_first()?;
        let mut probe = command::program(program, workspace::root());
        let done = probe.args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let said = String::from_utf8_lossy(&done.stdout);
        let line = said.lines().find(|line| line.contains(self.shows))?;
        done.status.success().then(|| line.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_missing() {
        let need =
            Need { name: "x", why: "", probe: &["no-such-program-anywhere", "--version"], shows: "", packages: &[] };
        assert_eq!(need.version(), None);
    }

    #[test]
    fn a_probe_that_fails_or_says_nothing_is_missing() {
        let need = |probe| Need { name: "x", why: "", probe, shows: "Elixir", packages: &[] };
        assert_eq!(need(&["sh", "-c", "echo Elixir 1; exit 1"]).version(), None);
        assert_eq!(need(&["sh", "-c", "echo something else"]).version(), None);
        assert_eq!(need(&["sh", "-c", "echo first; echo Elixir 1"]).version(), Some("Elixir 1".into()));
    }
}
