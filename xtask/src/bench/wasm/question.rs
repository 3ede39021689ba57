//! The questions that both programs answer, and what they measure.

use crate::bench::mix;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Requests of each kind, about different processes and times.
pub(super) const N_REQUESTS: u64 = 51;
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

/// A row for each.
pub(super) fn questions(end: u64) -> Vec<Questions> {
    let pid = |i: u64| mix::process(i).to_string();
    let ask = |name: &str, request: &dyn Fn(u64) -> Value| Questions {
        name: name.into(),
        requests: (0..N_REQUESTS).map(|i| request(i).to_string()).collect(),
    };
    vec![
        ask("state_at", &|i| json!({"kind": "state_at", "process": pid(i), "time": end / 2 + i * end / 400})),
        ask("events", &|i| json!({"kind": "events", "from": i * end / 100, "limit": 100})),
        ask("message_flow", &|i| json!({"kind": "message_flow", "a": pid(i), "b": pid(i + 1), "limit": 100})),
        ask("execution_path", &|i| json!({"kind": "execution_path", "process": pid(i), "limit": 100})),
        ask("state_timeline", &|i| json!({"kind": "state_timeline", "process": pid(i), "limit": 100})),
    ]
}
