//! One recorded case: its trace, its requests, the accepted answers and the facts.

use super::fact::Fact;
use crate::workspace;
use anyhow::{Context, Result};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::json::{answer_json, error_json};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// No recording is larger, so that the checkout stays small.
const MAX_TRACE_BYTES: usize = 256 * 1024;

/// A case, loaded.
pub(super) struct Case {
    dir: PathBuf,
    trace_bytes: Vec<u8>,
    /// One request per line of `request.json`.
    requests: Vec<String>,
    facts: Vec<Fact>,
}

impl Case {
    /// Reads a case; an error names the file that is missing or malformed.
    pub(super) fn load(name: &str) -> Result<Self> {
        let dir = workspace::corpus().join(name);
        let read = |file: &str| fs::read_to_string(dir.join(file)).with_context(|| format!("{name}/{file}"));
        let trace_bytes = fs::read(dir.join("trace.scope")).with_context(|| format!("{name}/trace.scope"))?;
        let requests = documents(&read("request.json")?);
        let facts = super::fact::parse(&read("facts.md")?).with_context(|| format!("{name}/facts.md"))?;
        Ok(Self { dir, trace_bytes, requests, facts })
    }

    /// What is wrong with it; nothing when all is well.
    pub(super) fn problems(&self) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        if self.trace_bytes.len() > MAX_TRACE_BYTES {
            problems.push(format!("trace.scope has {} bytes, the most is {MAX_TRACE_BYTES}", self.trace_bytes.len()));
        }
        let accepted = documents(&fs::read_to_string(self.dir.join("answer.json")).context("answer.json")?);
        let answers = self.answers();
        if accepted.len() != answers.len() {
            problems.push(format!("{} accepted answers to {} requests", accepted.len(), answers.len()));
        }
        for ((request, answer), accepted) in self.requests.iter().zip(&answers).zip(&accepted) {
            if answer != accepted {
                problems.push(format!("{request}\n         accepted: {accepted}\n         answered: {answer}"));
            }
        }
        let answers: Vec<Value> =
            answers.iter().map(|answer| serde_json::from_str(answer)).collect::<Result<_, _>>()?;
        if self.facts.is_empty() {
            problems.push("facts.md states no fact".into());
        }
        let answers = Value::Array(answers);
        problems.extend(self.facts.iter().filter_map(|fact| fact.contradiction(&answers)));
        Ok(problems)
    }

    /// Writes the answers of now as the accepted ones.
    pub(super) fn bless(&self) -> Result<()> {
        let answers = self.answers();
        fs::write(self.dir.join("answer.json"), format!("[\n{}\n]\n", answers.join(",\n"))).context("answer.json")
    }

    /// One to each request: of a file that cannot be opened, the refusal.
    fn answers(&self) -> Vec<String> {
        let trace: Result<Trace, _> = file::read(&self.trace_bytes, ReadLimits::default());
        let answer = |request: &String| match &trace {
            Ok(trace) => answer_json(trace, request),
            Err(error) => error_json(&error.clone().into()),
        };
        self.requests.iter().map(answer).collect()
    }
}

/// The documents of a file that holds a JSON list with one document per line: any runner can take it apart without knowing JSON, and
/// compare answers to the byte.
fn documents(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_end_matches(','));
    lines.filter(|line| !line.is_empty() && *line != "[" && *line != "]").map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_taken_apart_by_lines() {
        assert_eq!(documents("[\n{\"a\":[1,2]},\n{\"b\":3}\n]\n"), ["{\"a\":[1,2]}", "{\"b\":3}"]);
        assert_eq!(documents("[\n]\n"), [""; 0]);
    }
}
