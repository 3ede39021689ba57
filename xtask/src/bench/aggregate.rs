//! The questions of `bench query` that look at a whole recording: what they cost for each event looked at.

use super::report::Row;
use anyhow::{Context, Result};
use scope_core::trace::Trace;
use scope_query::api::Request;
use std::hint::black_box;
use std::time::Instant;

/// Answers of each kind; a row is their median.
const N_ROUNDS: usize = 5;

const KINDS: [&str; 5] =
    ["performance_analysis", "slowest_function_calls", "call_tree", "message_queue_analysis", "overview"];

/// A row for each question.
pub(crate) fn rows(trace: &Trace, config: &str) -> Result<Vec<Row>> {
    KINDS.iter().map(|kind| row(trace, kind, config)).collect()
}

fn row(trace: &Trace, kind: &str, config: &str) -> Result<Row> {
    let request: Request = serde_json::from_value(serde_json::json!({"kind": kind}))?;
    let mut rounds = Vec::new();
    for _ in 0..N_ROUNDS {
        let began = Instant::now();
        let answer = scope_query::answer(trace, &request).with_context(|| kind.to_owned())?;
        rounds.push(began.elapsed().as_secs_f64() * 1e9 / answer.coverage.events.max(1) as f64);
        black_box(answer);
    }
    Ok(Row::median(&format!("{kind}/{config}"), rounds, "ns/event"))
}
