//! `bench wasm`: what the npm package's module costs in Node, against the same engine built for this machine.
//!
//! Two programs of their own load the same file and answer the same requests, in turns.
//!
//! Invariant: the answers of both are equal to the byte, or the run fails.

pub(super) mod native;
mod question;
mod worker;

use super::mix;
use super::report::{Report, Row};
use crate::progress::say;
use crate::wasm::npm;
use crate::wasm::size::Size;
use crate::{command, workspace};
use anyhow::{Context, Result};
use question::{N_REQUESTS, N_WHOLE, Questions, Round, questions};
use scope_core::file::{self, ReadLimits};
use std::fs;
use std::path::PathBuf;
use worker::Worker;

/// Rounds of both that are not counted: engines compile what is hot, and memory grows once.
const N_WARM_UP: usize = 2;

pub(crate) fn run(quick: bool) -> Result<Report> {
    let (n_events, n_rounds) = if quick { (200_000, 3) } else { (1_000_000, 7) };
    say("building the npm package");
    npm::build()?;
    say(&format!("sealing {n_events} events"));
    let (path, end) = write_trace(n_events)?;
    let questions = questions(&file::read(&fs::read(&path)?, ReadLimits::default())?, end)?;

    let me = std::env::current_exe().context("xtask knows its own program")?;
    let mut native = command::program(&me.to_string_lossy(), workspace::root());
    let mut node = command::program("node", &workspace::js());
    let mut native = Worker::start(native.args(["bench", "wasm", "--load"]).arg(&path))?;
    let mut node = Worker::start(node.arg("bench/worker.js").arg(&path))?;

    let mut report = Report::new("wasm");
    say("comparing their answers");
    let (ours, theirs) = (native.answers(&questions)?, node.answers(&questions)?);
    report.failures = differences(&questions, &ours, &theirs);
    say(&format!("{n_rounds} rounds of both, in turns"));
    let (mut native_rounds, mut wasm_rounds) = (Vec::new(), Vec::new());
    for i in 0..N_WARM_UP + n_rounds {
        let (ours, theirs) = if i % 2 == 0 {
            let ours = native.round()?;
            (ours, node.round()?)
        } else {
            let theirs = node.round()?;
            (native.round()?, theirs)
        };
        if i >= N_WARM_UP {
            native_rounds.push(ours);
            wasm_rounds.push(theirs);
        }
    }

    report.rows.extend(load_rows(n_events, &native_rounds, &wasm_rounds));
    for (i, asked) in questions.iter().enumerate() {
        let medians = |rounds: &[Round]| rounds.iter().map(|round| median(&round.request_ms[i])).collect::<Vec<_>>();
        report.rows.push(Row::median(&format!("{}/wasm", asked.name), medians(&wasm_rounds), "ms").over(&["native"]));
        report.rows.push(Row::median(&format!("{}/native", asked.name), medians(&native_rounds), "ms"));
    }
    let module = Size::of(&npm::module())?;
    report.rows.push(Row::counted("module/wasm", module.built as f64 / 1e3, "KB"));
    report.rows.push(Row::counted("module_brotli/wasm", module.sent as f64 / 1e3, "KB"));
    report.failures.extend(module.check().err().map(|error| error.to_string()));
    report.notes.push(format!(
        "{n_events} events; each round is the median of {N_REQUESTS} requests, of {N_WHOLE} where each reads the whole recording, answered as \
         JSON; {} answers compared",
        ours.len()
    ));
    Ok(report)
}

/// Writes a generated recording; also gives the time of its last event.
fn write_trace(n_events: usize) -> Result<(PathBuf, u64)> {
    let mut mix = mix::generate(n_events)?;
    let end = mix.end();
    mix.seal()?;
    let path = workspace::target().join("bench/wasm.scope");
    fs::create_dir_all(path.with_file_name(""))?;
    fs::write(&path, mix.writer.dump(end))?;
    Ok((path, end))
}

/// The requests that were answered differently, or with an error.
fn differences(questions: &[Questions], native: &[String], wasm: &[String]) -> Vec<String> {
    let requests = questions.iter().flat_map(|asked| &asked.requests);
    let answers = native.iter().zip(wasm);
    requests
        .zip(answers)
        .filter(|(_, (native, wasm))| native != wasm || !native.starts_with("{\"data\":"))
        .map(|(request, (native, wasm))| format!("{request}: {:.200} natively, {:.200} in Node", native, wasm))
        .collect()
}

fn load_rows(n_events: usize, native: &[Round], wasm: &[Round]) -> [Row; 2] {
    let speeds = |rounds: &[Round]| rounds.iter().map(|round| n_events as f64 / round.load_ms / 1e3).collect();
    [
        Row::median("load/wasm", speeds(wasm), "M events/s").over(&["native"]),
        Row::median("load/native", speeds(native), "M events/s"),
    ]
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_differ_or_are_errors_are_named() {
        let questions = [Questions { name: "info".into(), requests: vec!["a".into(), "b".into(), "c".into()] }];
        let texts = |texts: [&str; 3]| texts.map(str::to_owned);
        let native = texts([r#"{"data":1}"#, r#"{"data":1}"#, r#"{"error":{}}"#]);
        let wasm = texts([r#"{"data":1}"#, r#"{"data":2}"#, r#"{"error":{}}"#]);
        let found = differences(&questions, &native, &wasm);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("b: ") && found[1].starts_with("c: "), "{found:?}");
    }

    #[test]
    fn a_faster_load_is_a_higher_row() {
        let round = |load_ms| Round { load_ms, request_ms: Vec::new() };
        let [wasm, native] = load_rows(1_000, &[round(1.0)], &[round(2.0)]);
        assert_eq!((wasm.value, native.value), (0.5, 1.0));
    }
}
