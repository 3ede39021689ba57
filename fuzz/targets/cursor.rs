//! The name of a trace, a request, and any text as the place where an answer goes on, each on a line.
//!
//! Laws: a place is refused, or it is one; from there each page is followed by another or by none, and no page comes twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scope_fuzz::answering::{answer, refusal, request};
use scope_fuzz::traces;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Pages that are turned: more take time and show no more.
const MAX_PAGES: usize = 24;

fuzz_target!(|input: &str| {
    let (trace, rest) = traces::named(input);
    let Some((text, after)) = rest.split_once('\n') else { return };
    let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(text) else { return };
    let mut seen = BTreeSet::new();
    let mut place = after.to_owned();
    for _ in 0..MAX_PAGES {
        fields.insert("after".into(), place.as_str().into());
        let Some(asked) = request(&Value::from(fields.clone()).to_string()) else { return };
        let page = answer(trace, &asked);
        if let Some(code) = refusal(&page) {
            assert!(seen.is_empty() || code != "bad_argument", "the place that an answer gave is refused: {page}");
            return;
        }
        assert!(seen.insert(place), "a page comes twice");
        let Some(next) = page["next"].as_str() else { return };
        place = next.into();
    }
});
