//! The name of a trace and, after a line's end, any text as a filter of its events.
//!
//! Laws: a filter in parentheses is the same filter, and so is the filter or itself; backward it lists the same events in the other order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scope_core::trace::Trace;
use scope_fuzz::answering::{answer, refusal, request};
use scope_fuzz::traces;
use serde_json::{Value, json};

/// More than any trace here has events that one answer may read.
const LIMIT: u32 = 100_000;

fuzz_target!(|input: &str| {
    let (trace, filter) = traces::named(input);
    let plain = events(trace, filter, false);
    if let Some(code) = refusal(&plain) {
        assert!(["bad_argument", "not_found", "too_costly"].contains(&code), "{filter:?}: {plain}");
        return;
    }
    if plain["coverage"]["truncated"] == true || filter.trim().is_empty() {
        return;
    }
    // What is longer may be too long.
    for same in [format!("({filter})"), format!("({filter}) or ({filter})")] {
        let answer = events(trace, &same, false);
        assert!(refusal(&answer).is_some() || answer["data"] == plain["data"], "{same:?} lists other events");
    }
    let mut backward = events(trace, filter, true);
    if let Some(rows) = backward["data"].as_array_mut() {
        rows.reverse();
    }
    assert_eq!(backward["data"], plain["data"], "{filter:?} lists other events backward");
});

fn events(trace: &Trace, filter: &str, backward: bool) -> Value {
    let text = json!({"kind": "events", "filter": filter, "backward": backward, "limit": LIMIT}).to_string();
    answer(trace, &request(&text).expect("a filter is read when it is asked"))
}
