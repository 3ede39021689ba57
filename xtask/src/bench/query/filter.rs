//! `bench query`, the filters: over a whole recording when no index helps, and with what an index or a chunk's dictionary knows.
//!
//! Invariant: a filter that scans finds too little to fill its page, so that it has read every event it must read.

use crate::bench::mix;
use crate::bench::report::Row;
use anyhow::{Context, Result, ensure};
use scope_core::trace::Trace;
use scope_query::Request;
use scope_query::requests::Data;
use serde_json::json;
use std::hint::black_box;
use std::time::Instant;

/// Filters that nothing indexes.
const SCANS: &[&str] = &[
    "message~{:never, _}",
    "term~%{\"never\" => _}",
    "state~%Shop.Cart{status: :never}",
    "flag:to_dead or complete:false",
    "not (class:message or class:call or class:process) and not module:Shop.Cart",
    "args~[_, {:item, _, 11}, ...] or result~{:error, _} or message~{:\"$gen_cast\", %{cart: \"never\"}}",
];
/// Filters with a process, a kind or a module; `{}` stands for a process.
const INDEXED: &[&str] = &[
    "process:{}",
    "process:{} message~{:never, _}",
    "kind:send to:{}",
    "kind:exception",
    "kind:send",
    "module:Shop.Module7",
    "module:Shop.Never",
    "mfa:Shop.Module7.function_90",
    "kind:state module:Shop.Cart",
];
const N_SCANS: usize = 5;
const N_INDEXED: usize = 51;

/// The rows `filter_scan/<size>` and `filter_indexed/<size>`: each the slowest of its filters, by the median of its rounds.
pub(crate) fn rows(trace: &Trace, size: &str, notes: &mut Vec<String>) -> Result<Vec<Row>> {
    let scan = slowest(trace, SCANS, N_SCANS, &format!("filter_scan/{size}"), notes)?;
    let indexed = slowest(trace, INDEXED, N_INDEXED, &format!("filter_indexed/{size}"), notes)?;
    Ok(vec![scan, indexed])
}

fn slowest(trace: &Trace, filters: &[&str], n: usize, name: &str, notes: &mut Vec<String>) -> Result<Row> {
    let mut rows = Vec::new();
    for filter in filters {
        let times = (0..n).map(|i| time(trace, filter, i as u64)).collect::<Result<Vec<f64>>>()?;
        let row = Row::median(name, times, "ms");
        notes.push(format!("{name}: {:.2} ms for {filter}", row.value));
        rows.push(row);
    }
    rows.into_iter().max_by(|a, b| a.value.total_cmp(&b.value)).context("there are filters")
}

fn time(trace: &Trace, filter: &str, i: u64) -> Result<f64> {
    let filter = filter.replace("{}", &mix::process(i * 7).to_string());
    let request: Request = serde_json::from_value(json!({"kind": "events", "filter": filter, "limit": 100}))?;
    let began = Instant::now();
    let answer = scope_query::answer(trace, &request).with_context(|| filter.clone())?;
    let elapsed = began.elapsed().as_secs_f64() * 1e3;
    let is_scan = SCANS.contains(&filter.as_str());
    ensure!(!is_scan || answer.next.is_none(), "{filter} fills a page: it is no scan");
    ensure!(matches!(answer.data, Data::Events(_)), "events are answered with events");
    black_box(answer);
    Ok(elapsed)
}
