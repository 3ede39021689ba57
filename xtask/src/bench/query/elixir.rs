//! Questions asked through the Elixir package, in the node that records: from the call to the terms in hand.

use crate::bench::line::Line;
use crate::bench::node::Node;
use crate::bench::report::{Report, Row};
use crate::progress::say;
use anyhow::Result;
use std::collections::BTreeMap;

/// Rows of an answer that must be there: the limit of the question, where the recording has more.
const FULL: [(&str, u64); 1] = [("events", 1_000)];
const SCHEDULERS: usize = 2;

/// Adds a row for each question of bench/bench_answers.erl.
pub(super) fn add_rows(quick: bool, report: &mut Report) -> Result<()> {
    let node = Node::build()?;
    say("asking through Elixir");
    let mut answers = Answers::default();
    let rounds = if quick { 11 } else { 101 };
    node.run(SCHEDULERS, "bench_answers", &format!("rounds: {rounds}"), |line| answers.take(&line).map(|()| None))?;
    answers.report(rounds, report);
    Ok(())
}

/// Times and sizes of answers, by question in the order of the node.
#[derive(Debug, Default)]
struct Answers {
    questions: Vec<String>,
    costs: BTreeMap<String, (Vec<f64>, u64)>,
}

impl Answers {
    fn take(&mut self, line: &Line) -> Result<()> {
        if line.word == "answer" {
            let question = line.text("question")?.to_owned();
            let (wall_ms, rows) = (line.number("wall_ns")? as f64 / 1e6, line.number("rows")?);
            if !self.costs.contains_key(&question) {
                self.questions.push(question.clone());
            }
            let (times, n_rows) = self.costs.entry(question).or_default();
            times.push(wall_ms);
            *n_rows = rows;
        }
        Ok(())
    }

    /// The last rounds are the ones that count.
    fn report(mut self, rounds: usize, report: &mut Report) {
        for question in self.questions {
            let (times, n_rows) = self.costs.remove(&question).unwrap_or_default();
            let is_full = FULL.iter().all(|(name, full)| *name != question || n_rows == *full);
            if times.len() < rounds || n_rows == 0 || !is_full {
                report.failures.push(format!("elixir/{question}: {} answers, the last of {n_rows} rows", times.len()));
                continue;
            }
            let counted = times[times.len() - rounds..].to_vec();
            report.rows.push(Row::median(&format!("elixir/{question}"), counted, "ms"));
            report.notes.push(format!("elixir/{question}: {n_rows} rows, asked in the recording node"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(lines: &[&str]) -> Report {
        let (mut answers, mut report) = (Answers::default(), Report::new("query"));
        lines.iter().for_each(|line| answers.take(&Line::parse(line)).unwrap());
        answers.report(2, &mut report);
        report
    }

    #[test]
    fn the_warm_up_is_not_counted() {
        let [cold, a, b] =
            [9_000_000, 2_000_000, 2_000_000].map(|ns| format!("answer question=events wall_ns={ns} rows=1000"));
        let report = report(&[&cold, &a, &b]);
        assert_eq!((report.rows[0].value, report.rows[0].spread), (2.0, Some((2.0, 2.0))));
        assert_eq!(report.failures, [""; 0]);
    }

    #[test]
    fn an_answer_that_is_not_whole_is_no_row() {
        let short = "answer question=events wall_ns=1 rows=999";
        assert_eq!(report(&[short, short]).failures.len(), 1);
        let empty = "answer question=state_timeline wall_ns=1 rows=0";
        assert_eq!(report(&[empty, empty]).failures.len(), 1);
    }
}
