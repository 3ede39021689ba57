//! `cargo xtask corpus`: recorded cases, what is true of them, and what the engine answers about them.
//!
//! A case is a folder of tests/corpus: `record.exs` recorded `trace.scope` and wrote the requests, `facts.md` says by hand what is true,
//! `answer.json` holds the answers that were reviewed and accepted. A synthetic case has no `record.exs`: `synthetic` generates its trace,
//! and as its times are known, its requests are written by hand too; and so are those of a file that `damaged` makes of a recorded one.
//! Where the file cannot be opened, the refusal is the answer to every request.
//!
//! Invariant: recordings and answers change by `record` and `bless` alone; checking writes nothing.

mod case;
mod damaged;
mod fact;
mod synthetic;

use crate::{command, setup, workspace};
use anyhow::{Context, Result, bail};
use case::Case;
use clap::{Args, Subcommand};
use std::fs;
use std::path::Path;
pub(crate) use synthetic::{Step, all_are_traced, atom, dump, spawned, step};

/// Arguments of `cargo xtask corpus`.
#[derive(Args, Debug)]
pub(crate) struct CorpusArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Ask every case, and hold the answers against the accepted ones and the facts
    Check { case: Option<String> },
    /// Run a case's record.exs again: a new trace and new requests, whose answers are then to be blessed (a synthetic or damaged case: a new trace)
    Record { case: Option<String> },
    /// Accept the answers of now; `git diff` shows what changed
    Bless { case: Option<String> },
}

/// Runs a verb of the corpus.
pub(crate) fn run(args: &CorpusArgs) -> Result<()> {
    match &args.verb {
        Verb::Check { case } => check(case.as_deref()),
        Verb::Record { case } => record(case.as_deref()),
        Verb::Bless { case } => bless(case.as_deref()),
    }
}

/// Checks one case or all; an error counts those that are wrong, after each was named with what is wrong.
pub(crate) fn check(only: Option<&str>) -> Result<()> {
    let mut n_wrong = 0;
    for name in names(only)? {
        let problems =
            Case::load(&name).and_then(|case| case.problems()).unwrap_or_else(|error| vec![format!("{error:#}")]);
        println!("{} {name}", if problems.is_empty() { "ok  " } else { "FAIL" });
        for problem in &problems {
            println!("       {problem}");
        }
        n_wrong += usize::from(!problems.is_empty());
    }
    if n_wrong > 0 {
        bail!("{n_wrong} cases are wrong");
    }
    Ok(())
}

fn record(only: Option<&str>) -> Result<()> {
    setup::ensure()?;
    for name in names(only)? {
        println!("==> recording {name}");
        let dir = workspace::corpus().join(&name);
        if let Some(trace) = synthetic::trace(&name).or_else(|| damaged::trace(&name)) {
            fs::write(dir.join("trace.scope"), trace?).with_context(|| format!("{name}/trace.scope"))?;
            continue;
        }
        let mut mix = command::program("mix", &workspace::shop());
        let build = workspace::target().join("corpus");
        mix.env("MIX_ENV", "dev").env("MIX_BUILD_PATH", build.join("build")).env("MIX_DEPS_PATH", build.join("deps"));
        mix.args(["run", "--no-start", "-r", "../../tests/corpus/recording.exs"]);
        command::run(mix.arg(dir.join("record.exs")).arg(&dir))?;
    }
    Ok(())
}

fn bless(only: Option<&str>) -> Result<()> {
    for name in names(only)? {
        Case::load(&name)?.bless()?;
        println!("blessed {name}");
    }
    Ok(())
}

/// The cases there are, in the order of their names, or the one asked for.
fn names(only: Option<&str>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in workspace::corpus().read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort_unstable();
    if let Some(only) = only {
        names.retain(|name| name == only);
        if names.is_empty() {
            bail!("there is no case {only} in {}", Path::new("tests/corpus").display());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least number of cases that the corpus is worth its name with.
    const LEAST: usize = 8;

    #[test]
    fn every_recorded_case_is_answered_as_accepted_and_true_to_its_facts() {
        assert!(names(None).unwrap().len() >= LEAST);
        check(None).unwrap();
    }
}
