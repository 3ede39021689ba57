//! Steps with their times, and an honest summary at the end.

use anyhow::Result;
use std::time::{Duration, Instant};

/// A list of steps that are run one after the other; a failed one does not stop the others.
pub(crate) struct Steps {
    done: Vec<Step>,
    began: Instant,
}

struct Step {
    name: String,
    took: Duration,
    tests: Option<Tests>,
    failure: Option<String>,
    /// Why it was not run.
    skipped: Option<String>,
}

/// What a test program said it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { done: Vec::new(), began: Instant::now() }
    }

    /// Runs a step that is passed or failed.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        self.counted(name, |_| work());
    }

    /// Runs a step that also counts tests.
    pub(crate) fn counted(&mut self, name: &str, work: impl FnOnce(&mut Option<Tests>) -> Result<()>) {
        say(name);
        let began = Instant::now();
        let mut tests = None;
        let failure = work(&mut tests).err().map(|error| format!("{error:#}"));
        if let Some(why) = &failure {
            eprintln!("FAILED {name}: {why}");
        }
        self.done.push(Step { name: name.into(), took: began.elapsed(), tests, failure, skipped: None });
    }

    /// Counts a step that cannot run here as one skipped test.
    pub(crate) fn skip(&mut self, name: &str, why: String) {
        println!("skipped {name}: {why}");
        let tests = Some(Tests { skipped: 1, ..Tests::default() });
        self.done.push(Step { name: name.into(), took: Duration::ZERO, tests, failure: None, skipped: Some(why) });
    }

    /// Prints every step, then one line; an error when a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!();
        for step in &self.done {
            let verdict = match (&step.failure, &step.skipped) {
                (Some(_), _) => "FAILED",
                (None, Some(_)) => "skip",
                (None, None) => "ok",
            };
            let tests = step.tests.map(|tests| format!("  {tests}")).unwrap_or_default();
            let why = step.skipped.as_ref().map(|why| format!("  ({why})")).unwrap_or_default();
            println!("{verdict:<6} {:<28} {:>6.1} s{tests}{why}", step.name, step.took.as_secs_f64());
        }
        let n_failed = self.done.iter().filter(|step| step.failure.is_some()).count();
        let mut all = Tests::default();
        for tests in self.done.iter().filter_map(|step| step.tests) {
            all.add(tests);
        }
        for step in &self.done {
            if let Some(why) = &step.failure {
                println!("FAILED {}: {why}", step.name);
            }
        }
        println!("{all} in {:.0} s", self.began.elapsed().as_secs_f64());
        let n_skipped = self.done.iter().filter(|step| step.skipped.is_some()).count();
        println!("{} steps passed, {n_failed} failed, {n_skipped} skipped", self.done.len() - n_failed - n_skipped);
        anyhow::ensure!(n_failed == 0, "{n_failed} of {} steps failed", self.done.len());
        Ok(())
    }
}

impl Tests {
    /// Adds what one line of a test program's output says, if it is a summary: cargo's (`test result: ok. 3 passed; ..`), ExUnit's
    /// (`2 doctests, 6 tests, 0 failures, 1 excluded`) or Node's (`# pass 3`, `# fail 0` and `# skipped 0`, one to a line).
    pub(crate) fn see(&mut self, line: &str) {
        if let Some(rest) = line.trim().strip_prefix("test result: ") {
            let rest = rest.split_once(". ").map_or("", |(_verdict, counts)| counts);
            for (n, what) in numbers(rest, ';') {
                match what {
                    "passed" => self.passed += n,
                    "failed" => self.failed += n,
                    "ignored" => self.skipped += n,
                    _ => {}
                }
            }
        } else if line.contains(" failure") && line.contains(" test") {
            let mut run = 0;
            let mut failed = 0;
            for (n, what) in numbers(line, ',') {
                match what {
                    "test" | "tests" | "doctest" | "doctests" | "property" | "properties" => run += n,
                    "failure" | "failures" => failed += n,
                    "skipped" | "excluded" => {
                        self.skipped += n;
                        run = run.saturating_sub(n);
                    }
                    _ => {}
                }
            }
            self.passed += run.saturating_sub(failed);
            self.failed += failed;
        } else if let Some((what, n)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(' '))
            && let Ok(n) = n.parse::<u64>()
        {
            match what {
                "pass" => self.passed += n,
                "fail" | "cancelled" => self.failed += n,
                "skipped" | "todo" => self.skipped += n,
                _ => {}
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Tests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tests passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The `<number> <word>` pairs of a line.
fn numbers(line: &str, separator: char) -> impl Iterator<Item = (u64, &str)> {
    line.split(separator).filter_map(|part| {
        let mut words = part.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?))
    })
}

/// One progress line.
pub(crate) fn say(what: &str) {
    println!("==> {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_cargo_ex_unit_and_node_are_counted() {
        let mut tests = Tests::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "2 doctests, 6 tests, 1 failure, 1 skipped",
            "# tests 5",
            "# pass 4",
            "# fail 1",
            "# duration_ms 20.1",
        ] {
            tests.see(line);
        }
        assert_eq!(tests, Tests { passed: 3 + 2 + 6 + 4, failed: 3, skipped: 2 });
    }

    #[test]
    fn a_failed_step_fails_the_whole_and_the_others_still_run() {
        let mut ran = false;
        let mut steps = Steps::new();
        steps.step("broken", || anyhow::bail!("on purpose"));
        steps.step("fine", || {
            ran = true;
            Ok(())
        });
        steps.skip("elsewhere", "not here".into());
        assert_eq!(steps.done[2].tests, Some(Tests { skipped: 1, ..Tests::default() }));
        assert_eq!(steps.finish().unwrap_err().to_string(), "1 of 3 steps failed");
        assert!(ran);
    }
}
