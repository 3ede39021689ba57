//! What the term of each type that costs a capture most takes in the traced process.

use crate::bench::line::Line;
use crate::bench::report::{Report, Row};
use anyhow::Result;

/// The longest that a callback may hold a traced process, whatever it was given.
const MAX_NS: u64 = 50_000;

/// Takes one line in.
pub(super) fn take(line: &Line, report: &mut Report) -> Result<()> {
    if line.word == "term" {
        let (name, ns) = (format!("term/{}", line.text("type")?), line.number("ns")?);
        if ns > MAX_NS {
            report.failures.push(format!("{name}: {ns} ns, allowed are {MAX_NS}"));
        }
        report.rows.push(Row::counted(&name, ns as f64 / 1e3, "us a walk"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_that_takes_too_long_fails() {
        let mut report = Report::new("capture");
        for line in ["term type=atom ns=50000", "term type=map ns=50001", "machine otp=25"] {
            take(&Line::parse(line), &mut report).unwrap();
        }
        assert_eq!(report.rows.len(), 2);
        assert_eq!(report.failures, ["term/map: 50001 ns, allowed are 50000"]);
    }
}
