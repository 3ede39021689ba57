//! The questions of `bench query` that look at a whole recording: what they cost for each event of it.
//!
//! The events read may be fewer: calls only, for what is about functions. A note says how much each of these cost.

use crate::bench::report::Row;
use anyhow::{Context, Result};
use scope_core::trace::Trace;
use scope_query::Request;
use std::hint::black_box;
use std::time::Instant;

/// Answers of each kind; a row is their median.
const N_ROUNDS: usize = 5;

const KINDS: [&str; 5] =
    ["performance_analysis", "slowest_function_calls", "call_tree", "message_queue_analysis", "overview"];

/// A row for each question.
pub(crate) fn rows(trace: &Trace, n_events: usize, config: &str, notes: &mut Vec<String>) -> Result<Vec<Row>> {
    KINDS.iter().map(|kind| row(trace, n_events, kind, config, notes)).collect()
}

fn row(trace: &Trace, n_events: usize, kind: &str, config: &str, notes: &mut Vec<String>) -> Result<Row> {
    let request: Request = serde_json::from_value(serde_json::json!({"kind": kind}))?;
    let (mut rounds, mut n_read) = (Vec::new(), 0);
    for _ in 0..N_ROUNDS {
        let began = Instant::now();
        let answer = scope_query::answer(trace, &request).with_context(|| kind.to_owned())?;
        rounds.push(began.elapsed().as_secs_f64() * 1e9 / n_events.max(1) as f64);
        n_read = answer.coverage.events;
        black_box(answer);
    }
    let row = Row::median(&format!("{kind}/{config}"), rounds, "ns/event");
    let each = row.value * n_events as f64 / n_read.max(1) as f64;
    notes.push(format!("{kind}/{config}: {each:.0} ns for each of {n_read} events read"));
    Ok(row)
}
