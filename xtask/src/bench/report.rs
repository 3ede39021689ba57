//! The rows of a suite, as a table for people and as JSON for programs.
//!
//! Invariant: a ratio is computed from the two values shown, not from others.

mod bound;
mod machine;

use anyhow::{Result, ensure};
pub(crate) use bound::Bound;
use bound::Judged;
use serde_json::{Map, Value, json};
use std::fmt;

/// One measured number. Its name is `workload/config`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// Smallest and largest round, where there were rounds.
    pub(crate) spread: Option<(f64, f64)>,
    /// Configs of the same workload that this row is compared with.
    pub(crate) over: &'static [&'static str],
}

impl Row {
    /// A row from several rounds: their median and spread.
    pub(crate) fn median(name: &str, mut rounds: Vec<f64>, unit: &'static str) -> Self {
        rounds.sort_by(f64::total_cmp);
        let middle = rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN);
        let spread = rounds.first().copied().zip(rounds.last().copied());
        Self { name: name.into(), value: middle, unit, spread, over: &[] }
    }

    /// A row that was counted, not timed.
    pub(crate) fn counted(name: &str, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, spread: None, over: &[] }
    }

    pub(crate) fn over(mut self, configs: &'static [&'static str]) -> Self {
        self.over = configs;
        self
    }

    fn workload(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(workload, _)| workload)
    }
}

/// Everything one run of a suite found.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) suite: &'static str,
    pub(crate) rows: Vec<Row>,
    /// What rows must be.
    pub(crate) bounds: Vec<Bound>,
    /// What a reader must know to judge the rows.
    pub(crate) notes: Vec<String>,
    /// Checks that failed; with one, the rows are worth nothing.
    pub(crate) failures: Vec<String>,
}

impl Report {
    pub(crate) fn new(suite: &'static str) -> Self {
        Self { suite, rows: Vec::new(), bounds: Vec::new(), notes: Vec::new(), failures: Vec::new() }
    }

    /// This row over each config it is compared with, where that was measured.
    fn ratios(&self, row: &Row) -> Vec<(&'static str, f64)> {
        row.over.iter().filter_map(|config| Some((*config, row.value / self.beside(row, config)?.value))).collect()
    }

    /// The row of another config of the same workload.
    fn beside(&self, row: &Row, config: &str) -> Option<&Row> {
        let name = format!("{}/{config}", row.workload());
        self.rows.iter().find(|other| other.name == name)
    }

    /// The bounds of rows that were measured.
    fn judged(&self) -> Vec<Judged> {
        let judge = |bound: &Bound| {
            let row = self.rows.iter().find(|row| row.name == bound.row)?;
            let ratio = |row: &Row| Some(row.value / self.beside(row, bound.over)?.value);
            let low_watermark =
                bound.low_watermark.as_ref().and_then(|(config, _times)| ratio(self.beside(row, config)?));
            Some(bound.judge(ratio(row)?, low_watermark))
        };
        self.bounds.iter().filter_map(judge).collect()
    }

    /// `{"suite", "machine", "rows": [{"name", "value", "unit", "ratio"}], "bounds": [..]}`
    pub(crate) fn json(&self) -> Result<String> {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let ratio: Map<String, Value> =
                    self.ratios(row).into_iter().map(|(config, ratio)| (config.into(), rounded(ratio))).collect();
                json!({"name": row.name, "value": rounded(row.value), "unit": row.unit, "ratio": ratio})
            })
            .collect();
        let bounds: Vec<Value> = self.judged().iter().map(Judged::json).collect();
        let report = json!({"suite": self.suite, "machine": machine::describe(), "rows": rows, "bounds": bounds});
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    /// An error when a check failed, or a bound was missed.
    pub(crate) fn verdict(&self) -> Result<()> {
        ensure!(self.failures.is_empty(), "{} checks failed: {}", self.failures.len(), self.failures.join("; "));
        let n_missed = self.judged().iter().filter(|bound| !bound.is_held()).count();
        ensure!(n_missed == 0, "{n_missed} of {} bounds were missed", self.bounds.len());
        Ok(())
    }
}

/// Four significant digits: more are noise.
fn rounded(value: f64) -> Value {
    format!("{value:.3e}").parse::<f64>().map_or(Value::Null, Value::from)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{} on {}", self.suite, machine::describe())?;
        for row in &self.rows {
            let ratios = self.ratios(row);
            let ratios: Vec<String> = ratios.iter().map(|(config, ratio)| format!("{ratio:.2}x {config}")).collect();
            let spread = row.spread.map(|(low, high)| format!("{} .. {}", short(low), short(high))).unwrap_or_default();
            let (name, value, unit) = (&row.name, short(row.value), row.unit);
            let line = format!("{name:<26} {value:>10} {unit:<18} {spread:<22} {}", ratios.join("  "));
            writeln!(f, "{}", line.trim_end())?;
        }
        for bound in self.judged() {
            writeln!(f, "{bound}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for failure in &self.failures {
            writeln!(f, "FAILED {failure}")?;
        }
        Ok(())
    }
}

fn short(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        0.1.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::new("capture");
        report.rows = vec![
            Row::median("calls@2/noop", vec![300.0, 100.0, 200.0], "ns/op cpu"),
            Row::counted("calls/noop", 1.0, "ns/op cpu"),
            Row::counted("calls@2/ours", 300.0, "ns/op cpu").over(&["untraced", "noop"]),
        ];
        report
    }

    #[test]
    fn ratios_are_over_rows_of_the_same_workload_that_exist() {
        let json: Value = serde_json::from_str(&report().json().unwrap()).unwrap();
        assert_eq!(json["rows"][2]["ratio"], json!({"noop": 1.5}));
        assert_eq!(json["rows"][0], json!({"name": "calls@2/noop", "value": 200.0, "unit": "ns/op cpu", "ratio": {}}));
        assert_eq!(json["suite"], "capture");
    }

    #[test]
    fn the_table_shows_spread_and_ratio() {
        let text = report().to_string();
        assert!(text.contains("100 .. 300") && text.contains("1.50x noop"), "{text}");
    }

    #[test]
    fn a_bound_is_of_rows_of_one_workload_and_a_missed_one_fails_the_suite() {
        let mut report = report();
        report.bounds.push(Bound::at_most("calls@2/ours", "noop", 1.5));
        assert!(report.verdict().is_ok());
        report.bounds.push(Bound::at_most("calls@2/ours", "noop", 1.4));
        assert_eq!(report.verdict().unwrap_err().to_string(), "1 of 2 bounds were missed");
        assert!(report.to_string().contains("MISSED calls@2/ours"), "{report}");
    }

    #[test]
    fn a_failed_check_fails_the_suite() {
        let mut report = report();
        assert!(report.verdict().is_ok());
        report.failures.push("calls/ours: 3 events dropped".into());
        assert_eq!(report.verdict().unwrap_err().to_string(), "1 checks failed: calls/ours: 3 events dropped");
    }
}
