//! `bench store`: what sealing and loading cost, and how large a recording is on disk and in memory.
//!
//! Loading is measured in a process of its own, whose heap holds nothing else.

mod row_log;

use super::mix;
use super::report::{Report, Row};
use crate::progress::say;
use crate::{command, workspace};
use anyhow::{Context, Result};
use scope_core::event::{Class, OrderKey};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::{Direction, Trace};
use serde::{Deserialize, Serialize};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

const ROUNDS: usize = 5;

pub(crate) fn run(quick: bool) -> Result<Report> {
    let n_events = if quick { 200_000 } else { 1_000_000 };
    let mut report = Report::new("store");
    say(&format!("sealing {n_events} events, {ROUNDS} times"));
    let mut seal = Vec::new();
    let mut dump = Vec::new();
    for _ in 0..ROUNDS {
        let mut mix = mix::generate(n_events)?;
        let end = mix.end();
        let began = Instant::now();
        mix.seal()?;
        seal.push(millions_per_second(n_events, began));
        dump = mix.writer.dump(end);
    }

    say("the same events as a plain log");
    let (log, n_payload) = row_log::write(&mix::generate(n_events)?)?;
    let zstd = row_log::compressed_bytes(&log)?;

    say("loading, in a process of its own");
    let path = workspace::target().join("bench/mix.scope");
    fs::create_dir_all(path.with_file_name(""))?;
    fs::write(&path, &dump)?;
    let me = std::env::current_exe().context("xtask knows its own program")?;
    let mut loader = command::program(&me.to_string_lossy(), workspace::root());
    let loaded: Loaded = serde_json::from_str(&command::output(loader.args(["bench", "store", "--load"]).arg(&path))?)?;
    if loaded.n_events != n_events as u64 || loaded.n_losses != 0 {
        report.failures.push(format!("{} events read back of {n_events}, {} losses", loaded.n_events, loaded.n_losses));
    }

    let per_event = |bytes: u64| bytes as f64 / n_events as f64;
    let per_payload = |bytes: u64| bytes as f64 / n_payload as f64;
    let disk = dump.len() as u64;
    report.rows = vec![
        Row::median("seal/native", seal, "M events/s"),
        Row::median("load/native", loaded.millions_per_second, "M events/s"),
        Row::counted("size/disk", per_event(disk), "B/event").over(&["zstd_log"]),
        Row::counted("size/zstd_log", per_event(zstd as u64), "B/event"),
        Row::counted("size/payload", per_payload(disk), "B/payload byte"),
        Row::counted("size/payload_zstd_log", per_payload(zstd as u64), "B/payload byte"),
        Row::counted("memory/native", per_event(loaded.resident_bytes.saturating_sub(loaded.data_bytes)), "B/event"),
        Row::counted("memory/index", per_event(loaded.index_bytes), "B/event"),
        Row::counted("memory/data", per_event(loaded.data_bytes), "B/event"),
    ];
    report.notes.push(format!(
        "{:.1} B of terms per event (stored form, before any sharing), {:.1} B/event as a plain log",
        per_event(n_payload),
        per_event(log.len() as u64)
    ));
    report.notes.push(
        "memory/native: growth of the process beyond the decompressed bytes; memory/index: what the chunks account for"
            .into(),
    );
    Ok(report)
}

/// What the loading process found.
#[derive(Debug, Serialize, Deserialize)]
struct Loaded {
    n_events: u64,
    n_losses: usize,
    millions_per_second: Vec<f64>,
    resident_bytes: u64,
    data_bytes: u64,
    index_bytes: u64,
}

/// Loads a file and prints what that cost, as JSON: the other half of [`run`].
pub(crate) fn load(path: &Path) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let before = resident_bytes()?;
    let trace = file::read(&bytes, ReadLimits::default())?;
    let resident = resident_bytes()?.saturating_sub(before);
    let n_events = trace.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, Direction::Forward).count() as u64;
    let chunks = || Class::ALL.iter().flat_map(|class| trace.chunks(*class));
    let sum = |bytes: &dyn Fn(&scope_core::chunk::Chunk) -> usize| chunks().map(|chunk| bytes(chunk) as u64).sum();
    let mut loaded = Loaded {
        n_events,
        n_losses: trace.losses().len(),
        millions_per_second: Vec::new(),
        resident_bytes: resident,
        data_bytes: sum(&|chunk| chunk.data_bytes()),
        index_bytes: sum(&|chunk| chunk.index_bytes()),
    };
    drop(trace);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let trace: Trace = black_box(file::read(&bytes, ReadLimits::default())?);
        loaded.millions_per_second.push(millions_per_second(n_events as usize, began));
        drop(trace);
    }
    println!("{}", serde_json::to_string(&loaded)?);
    Ok(())
}

fn millions_per_second(n_events: usize, began: Instant) -> f64 {
    n_events as f64 / began.elapsed().as_secs_f64() / 1e6
}

/// Memory of this process that is really there.
fn resident_bytes() -> Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm").context("memory is measured on Linux only")?;
    let pages: u64 = statm.split_whitespace().nth(1).context("statm has a second number")?.parse()?;
    Ok(pages * 4096)
}
