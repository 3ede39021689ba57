//! The rounds of one node: checked as they come, kept when they count.
//!
//! Invariant: a round of ours counts only when nothing of it was dropped, filtered or sampled, and every event was read back.

use super::readback;
use crate::bench::line::Line;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Rounds in which events were dropped, until it is said that the recorder cannot keep up with them.
const MAX_SPOILED: usize = 20;

/// Configs in which the recorder records: all, at a sample rate, or what a level does.
const OURS: [&str; 6] = ["ours", "sampled", "minimal", "states_only", "messages_only", "full"];

/// What came in so far.
#[derive(Debug)]
pub(crate) struct Rounds {
    /// Where the node writes the recording of a round.
    dump: PathBuf,
    /// Nanoseconds per operation of every round, by `workload/config`.
    costs: BTreeMap<String, Vec<f64>>,
    /// Rounds that were done again.
    pub(crate) n_spoiled: usize,
    pub(crate) failures: Vec<String>,
}

impl Rounds {
    pub(crate) const fn new(dump: PathBuf) -> Self {
        Self { dump, costs: BTreeMap::new(), n_spoiled: 0, failures: Vec::new() }
    }

    /// Takes one line in; the answer is whether the node shall go on or do the round again, if it asks.
    pub(crate) fn take(&mut self, line: &Line) -> Result<Option<&'static str>> {
        if !matches!(line.word.as_str(), "warm_up" | "round") {
            return Ok(None);
        }
        let (workload, config) = (line.text("workload")?, line.text("config")?);
        let name = format!("{workload}/{config}");
        // On a busy machine the sealer may wait for a CPU longer than a buffer lasts.
        let is_ours = OURS.contains(&config);
        if is_ours && line.number("dropped")? > 0 && self.n_spoiled < MAX_SPOILED {
            self.n_spoiled += 1;
            return Ok(Some("again"));
        }
        let checked = match config {
            "sampled" => check_sampled(line),
            _ if is_ours => self.check_ours(line),
            "ets" => check_ets(line),
            _ => Ok(()),
        };
        if let Err(why) = checked {
            self.failures.push(format!("{name}: {why:#}"));
        } else if line.word == "round" {
            self.costs.entry(name).or_default().push(line.ns_per_op("cpu_ns")?);
            self.costs.entry(format!("{workload}/{config}_total")).or_default().push(line.ns_per_op("total_ns")?);
        }
        Ok(is_ours.then_some("go"))
    }

    /// The costs of a `workload/config`, if any round of it counted.
    pub(crate) fn costs(&mut self, name: &str) -> Option<Vec<f64>> {
        self.costs.remove(name)
    }

    /// The recorder's own counters, and every event of the dump.
    fn check_ours(&self, line: &Line) -> Result<()> {
        let expected = line.expected()?;
        let n: u64 = expected.values().sum();
        for counter in ["dropped", "filtered", "sampled_out", "evicted"] {
            ensure!(line.number(counter)? == 0, "{} events {counter}", line.number(counter)?);
        }
        for counter in ["emitted", "stored"] {
            ensure!(line.number(counter)? == n, "{} events {counter}, the workload made {n}", line.number(counter)?);
        }
        let bytes = fs::read(&self.dump).with_context(|| format!("cannot read {}", self.dump.display()))?;
        readback::check(&bytes, &expected)
    }
}

/// One in a hundred was asked for. The first call and its return may be kept or not, and the messages of a round are few enough to differ by chance.
fn check_sampled(line: &Line) -> Result<()> {
    let (emitted, stored, out) = (line.number("emitted")?, line.number("stored")?, line.number("sampled_out")?);
    ensure!(emitted == stored + out, "{emitted} events, of which {stored} stored and {out} left out");
    // Returns come of kept calls only, so up to two in a hundred of what was emitted may be there.
    ensure!(
        (stored * 40..=stored * 200).contains(&emitted),
        "{stored} of {emitted} kept, at a rate of one in a hundred"
    );
    Ok(())
}

/// The rows of the table, counted by kind.
fn check_ets(line: &Line) -> Result<()> {
    for (kind, n) in line.expected()? {
        ensure!(line.number(&kind)? == n, "{} {kind} rows in the table, the workload made {n}", line.number(&kind)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(rounds: &mut Rounds, line: &str) -> Option<&'static str> {
        rounds.take(&Line::parse(line)).unwrap()
    }

    #[test]
    fn a_round_that_lost_events_is_done_again() {
        let mut rounds = Rounds::new(PathBuf::new());
        let lossy = "round workload=calls config=ours ops=4 cpu_ns=8 total_ns=9 expect_call=4 emitted=4 stored=3 evicted=0 \
                     filtered=0 sampled_out=0 dropped=1";
        for _ in 0..MAX_SPOILED {
            assert_eq!(take(&mut rounds, lossy), Some("again"));
        }
        assert_eq!(take(&mut rounds, lossy), Some("go"));
        assert_eq!(rounds.failures, ["calls/ours: 1 events dropped"]);
        assert_eq!(rounds.costs("calls/ours"), None);
    }

    #[test]
    fn a_table_with_a_row_missing_does_not_count() {
        let mut rounds = Rounds::new(PathBuf::new());
        take(&mut rounds, "round workload=calls config=ets ops=4 cpu_ns=8 total_ns=12 expect_call=4 call=3");
        assert_eq!(rounds.failures, ["calls/ets: 3 call rows in the table, the workload made 4"]);
        take(&mut rounds, "round workload=calls config=ets ops=4 cpu_ns=8 total_ns=12 expect_call=4 call=4");
        assert_eq!((rounds.costs("calls/ets"), rounds.costs("calls/ets_total")), (Some(vec![2.0]), Some(vec![3.0])));
    }

    #[test]
    fn the_warm_up_is_checked_and_not_counted() {
        let mut rounds = Rounds::new(PathBuf::new());
        take(&mut rounds, "warm_up workload=calls config=noop ops=4 cpu_ns=8 total_ns=12");
        assert_eq!(rounds.costs("calls/noop"), None);
    }
}
