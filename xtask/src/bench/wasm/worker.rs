//! A program that loads a trace and answers requests on command, and measures itself.
//!
//! The first line of its input has the questions, as JSON, and it writes one answer per line; then, for every further line,
//! it loads the trace anew, answers all requests again, and writes one line with what that took.
//!
//! Invariant: a worker ends when its input does, so it never outlives us.

use super::question::{Questions, Round};
use crate::command::spell;
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running program.
#[derive(Debug)]
pub(super) struct Worker {
    name: String,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _child: Child,
}

impl Worker {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let name = spell(command);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context(name.clone())?;
        let input = child.stdin.take().context("a piped child has a stdin")?;
        let output = BufReader::new(child.stdout.take().context("a piped child has a stdout")?);
        Ok(Self { name, input, output, _child: child })
    }

    /// The answers to all requests, in order.
    pub(super) fn answers(&mut self, questions: &[Questions]) -> Result<Vec<String>> {
        self.tell(&serde_json::to_string(questions)?)?;
        let n_requests = questions.iter().map(|asked| asked.requests.len()).sum();
        (0..n_requests).map(|_| self.line()).collect()
    }

    /// One round of loading and answering.
    pub(super) fn round(&mut self) -> Result<Round> {
        self.tell("round")?;
        let line = self.line()?;
        serde_json::from_str(&line).with_context(|| format!("{} wrote {line:.80}", self.name))
    }

    fn tell(&mut self, line: &str) -> Result<()> {
        writeln!(self.input, "{line}").with_context(|| format!("{} has ended", self.name))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(line.ends_with('\n'), "{} has ended", self.name);
        line.pop();
        Ok(line)
    }
}
