//! Steps with their times, and an honest summary at the end.

mod summary;

use anyhow::Result;
use std::thread;
use std::time::{Duration, Instant};
pub(crate) use summary::Tests;

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
        self.done.push(Step::run(name.into(), work));
    }

    /// Runs steps side by side, for such as mostly wait.
    pub(crate) fn side_by_side<W>(&mut self, steps: Vec<(String, W)>)
    where
        W: FnOnce(&mut Option<Tests>) -> Result<()> + Send,
    {
        for (name, _work) in &steps {
            say(name);
        }
        self.done.extend(thread::scope(|scope| {
            let running: Vec<_> =
                steps.into_iter().map(|(name, work)| scope.spawn(move || Step::run(name, work))).collect();
            running.into_iter().map(|step| step.join().expect("a step does not panic")).collect::<Vec<_>>()
        }));
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
            println!("{verdict:<6} {:<36} {:>6.1} s{tests}{why}", step.name, step.took.as_secs_f64());
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

impl Step {
    fn run(name: String, work: impl FnOnce(&mut Option<Tests>) -> Result<()>) -> Self {
        let began = Instant::now();
        let mut tests = None;
        let failure = work(&mut tests).err().map(|error| format!("{error:#}"));
        if let Some(why) = &failure {
            eprintln!("FAILED {name}: {why}");
        }
        Self { name, took: began.elapsed(), tests, failure, skipped: None }
    }
}

/// One progress line.
pub(crate) fn say(what: &str) {
    println!("==> {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_side_by_side_meet_and_are_listed_in_their_order() {
        let meeting = std::sync::Barrier::new(2);
        let meet = |tests: &mut Option<Tests>| {
            meeting.wait();
            *tests = Some(Tests { passed: 1, ..Tests::default() });
            Ok(())
        };
        let mut steps = Steps::new();
        steps.side_by_side(vec![("one".into(), meet), ("two".into(), meet)]);
        let names: Vec<_> = steps.done.iter().map(|step| (step.name.as_str(), step.tests.unwrap().passed)).collect();
        assert_eq!(names, [("one", 1), ("two", 1)]);
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
