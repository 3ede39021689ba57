//! The native worker of `bench wasm`: the counterpart of js/bench/worker.js, line by line.

use super::question::{Questions, Round};
use anyhow::{Context, Result};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::answer_json;
use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

/// Does what a worker does, with the trace file at `path`.
pub(crate) fn work(path: &Path) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = io::stdin().lock().lines();
    let mut out = io::stdout().lock();
    let questions: Vec<Questions> = serde_json::from_str(&lines.next().context("no questions")??)?;
    let mut trace = file::read(&bytes, ReadLimits::default())?;
    for request in questions.iter().flat_map(|asked| &asked.requests) {
        writeln!(out, "{}", answer_json(&trace, request))?;
    }
    out.flush()?;
    for line in lines {
        line?;
        drop(trace);
        let began = Instant::now();
        trace = file::read(&bytes, ReadLimits::default())?;
        let load_ms = ms_since(began);
        let request_ms = questions.iter().map(|asked| times(&trace, asked)).collect();
        writeln!(out, "{}", serde_json::to_string(&Round { load_ms, request_ms })?)?;
    }
    Ok(())
}

fn times(trace: &Trace, asked: &Questions) -> Vec<f64> {
    let time = |request: &String| {
        let began = Instant::now();
        black_box(answer_json(trace, request));
        ms_since(began)
    };
    asked.requests.iter().map(time).collect()
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}
