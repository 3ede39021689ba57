//! The questions that are timed: a row for each.

use crate::bench::mix::{named, process};
use anyhow::{Context, Result};
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey};
use serde_json::{Value, json};

/// Questions of each kind.
pub(super) const N_QUESTIONS: u64 = 101;

/// One kind of question.
pub(super) struct Question {
    pub(super) name: &'static str,
    /// The n-th request of the kind.
    pub(super) request: fn(&Asked, u64) -> Value,
}

/// What the questions are about.
pub(super) struct Asked {
    end: u64,
    /// Sends spread over the recording.
    sends: Vec<String>,
}

impl Asked {
    pub(super) fn new(trace: &Trace, end: u64) -> Result<Self> {
        let send = |i: u64| {
            let from = OrderKey::at(end / N_QUESTIONS * i);
            let mut rows = trace.rows(&[Class::Message], from, OrderKey::MAX, Direction::Forward);
            let row = rows.find(|row| trace.chunk(row).kind(row.row) == Kind::Send).context("messages to the end")?;
            Ok(trace.event_id(&row).to_string())
        };
        Ok(Self { end, sends: (0..N_QUESTIONS).map(send).collect::<Result<_>>()? })
    }

    /// A time in the second half of the recording, when every process has done something.
    fn time(&self, i: u64) -> u64 {
        self.end / 2 + self.end / 2 / N_QUESTIONS * i
    }
}

/// One process for each question, busy and quiet ones.
fn pid(i: u64) -> String {
    process(i * 7 % 1_000).to_string()
}

pub(super) const ALL: &[Question] = &[
    Question {
        name: "state_at",
        request: |asked, i| json!({"kind": "state_at", "process": pid(i), "time": asked.time(i)}),
    },
    Question {
        name: "state_at_by_name",
        request: |asked, i| json!({"kind": "state_at", "process": named(i), "time": asked.time(i)}),
    },
    Question {
        name: "process_info",
        request: |asked, i| json!({"kind": "process_info", "process": pid(i), "at": asked.time(i)}),
    },
    Question {
        name: "message_match",
        request: |asked, i| json!({"kind": "message", "id": asked.sends.get(i as usize)}),
    },
    Question {
        name: "process_events",
        request: |asked, i| json!({"kind": "events", "process": pid(i), "from": asked.time(i), "limit": 100}),
    },
    Question { name: "snapshot_at", request: |asked, i| json!({"kind": "snapshot_at", "time": asked.time(i)}) },
    Question {
        name: "message_flow",
        request: |asked, i| json!({"kind": "message_flow", "a": pid(i), "b": pid(i + 1), "from": asked.time(i), "limit": 100}),
    },
    Question {
        name: "server_calls",
        request: |asked, i| json!({"kind": "server_calls", "server": pid(i), "from": asked.time(i), "limit": 100}),
    },
    Question {
        name: "state_timeline",
        request: |asked, i| json!({"kind": "state_timeline", "process": pid(i), "from": asked.time(i), "limit": 100}),
    },
    Question {
        name: "execution_path",
        request: |_, i| json!({"kind": "execution_path", "process": pid(i), "limit": 100}),
    },
    Question {
        name: "why",
        request: |asked, i| json!({"kind": "why", "id": asked.sends.get(i as usize), "depth": 20}),
    },
    Question { name: "info", request: |_, _| json!({"kind": "info"}) },
];
