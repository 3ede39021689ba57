//! An answer that may read little is a part of the whole one, and says so, or is refused: never another answer.

use crate::script::{Script, pid};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::{Asker, Trace};
use scope_query::requests::{FunctionWindow, Request, answer_within};
use scope_query::{Error, json};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The recorded cases with their requests.
fn cases() -> Vec<(String, Trace, Vec<Request>)> {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let mut cases = Vec::new();
    for folder in std::fs::read_dir(corpus).unwrap() {
        let folder = folder.unwrap().path();
        let read = |name: &str| std::fs::read(folder.join(name));
        let (Ok(bytes), Ok(requests)) = (read("trace.scope"), read("request.json")) else { continue };
        let Ok(trace) = file::read(&bytes, ReadLimits::default()) else { continue };
        let requests = String::from_utf8(requests).unwrap();
        let requests: Vec<Request> =
            requests.lines().filter_map(|line| json::request_of_json(line.trim_end_matches(',')).ok()).collect();
        cases.push((folder.display().to_string(), trace, requests));
    }
    assert!(cases.len() > 5, "the corpus is not there");
    cases
}

/// Whether one answer is the other, but for rows that are missing at the end, or findings that are missing.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && part.iter().zip(whole).all(|(one, other)| is_part(one, other))
        }
        (Value::Object(part), Value::Object(whole)) => part.iter().all(|(name, one)| match (one, whole.get(name)) {
            (Value::Array(findings), Some(Value::Array(all))) if name == "findings" => {
                findings.iter().all(|finding| all.contains(finding))
            }
            // Where a chain was cut it has no more to say of what is behind.
            (Value::Object(stop), Some(_)) if name == "stop" && stop["reason"] == "limit" => true,
            (_, Some(other)) => is_part(one, other),
            (_, None) => false,
        }),
        _ => part == whole,
    }
}

#[test]
fn an_answer_that_may_read_little_is_a_part_or_refused() {
    let (mut n_parts, mut n_refused, mut n_whole) = (0, 0, 0);
    for (case, trace, requests) in cases() {
        for request in requests {
            let whole = scope_query::answer(&trace, &request);
            for n_rows in (0..15).map(|step| (1 << step) - 1).chain([20, 40, 48, 80, 90, 150, 200, 300, 700]) {
                let about = format!("{case}: {request:?} with {n_rows} rows");
                match (answer_within(n_rows, None, &trace, &request), &whole) {
                    (Err(Error::TooCostly(n)), _) => {
                        assert_eq!(n, n_rows);
                        n_refused += 1;
                    }
                    (part, whole) if part == *whole => n_whole += 1,
                    (Ok(part), Ok(whole)) => {
                        assert!(part.coverage.truncated, "{about}: not marked as cut");
                        let value = |answer| serde_json::to_value(answer).unwrap();
                        assert!(is_part(&value(&part.data), &value(&whole.data)), "{about}: {}", value(&part.data));
                        n_parts += 1;
                    }
                    (part, whole) => panic!("{about}: {part:?} in place of {whole:?}"),
                }
            }
        }
    }
    assert!(n_parts > 10 && n_refused > 100 && n_whole > 100, "{n_parts} parts, {n_refused} refused, {n_whole} whole");
}

#[test]
fn the_requests_of_the_corpus_are_answered_whole() {
    for (case, trace, requests) in cases() {
        for request in requests {
            let answer = scope_query::answer(&trace, &request);
            assert!(!matches!(answer, Err(Error::TooCostly(_))), "{case}: {request:?}");
        }
    }
}

/// Goes away after so many looks.
#[derive(Debug)]
struct Impatient(AtomicU64);

impl Asker for Impatient {
    fn is_there(&self) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

#[test]
fn an_answer_that_no_one_waits_for_ends() {
    let mut script = Script::new();
    for i in 0..50_000 {
        script.call(2 * i, pid(1), "work");
        script.ret(2 * i + 1, pid(1), "work");
    }
    let trace = script.trace();
    let request = Request::PerformanceAnalysis(FunctionWindow::default());
    let ask = |patience| answer_within(1 << 30, Some(Arc::new(Impatient(AtomicU64::new(patience)))), &trace, &request);
    assert!(ask(1_000).is_ok());
    for patience in [0, 1, 5] {
        assert_eq!(ask(patience), Err(Error::Abandoned));
    }
}
