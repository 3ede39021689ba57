//! `bench capture`: what being traced costs, in CPU time of the traced side.

mod events;
mod readback;
mod rounds;
mod shop;
mod terms;

use super::line::Line;
use super::node::Node;
use super::report::{Bound, Report, Row};
use crate::progress::say;
use anyhow::Result;
use rounds::Rounds;
use shop::Shop;

/// Of bench/, with all the workloads.
const MODULE: &str = "bench_capture";
const SCHEDULERS: [usize; 2] = [1, 2];
/// In the order of the table.
const WORKLOADS: [&str; 4] = ["calls", "calls_return", "pingpong", "genserver"];
const CONFIGS: [&str; 7] = ["untraced", "noop", "ours", "ours_total", "ets", "sampled", "sampled_total"];
/// Of a server only: the levels, each beside a tracer that does nothing with the same flags and patterns.
const LEVELS: [(&str, &[&str]); 4] = [
    ("minimal", &["untraced", "minimal_noop"]),
    ("states_only", &["untraced", "states_only_noop"]),
    ("messages_only", &["untraced", "messages_only_noop"]),
    ("full", &["untraced", "full_noop"]),
];
/// What a level may cost a server, untraced being 1, and the times of its low_watermark that it may cost where the VM's own part is the larger.
const LEVEL_BOUNDS: [(&str, f64); 3] = [("minimal", 1.05), ("states_only", 1.6), ("messages_only", 2.0)];
const TIMES_FLOOR: f64 = 1.45;
/// Events per second offered one after the other, until some are lost.
const RATES: [u64; 12] = [
    250_000, 500_000, 750_000, 1_000_000, 1_250_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 4_000_000, 5_000_000,
    6_000_000,
];
const EVENTS_NOTE: &str = "events per operation, each read back: calls 1 (call); calls_return 2 (call, return); pingpong and \
    genserver 4 (send and delivered, of request and reply)";

pub(crate) fn run(quick: bool, buffer_bytes: usize) -> Result<Report> {
    let node = Node::build()?;
    let (n_rounds, n_events, seconds) = if quick { (3, 100_000, 1) } else { (9, 300_000, 3) };
    let mut report = Report::new("capture");
    report.notes.push(format!(
        "medians of {n_rounds} interleaved rounds of {n_events} events, with their spread; capture buffers of {buffer_bytes} bytes"
    ));
    report.notes.push(EVENTS_NOTE.into());
    add_shop(&node, quick, &mut report)?;
    say("the worst term of each type");
    node.run(1, MODULE, "mode: :terms", |line| terms::take(&line, &mut report).map(|()| None))?;
    let mut rates = Vec::new();
    for schedulers in SCHEDULERS {
        say(&format!("rounds with {schedulers} scheduler(s)"));
        let dump = node.dir.join("round.scope");
        let options = format!(
            "mode: :rounds, rounds: {n_rounds}, events: {n_events}, buffer_bytes: {buffer_bytes}, dump: ~c{dump:?}"
        );
        let mut rounds = Rounds::new(dump);
        node.run(schedulers, MODULE, &options, |line| rounds.take(&line))?;
        add_rows(schedulers, rounds, &mut report);

        say(&format!("the rate at which loss begins, with {schedulers} scheduler(s)"));
        let options = format!("mode: :rates, rates: {RATES:?}, seconds: {seconds}, buffer_bytes: {buffer_bytes}");
        let mut rate = 0;
        node.run(schedulers, MODULE, &options, |line| take_rate(&line, &mut rate, &mut report))?;
        rates.push(Row::counted(&named(schedulers, "sustained/ours"), rate as f64 / 1e6, "M events/s"));
    }
    report.rows.extend(rates);
    for (level, most) in LEVEL_BOUNDS {
        let bound = Bound::at_most(&format!("genserver/{level}"), "untraced", most);
        report.bounds.push(bound.or_times_floor(TIMES_FLOOR, &format!("{level}_noop")));
    }
    // A message is decided by what is in it, which costs the traced process as much as to write it down; what is saved is all that comes after.
    report.bounds.push(Bound::at_most("calls/sampled", "ours", 1.0));
    for workload in ["pingpong", "genserver"] {
        report.bounds.push(Bound::at_most(&format!("{workload}/sampled"), "ours", 1.0));
        report.bounds.push(Bound::at_most(&format!("{workload}/sampled_total"), "ours_total", 0.9));
    }
    Ok(report)
}

/// The rows of the shop alone.
pub(crate) fn run_shop(quick: bool) -> Result<Report> {
    let mut report = Report::new("shop");
    add_shop(&Node::build()?, quick, &mut report)?;
    Ok(report)
}

/// A shop is served by as many schedulers as there are here.
fn add_shop(node: &Node, quick: bool, report: &mut Report) -> Result<()> {
    say("the shop, with the settings for production");
    let mut shop = Shop::default();
    let schedulers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    node.run(schedulers, MODULE, &shop::options(if quick { 3 } else { 9 }, quick), |line| {
        shop.take(&line).map(|()| None)
    })?;
    shop.report(report);
    Ok(())
}

fn add_rows(schedulers: usize, mut rounds: Rounds, report: &mut Report) {
    for workload in WORKLOADS {
        for config in CONFIGS {
            let name = named(schedulers, &format!("{workload}/{config}"));
            let Some(costs) = rounds.costs(&format!("{workload}/{config}")) else {
                report.failures.push(format!("{name}: no round counted"));
                continue;
            };
            let over: &[&str] = match config {
                "untraced" => &[],
                "noop" => &["untraced"],
                "ets" => &["untraced", "noop", "ours", "ours_total"],
                "sampled" => &["untraced", "noop", "ours"],
                "sampled_total" => &["untraced", "ours_total"],
                _ => &["untraced", "noop", "ets"],
            };
            report.rows.push(Row::median(&name, costs, "ns/op cpu").over(over));
        }
    }
    for (level, over) in LEVELS {
        let low_watermark: (String, &[&str]) = (format!("{level}_noop"), &["untraced"]);
        for (config, over) in [low_watermark, (level.to_owned(), over)] {
            let name = named(schedulers, &format!("genserver/{config}"));
            match rounds.costs(&format!("genserver/{config}")) {
                Some(costs) => report.rows.push(Row::median(&name, costs, "ns/op cpu").over(over)),
                None => report.failures.push(format!("{name}: no round counted")),
            }
        }
    }
    if rounds.n_spoiled > 0 {
        report.notes.push(format!(
            "{} rounds with {schedulers} scheduler(s) lost events and were done again: the machine was busy",
            rounds.n_spoiled
        ));
    }
    report.failures.append(&mut rounds.failures);
}

/// Remembers the highest rate without loss.
fn take_rate(line: &Line, highest: &mut u64, report: &mut Report) -> Result<Option<&'static str>> {
    if line.word == "rate" {
        let (offered, dropped) = (line.number("offered")?, line.number("dropped")?);
        if dropped == 0 {
            *highest = offered.max(*highest);
        } else {
            report.notes.push(format!("at {offered} events/s, {dropped} were dropped"));
        }
    }
    Ok(None)
}

/// `calls/ours` with one scheduler, `calls@2/ours` with two.
fn named(schedulers: usize, name: &str) -> String {
    match name.split_once('/') {
        Some((workload, config)) if schedulers > 1 => format!("{workload}@{schedulers}/{config}"),
        _ => name.to_owned(),
    }
}
