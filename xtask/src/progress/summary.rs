//! What test programs say they ran, read from the summaries that they print.

use std::fmt;

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    /// Of those passed, how many failed at first and passed when they were run once more.
    pub(crate) again: u64,
}

impl Tests {
    /// Adds what one line of a test program's output says, if it is a summary.
    pub(crate) fn see(&mut self, line: &str) {
        let found = cargo(line).or_else(|| ex_unit(line)).or_else(|| ex_unit_1_20(line)).or_else(|| node(line));
        self.add(found.unwrap_or_default());
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.again += other.again;
    }
}

impl fmt::Display for Tests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tests passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)?;
        if self.again > 0 {
            write!(f, ", {} passed only when run again", self.again)?;
        }
        Ok(())
    }
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`
fn cargo(line: &str) -> Option<Tests> {
    let (_verdict, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let mut tests = Tests::default();
    for (n, what) in numbers(counts, ';') {
        match what {
            "passed" => tests.passed += n,
            "failed" => tests.failed += n,
            "ignored" => tests.skipped += n,
            _ => {}
        }
    }
    Some(tests)
}

/// `2 doctests, 6 tests, 0 failures, 1 excluded`, where all are among the tests.
fn ex_unit(line: &str) -> Option<Tests> {
    if !line.contains(" failure") || !line.contains(" test") {
        return None;
    }
    let (mut n_tests, mut tests) = (0_u64, Tests::default());
    for (n, what) in numbers(line, ',') {
        match what {
            "test" | "tests" | "doctest" | "doctests" | "property" | "properties" => n_tests += n,
            "failure" | "failures" | "invalid" => tests.failed += n,
            "skipped" | "excluded" => tests.skipped += n,
            _ => {}
        }
    }
    tests.passed = n_tests.saturating_sub(tests.failed + tests.skipped);
    Some(tests)
}

/// `Result: 6/8 passed (2/2 doctests, 4/6 tests), 1 skipped, 3 excluded`, where those that were not run are not among the eight;
/// `Result: 8 passed` where none failed, and `Result: 0 tests, 2 invalid` where none was run.
fn ex_unit_1_20(line: &str) -> Option<Tests> {
    let result = line.strip_prefix("Result: ")?;
    let (kinds_from, kinds_to) = (result.find(" ("), result.find(')'));
    let outcomes = match kinds_from.zip(kinds_to) {
        Some((from, to)) if from < to => format!("{}{}", &result[..from], &result[to + 1..]),
        _ => result.to_owned(),
    };
    let mut tests = Tests::default();
    for part in outcomes.split(',') {
        let (count, what) = part.trim().split_once(' ')?;
        let (n, of) = count.split_once('/').unwrap_or((count, count));
        let (n, of): (u64, u64) = (n.parse().ok()?, of.parse().ok()?);
        match what {
            "passed" => tests.add(Tests { passed: n, failed: of.saturating_sub(n), ..Tests::default() }),
            "invalid" => tests.failed += n,
            "skipped" | "excluded" => tests.skipped += n,
            _ => {}
        }
    }
    Some(tests)
}

/// `# pass 3`, `# fail 0` and `# skipped 0`, one to a line.
fn node(line: &str) -> Option<Tests> {
    let (what, n) = line.strip_prefix("# ")?.split_once(' ')?;
    let n = n.parse().ok()?;
    Some(match what {
        "pass" => Tests { passed: n, ..Tests::default() },
        "fail" | "cancelled" => Tests { failed: n, ..Tests::default() },
        "skipped" | "todo" => Tests { skipped: n, ..Tests::default() },
        _ => Tests::default(),
    })
}

/// The `<number> <word>` pairs of a line.
fn numbers(line: &str, separator: char) -> impl Iterator<Item = (u64, &str)> {
    line.split(separator).filter_map(|part| {
        let mut words = part.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &[&str]) -> (u64, u64, u64) {
        let mut tests = Tests::default();
        lines.iter().for_each(|line| tests.see(line));
        (tests.passed, tests.failed, tests.skipped)
    }

    #[test]
    fn cargo_is_counted_binary_by_binary() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(seen(&lines), (5, 1, 1));
    }

    #[test]
    fn ex_unit_before_1_20_counts_what_was_not_run_among_the_tests() {
        assert_eq!(seen(&["2 doctests, 6 tests, 1 failure, 1 skipped"]), (6, 1, 1));
        assert_eq!(seen(&["1 property, 6 tests, 1 failure, 2 excluded, 1 skipped"]), (3, 1, 3));
        assert_eq!(seen(&["2 tests, 0 failures, 2 invalid"]), (0, 2, 0), "their setup failed");
    }

    #[test]
    fn ex_unit_since_1_20_counts_what_was_not_run_apart() {
        let all = "Result: 410/417 passed (94/94 doctests, 316/323 tests), 2 skipped, 3 excluded";
        assert_eq!(seen(&[all, "Failed: 7 tests"]), (410, 7, 5));
        assert_eq!(seen(&["Result: 2/3 passed, 1 skipped, 2 excluded", "Failed: 1 test"]), (2, 1, 3));
        assert_eq!(seen(&["Result: 418 passed (94 doctests, 324 tests)"]), (418, 0, 0));
        assert_eq!(seen(&["Result: 1 passed"]), (1, 0, 0));
        assert_eq!(seen(&["Result: 0 tests, 2 invalid"]), (0, 2, 0));
        assert_eq!(seen(&["Result: 0 tests, 1 excluded"]), (0, 0, 1));
        assert_eq!(seen(&["Result: of something else"]), (0, 0, 0));
    }

    #[test]
    fn node_says_each_number_on_a_line() {
        assert_eq!(seen(&["# tests 6", "# pass 4", "# fail 1", "# skipped 1", "# duration_ms 20.1"]), (4, 1, 1));
    }
}
