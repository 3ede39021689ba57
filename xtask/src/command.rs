//! Running other programs: cargo, mix, git, a BEAM node.
//!
//! Invariant: a node never outlives xtask. Ctrl-C ends it like any other program (`+Bd`: no break menu), and the scripts that
//! xtask starts hold the read end of a pipe to it, and halt when it closes, however xtask came to its end.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// A program to run in a directory of the checkout, with the surroundings every child gets.
pub(crate) fn program(name: &str, dir: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(dir).env("ERL_ZFLAGS", "+Bd").env("MIX_QUIET_HEX", "1");
    // Mix and Elixir read sources and arguments as the locale says; a C locale breaks every name that is not ASCII.
    if !is_utf8_locale() {
        command.env("LANG", "C.UTF-8").env("LC_ALL", "C.UTF-8");
    }
    command
}

/// This very cargo.
pub(crate) fn cargo(dir: &Path) -> Command {
    program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), dir)
}

fn is_utf8_locale() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .is_some_and(|value| value.to_ascii_lowercase().replace('-', "").ends_with("utf8"))
}

/// Runs to the end with our own output; anything but exit status 0 is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", spell(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", spell(command));
    }
    Ok(())
}

/// Runs to the end and gives what it wrote to stdout.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let done = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", spell(command)))?;
    if !done.status.success() {
        bail!("{} ended with {}", spell(command), done.status);
    }
    String::from_utf8(done.stdout).with_context(|| format!("{} wrote something else than UTF-8", spell(command)))
}

/// Runs to the end, passes stdout on line by line, each after the label, and shows each line to `see`.
pub(crate) fn run_seeing(command: &mut Command, label: &str, mut see: impl FnMut(&str)) -> Result<()> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", spell(command)))?;
    let stdout = child.stdout.take().context("a piped child has a stdout")?;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{label}{line}");
        see(&line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", spell(command));
    }
    Ok(())
}

/// The command as one would type it.
pub(crate) fn spell(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
