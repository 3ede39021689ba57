//! `bench capture`: what being traced costs, in CPU time of the traced side.
//!
//! Invariant: a round counts only when nothing of it was dropped, filtered or sampled, and every event was read back.

use super::node::Node;
use super::readback;
use super::report::{Report, Row};
use super::round::Line;
use crate::progress::say;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const UNIT: &str = "ns/op cpu";
const SCHEDULERS: [usize; 2] = [1, 2];
/// In the order of the table.
const WORKLOADS: [&str; 4] = ["calls", "calls_return", "pingpong", "genserver"];
const CONFIGS: [&str; 5] = ["untraced", "noop", "ours", "ours_total", "ets"];
/// Events per second offered one after the other, until some are lost.
const RATES: [u64; 12] = [
    250_000, 500_000, 750_000, 1_000_000, 1_250_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000, 5_000_000,
    6_000_000,
];

/// Nanoseconds per operation of every round, by `workload/config`.
type Rounds = BTreeMap<String, Vec<f64>>;

pub(crate) fn run(quick: bool, buffer_bytes: usize) -> Result<Report> {
    let node = Node::build()?;
    let (rounds, events, seconds) = if quick { (3, 100_000, 1) } else { (9, 300_000, 3) };
    let mut report = Report::new("capture");
    report
        .notes
        .push(format!("{rounds} interleaved rounds of {events} events; capture buffers of {buffer_bytes} bytes"));
    report.notes.push(
        "events per operation, each read back: calls 1 (call); calls_return 2 (call, return); pingpong and genserver 4 (send, \
         delivered, each of request and reply)"
            .into(),
    );
    let mut rates = Vec::new();
    for schedulers in SCHEDULERS {
        say(&format!("rounds with {schedulers} scheduler(s)"));
        let dump = node.dir.join("round.scope");
        let options = format!(
            "mode: :rounds, rounds: {rounds}, events: {events}, buffer_bytes: {buffer_bytes}, dump: ~c{dump:?}"
        );
        let mut found = Rounds::new();
        node.run(schedulers, &options, |line| take_round(&line, &dump, &mut found, &mut report))?;
        add_rows(schedulers, &mut found, &mut report)?;

        say(&format!("the rate at which loss begins, with {schedulers} scheduler(s)"));
        let options = format!("mode: :rates, rates: {RATES:?}, seconds: {seconds}, buffer_bytes: {buffer_bytes}");
        let mut last = None;
        node.run(schedulers, &options, |line| take_rate(&line, &mut last, &mut report))?;
        rates.extend(last.map(|rate| Row::counted(&named(schedulers, "sustained/ours"), rate / 1e6, "M events/s")));
    }
    report.rows.extend(rates);
    Ok(report)
}

/// Takes one line in; says whether the node waits for an answer.
fn take_round(line: &Line, dump: &Path, found: &mut Rounds, report: &mut Report) -> Result<bool> {
    if !matches!(line.word.as_str(), "warm_up" | "round") {
        return Ok(false);
    }
    let (workload, config) = (line.text("workload")?, line.text("config")?);
    let name = format!("{workload}/{config}");
    let checked = match config {
        "ours" => check_ours(line, dump),
        "ets" => check_ets(line),
        _ => Ok(()),
    };
    if let Err(why) = checked {
        report.failures.push(format!("{name}: {why:#}"));
    } else if line.word == "round" {
        found.entry(name).or_default().push(line.ns_per_op("cpu_ns")?);
        found.entry(format!("{workload}/{config}_total")).or_default().push(line.ns_per_op("total_ns")?);
    }
    Ok(config == "ours")
}

/// The recorder's own counters, and every event of the dump.
fn check_ours(line: &Line, dump: &Path) -> Result<()> {
    let expected = line.expected()?;
    let n: u64 = expected.values().sum();
    for counter in ["dropped", "filtered", "sampled_out", "evicted"] {
        ensure!(line.number(counter)? == 0, "{} events {counter}", line.number(counter)?);
    }
    for counter in ["emitted", "stored"] {
        ensure!(line.number(counter)? == n, "{} events {counter}, the workload made {n}", line.number(counter)?);
    }
    let bytes = fs::read(dump).with_context(|| format!("cannot read {}", dump.display()))?;
    readback::check(&bytes, &expected)?;
    Ok(())
}

fn check_ets(line: &Line) -> Result<()> {
    for (kind, n) in line.expected()? {
        ensure!(line.number(&kind)? == n, "{} {kind} rows in the table, the workload made {n}", line.number(&kind)?);
    }
    Ok(())
}

/// Medians of the rounds.
fn add_rows(schedulers: usize, found: &mut Rounds, report: &mut Report) -> Result<()> {
    for workload in WORKLOADS {
        for config in CONFIGS {
            let name = named(schedulers, &format!("{workload}/{config}"));
            let Some(rounds) = found.remove(&format!("{workload}/{config}")) else {
                report.failures.push(format!("{name}: no round counted"));
                continue;
            };
            let over: &[&str] = match config {
                "untraced" => &[],
                "noop" => &["untraced"],
                "ets" => &["untraced", "noop", "ours", "ours_total"],
                _ => &["untraced", "noop", "ets"],
            };
            report.rows.push(Row::median(&name, rounds, UNIT).over(over));
        }
    }
    Ok(())
}

/// Remembers the highest rate without loss.
fn take_rate(line: &Line, last: &mut Option<f64>, report: &mut Report) -> Result<bool> {
    if line.word == "rate" {
        let (offered, dropped) = (line.number("offered")?, line.number("dropped")?);
        if dropped == 0 {
            *last = Some(last.unwrap_or(0.0).max(offered as f64));
        } else {
            report.notes.push(format!("at {offered} events/s, {dropped} were dropped"));
        }
    }
    Ok(false)
}

/// `calls/ours` with one scheduler, `calls@2/ours` with two.
fn named(schedulers: usize, name: &str) -> String {
    match name.split_once('/') {
        Some((workload, config)) if schedulers > 1 => format!("{workload}@{schedulers}/{config}"),
        _ => name.to_owned(),
    }
}
