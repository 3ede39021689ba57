//! `bench query`: how long questions to a large recording take.

use super::mix::{self, Mix};
use super::report::{Report, Row};
use crate::progress::say;
use anyhow::{Context, Result};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::api::Request;
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

/// Questions of each kind, about different processes and times.
const N_QUESTIONS: u64 = 101;

pub(crate) fn run(quick: bool) -> Result<Report> {
    let n_events = if quick { 200_000 } else { 1_000_000 };
    say(&format!("asking a recording of {n_events} events"));
    let mut mix = Mix::generate(n_events)?;
    mix.seal()?;
    let end = mix.end();
    let trace = file::read(&mix.intake.dump(end), ReadLimits::default())?;
    let pid = |i: u64| mix::process(i).to_string();
    let mut report = Report::new("query");
    report
        .notes
        .push(format!("{n_events} events; median of {N_QUESTIONS} questions, each about another process and time"));
    report.rows = vec![
        time(
            &trace,
            "state_at/native",
            |i| json!({"kind": "state_at", "process": pid(i), "time": end / 2 + i * end / 400}),
        )?,
        time(
            &trace,
            "process_events/native",
            |i| json!({"kind": "events", "process": pid(i), "from": i * end / 200, "limit": 100}),
        )?,
        time(
            &trace,
            "message_flow/native",
            |i| json!({"kind": "message_flow", "a": pid(i), "b": pid(i + 1), "limit": 100}),
        )?,
        time(&trace, "state_timeline/native", |i| json!({"kind": "state_timeline", "process": pid(i), "limit": 100}))?,
        time(&trace, "execution_path/native", |i| json!({"kind": "execution_path", "process": pid(i), "limit": 100}))?,
        time(&trace, "info/native", |_| json!({"kind": "info"}))?,
    ];
    report.rows.extend(super::filter::rows(&trace, if quick { "200k" } else { "1M" }, &mut report.notes)?);
    Ok(report)
}

/// The median time of an answer.
fn time(trace: &Trace, name: &str, ask: impl Fn(u64) -> Value) -> Result<Row> {
    let mut times = Vec::new();
    for i in 0..N_QUESTIONS {
        let request: Request = serde_json::from_value(ask(i))?;
        let began = Instant::now();
        let answer = scope_query::answer(trace, &request).with_context(|| format!("{name}: {request:?}"))?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
        black_box(answer);
    }
    Ok(Row::median(name, times, "ms"))
}
