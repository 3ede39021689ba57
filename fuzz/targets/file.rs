//! Any bytes as a trace: as they are, and with their checksums made right. What does not begin as a file tells a story of events, which is
//! written as one.
//!
//! Laws: reading stays within its limits; a trace reads the same forward and backward, finds each of its events by id, and is the same
//! when it is written and read again; any question is answered or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scope_core::file::{self, ReadLimits};
use scope_core::trace::{Direction, RowRef, Trace};
use scope_core::{Class, OrderKey};
use scope_fuzz::answering::{answer, request};
use scope_fuzz::bounds::{Bounds, within};
use scope_fuzz::sealing::sealed;
use scope_fuzz::story;
use serde_json::{Value, json};

/// Small, so that mutation reaches it.
const MAX_BYTES: u64 = 1 << 20;
/// Requests on one trace: its bytes choose them, so that all are tried over many.
const N_QUESTIONS: usize = 3;

fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"ELX") {
        return check(&story::file(bytes));
    }
    check(bytes);
    let sealed = sealed(bytes);
    if sealed != bytes {
        check(&sealed);
    }
});

fn check(bytes: &[u8]) {
    let Some(trace) = read(bytes) else { return };
    let rows = rows(&trace, Direction::Forward);
    let mut backward = self::rows(&trace, Direction::Backward);
    backward.reverse();
    assert_eq!(ids(&trace, &rows), ids(&trace, &backward), "backward it is another trace");
    for row in rows.iter().take(64) {
        let id = trace.event_id(row);
        assert!(trace.find(id).is_some_and(|found| trace.event_id(&found) == id), "{id} is not found");
    }
    let again =
        file::read(&file::write(&trace), ReadLimits { max_bytes: 8 * MAX_BYTES }).expect("what was written is a trace");
    assert_eq!(
        ids(&trace, &rows),
        ids(&again, &self::rows(&again, Direction::Forward)),
        "written and read, it is another"
    );
    let questions = questions(&trace, &rows);
    let chosen = crc32fast::hash(bytes) as usize;
    for i in 0..N_QUESTIONS {
        let question = questions[(chosen + i * 7) % questions.len()].to_string();
        let _ = answer(&trace, &request(&question).unwrap_or_else(|| panic!("{question} is no request")));
    }
}

fn read(bytes: &[u8]) -> Option<Trace> {
    let n = bytes.len() as u64;
    let bounds = Bounds { n_blocks: 16 * (n + MAX_BYTES), n_bytes: MAX_BYTES + 4 * n + (1 << 16) };
    within(bounds, "reading", || file::read(bytes, ReadLimits { max_bytes: MAX_BYTES })).ok()
}

fn rows(trace: &Trace, direction: Direction) -> Vec<RowRef> {
    trace.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, direction).collect()
}

fn ids(trace: &Trace, rows: &[RowRef]) -> Vec<String> {
    rows.iter().map(|row| trace.event_id(row).to_string()).collect()
}

/// Every request that suits any trace, about what is first and last in this one.
fn questions(trace: &Trace, rows: &[RowRef]) -> Vec<Value> {
    const OF_ALL: &[&str] = &[
        "info",
        "events",
        "histogram",
        "find_processes",
        "supervision_tree",
        "crashes",
        "performance_analysis",
        "slowest_function_calls",
        "function_calls",
        "call_tree",
        "message_queue_analysis",
        "overview",
    ];
    let mut questions: Vec<Value> = OF_ALL.iter().map(|kind| json!({"kind": kind})).collect();
    let (from, to) = trace.span().unwrap_or_default();
    for time in [0, from, to, (1 << 53) - 1] {
        questions.push(json!({"kind": "snapshot_at", "time": time}));
    }
    questions.push(json!({"kind": "events", "filter": "waiting>1ns or duration>1ns or own<5s or not message~{:a, _}"}));
    let processes = trace.processes();
    for process in [processes.first(), processes.last()].into_iter().flatten().map(ToString::to_string) {
        for kind in ["state_timeline", "execution_path", "process_info", "process_relationships"] {
            questions.push(json!({"kind": kind, "process": process}));
        }
        questions.push(json!({"kind": "message_flow", "a": process}));
        questions.push(json!({"kind": "server_calls", "server": process}));
        questions.push(json!({"kind": "state_at", "process": process, "time": to}));
        questions.push(json!({"kind": "state_changes", "process": process, "path": ""}));
    }
    let mut ids: Vec<String> = Vec::new();
    for class in Class::ALL.iter().copied() {
        let of = trace.rows(&[class], OrderKey::default(), OrderKey::MAX, Direction::Backward);
        ids.extend(of.take(2).map(|row| trace.event_id(&row).to_string()));
    }
    ids.extend(rows.first().map(|row| trace.event_id(row).to_string()));
    for id in ids {
        for kind in ["why", "impact", "message", "term"] {
            questions.push(json!({"kind": kind, "id": id}));
        }
        questions.push(json!({"kind": "events_around", "at": id}));
    }
    questions
}
