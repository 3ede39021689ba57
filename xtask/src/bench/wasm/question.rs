//! The questions that both programs answer, of every kind of request, and what they measure.

use crate::bench::mix;
use anyhow::{Context, Result};
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Requests of each kind, about different processes and times.
pub(super) const N_REQUESTS: u64 = 51;
/// Requests of a kind that reads the whole recording, which takes so long that few tell enough.
pub(super) const N_WHOLE: u64 = 3;

/// Requests of one kind, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Questions {
    pub(super) name: String,
    pub(super) requests: Vec<String>,
}

/// What one program measured in one round.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Round {
    pub(super) load_ms: f64,
    /// For each of the [`Questions`], the time of each request.
    pub(super) request_ms: Vec<Vec<f64>>,
}

/// A question for each kind of request.
pub(super) fn questions(trace: &Trace, end: u64) -> Result<Vec<Questions>> {
    let pid = |i: u64| mix::process(i).to_string();
    // The second half of the recording, when every process has done something.
    let time = |i: u64| end / 2 + i * end / 2 / N_REQUESTS;
    let sends = ids(trace, Class::Message, Kind::Send, end)?;
    let states = ids(trace, Class::State, Kind::State, end)?;
    let send = |i: u64| sends[i as usize].as_str();
    let state = |i: u64| states[i as usize].as_str();
    let firsts: Vec<Value> = (0..N_REQUESTS).map(|i| first_states(trace, &pid(i))).collect::<Result<_>>()?;
    let first = |i: u64, n: usize| &firsts[i as usize][n]["id"];
    let some = |request: &dyn Fn(u64) -> Value| ask(N_REQUESTS, request);
    let few = |request: &dyn Fn(u64) -> Value| ask(N_WHOLE, request);
    Ok(vec![
        some(&|i| json!({"kind": "state_at", "process": pid(i), "time": time(i)})),
        some(&|i| json!({"kind": "events", "from": i * end / 100, "limit": 100})),
        some(&|i| json!({"kind": "message_flow", "a": pid(i), "b": pid(i + 1), "limit": 100})),
        some(&|i| json!({"kind": "execution_path", "process": pid(i), "limit": 100})),
        some(&|i| json!({"kind": "state_timeline", "process": pid(i), "limit": 100})),
        some(&|_| json!({"kind": "info"})),
        some(&|i| json!({"kind": "histogram", "from": i * end / 100, "buckets": 100})),
        some(&|i| json!({"kind": "term", "id": state(i)})),
        some(&|i| json!({"kind": "message", "id": send(i)})),
        some(&|i| json!({"kind": "server_calls", "server": pid(i), "limit": 100})),
        some(&|i| json!({"kind": "snapshot_at", "time": time(i)})),
        some(&|i| json!({"kind": "process_info", "process": pid(i)})),
        some(&|i| json!({"kind": "find_processes", "alive_at": time(i), "limit": 100})),
        some(&|i| json!({"kind": "process_relationships", "process": pid(i)})),
        some(&|i| json!({"kind": "supervision_tree", "at": time(i)})),
        some(&|i| json!({"kind": "events_around", "at": send(i)})),
        some(&|i| json!({"kind": "compare_states", "was": state(i), "became": state(i + 1)})),
        some(&|i| json!({"kind": "state_changes", "process": pid(i), "path": ".status", "limit": 100})),
        some(
            &|i| json!({"kind": "analyze_state_change", "process": pid(i), "was": first(i, 0), "became": first(i, 1)}),
        ),
        some(&|i| json!({"kind": "why", "id": send(i)})),
        some(&|i| json!({"kind": "impact", "id": send(i)})),
        few(&|_| json!({"kind": "crashes"})),
        few(&|i| json!({"kind": "performance_analysis", "from": i, "limit": 100})),
        few(&|i| json!({"kind": "slowest_function_calls", "from": i, "limit": 100})),
        some(&|i| json!({"kind": "function_calls", "module": format!("Shop.Module{i}"), "limit": 100})),
        few(&|i| json!({"kind": "call_tree", "from": i, "limit": 100})),
        few(&|i| json!({"kind": "message_queue_analysis", "from": i, "limit": 100})),
        few(&|i| json!({"kind": "overview", "from": i})),
    ])
}

/// Requests of one kind, named by it.
fn ask(n_requests: u64, request: &dyn Fn(u64) -> Value) -> Questions {
    let requests: Vec<Value> = (0..n_requests).map(request).collect();
    Questions {
        name: requests[0]["kind"].as_str().unwrap_or_default().to_owned(),
        requests: requests.iter().map(Value::to_string).collect(),
    }
}

/// Ids of events of a kind, spread over the recording: one more than there are requests.
fn ids(trace: &Trace, class: Class, kind: Kind, end: u64) -> Result<Vec<String>> {
    let id = |i: u64| {
        let from = OrderKey::at(end / (N_REQUESTS + 2) * i);
        let mut rows = trace.rows(&[class], from, OrderKey::MAX, Direction::Forward);
        let row = rows.find(|row| trace.chunk(row).kind(row.row) == kind).context("such events to the end")?;
        Ok(trace.event_id(&row).to_string())
    };
    (0..=N_REQUESTS).map(id).collect()
}

/// The first two states of a process.
fn first_states(trace: &Trace, process: &str) -> Result<Value> {
    let request = json!({"kind": "state_timeline", "process": process, "limit": 2}).to_string();
    let mut answer: Value = serde_json::from_str(&scope_query::answer_json(trace, &request))?;
    Ok(answer["data"].take())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_core::file::{self, ReadLimits};
    use scope_query::requests::TABLE;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_request_has_a_row_and_an_answer() {
        let (mut writer, end) = mix::recorded(50_000).unwrap();
        let trace = file::read(&writer.dump(end), ReadLimits::default()).unwrap();
        let questions = questions(&trace, end).unwrap();
        let asked: BTreeSet<&str> = questions.iter().map(|asked| asked.name.as_str()).collect();
        assert_eq!(asked, TABLE.iter().map(|request| request.kind).collect());
        // One of each kind: an answer takes long in a development build.
        for request in questions.iter().map(|asked| &asked.requests[0]) {
            let answer = scope_query::answer_json(&trace, request);
            assert!(answer.starts_with("{\"data\":"), "{request}: {answer:.200}");
        }
    }
}
