//! The example shop with the settings for production: what recording costs a system in which it is left on.
//!
//! Invariant: a round counts only when every customer has a receipt, and every process that lived in it is in the recording.

use crate::bench::line::Line;
use crate::bench::report::Bound;
use crate::bench::report::{Report, Row};
use anyhow::{Result, ensure};
use std::collections::BTreeMap;

/// Customers, and how they shop. `shop` is the example with its own load and its own slow services. In the others these answer at once, so that the
/// shop takes all the CPU there is: a customer comes back to the cart so often before paying, and has some hundred requests served by one cart; one in a
/// rush has six, so that a quarter of the shop's work is to start and end processes, which is what is recorded.
const WORKLOADS: [(&str, u64, &str); 3] =
    [("shop", 48, ":as_is"), ("shop_busy", 2_000, "20"), ("shop_rush", 10_000, "1")];
const CONFIGS: [&str; 3] = ["untraced", "noop", "production"];
/// The throughput that production settings must leave, of that of the shop untraced.
const LEFT: f64 = 0.98;
/// Processes of the VM and of Elixir that may come and go meanwhile.
const OTHERS: u64 = 200;

/// The rounds of the shop.
#[derive(Debug, Default)]
pub(crate) struct Shop {
    /// Customers per second, and microseconds of CPU time per customer, of every round, by `workload/config`.
    costs: BTreeMap<String, (Vec<f64>, Vec<f64>)>,
    requests: BTreeMap<String, (u64, u64)>,
    failures: Vec<String>,
}

/// The options of the node.
pub(crate) fn options(n_rounds: usize, quick: bool) -> String {
    let workloads: Vec<String> = WORKLOADS
        .iter()
        .map(|(name, customers, visits)| {
            format!("{{:{name}, {}, {visits}}}", if quick { customers / 4 } else { *customers })
        })
        .collect();
    format!("mode: :shop, rounds: {n_rounds}, workloads: [{}]", workloads.join(", "))
}

impl Shop {
    /// Takes one line in.
    pub(crate) fn take(&mut self, line: &Line) -> Result<()> {
        if !matches!(line.word.as_str(), "warm_up" | "round") {
            return Ok(());
        }
        let (workload, config) = (line.text("workload")?, line.text("config")?);
        let name = format!("{workload}/{config}");
        if let Err(why) = check(line, config) {
            self.failures.push(format!("{name}: {why:#}"));
        } else if line.word == "round" {
            let customers = line.number("customers")?;
            self.requests.insert(workload.into(), (line.number("requests")?, customers));
            let (rates, cpu) = self.costs.entry(name).or_default();
            rates.push(customers as f64 * 1e9 / line.number("wall_ns")? as f64);
            cpu.push(line.number("total_ns")? as f64 / 1e3 / customers as f64);
        }
        Ok(())
    }

    pub(crate) fn report(mut self, report: &mut Report) {
        for (workload, ..) in WORKLOADS {
            for config in CONFIGS {
                let name = format!("{workload}/{config}");
                let Some((rates, cpu)) = self.costs.remove(&name) else {
                    report.failures.push(format!("{name}: no round counted"));
                    continue;
                };
                let over: &[&str] = match config {
                    "untraced" => &[],
                    "noop" => &["untraced"],
                    _ => &["untraced", "noop"],
                };
                report.rows.push(Row::median(&name, rates, "customers/s").over(over));
                report.rows.push(Row::median(&format!("{workload}_cpu/{config}"), cpu, "us/customer cpu").over(over));
            }
            if let Some((requests, customers)) = self.requests.get(workload) {
                report
                    .notes
                    .push(format!("{workload}: {:.0} requests a customer", *requests as f64 / *customers as f64));
            }
        }
        report.failures.append(&mut self.failures);
        let left = |row| Bound::at_least(row, "untraced", LEFT);
        report.bounds.extend(["shop/production", "shop_busy/production"].map(left));
    }
}

/// A cart and a receipt for every customer, and nothing lost.
fn check(line: &Line, config: &str) -> Result<()> {
    let customers = line.number("customers")?;
    ensure!(line.number("receipts")? == customers, "{} receipts for {customers} customers", line.number("receipts")?);
    if config != "production" {
        return Ok(());
    }
    ensure!(line.number("dropped")? == 0, "{} events dropped", line.number("dropped")?);
    let (emitted, stored) = (line.number("emitted")?, line.number("stored")?);
    ensure!(emitted == stored, "{emitted} lifecycle events, of which {stored} are stored");
    let expected = line.number("processes")?;
    for kind in ["spawned", "exited"] {
        let n = line.number(kind)?;
        ensure!((expected..=expected + OTHERS).contains(&n), "{n} processes {kind}, of {expected}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(fields: &str) -> Vec<String> {
        let mut shop = Shop::default();
        let line = format!(
            "round workload=shop config=production customers=10 requests=60 wall_ns=5 total_ns=9 processes=22 {fields}"
        );
        shop.take(&Line::parse(&line)).unwrap();
        shop.failures
    }

    #[test]
    fn a_round_in_which_a_process_is_missing_does_not_count() {
        let whole = "receipts=10 dropped=0 emitted=99 stored=99 spawned=22 exited=23";
        assert_eq!(failures(whole), Vec::<String>::new());
        for (field, worse, why) in [
            ("spawned=22", "spawned=21", "21 processes spawned, of 22"),
            ("exited=23", "exited=0", "0 processes exited, of 22"),
            ("dropped=0", "dropped=1", "1 events dropped"),
            ("stored=99", "stored=98", "99 lifecycle events, of which 98 are stored"),
            ("receipts=10", "receipts=9", "9 receipts for 10 customers"),
        ] {
            assert_eq!(failures(&whole.replace(field, worse)), [format!("shop/production: {why}")]);
        }
    }
}
