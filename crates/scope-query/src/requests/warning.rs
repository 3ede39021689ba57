//! What of an answer may be missing, in sentences for people who see only its rows.
//!
//! Invariant: a warning is news. That a target was not traced before it became one is none, nor that there is more than a selection shows.

use crate::answer::{Coverage, NotTraced};
use crate::requests::{Answer, Request};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// The fields that say from when on a request asks; one without any asks about everything.
const BEGINNINGS: [&str; 3] = ["from", "at", "alive_at"];

/// Why rows of an answer may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// `lost`, `not_traced`, `evicted` or `cut`.
    pub topic: &'static str,
    /// The reason in words.
    pub text: String,
}

/// Why rows of an answer may be missing, each reason once.
#[must_use]
pub fn warnings(request: &Request, answer: &Answer) -> Vec<Warning> {
    let coverage = &answer.coverage;
    let mut found: Vec<Warning> = Vec::new();
    let mut warn = |topic, text| {
        let warning = Warning { topic, text };
        if !found.contains(&warning) {
            found.push(warning);
        }
    };
    for lost in &coverage.dropped {
        let n = lost.n.map_or_else(|| "some".into(), |n| format!("{n}"));
        let class = lost.class.as_ref().map_or_else(|| "unknown".into(), |class| format!("{class}"));
        warn("lost", format!("{n} {class} events were lost ({})", lost.reason));
    }
    for gap in coverage.not_traced.iter().filter(|gap| is_whole(gap, coverage)) {
        warn("not_traced", format!("{} of {} was not traced", gap.class, gap.target));
    }
    if coverage.evicted_before.is_some_and(|before| before > beginning(request)) {
        warn("evicted", "older events were evicted (max_events, max_bytes)".into());
    }
    if answer.next.is_some() && !matches!(request, Request::SlowestFunctionCalls(_)) {
        warn("cut", "it was cut (limit:)".into());
    }
    if answer.next.is_none() && coverage.truncated && matches!(request, Request::Overview(_)) {
        warn("cut", "it was cut, as it would read too much of the trace (from:, to:)".into());
    }
    found
}

fn is_whole(gap: &NotTraced, coverage: &Coverage) -> bool {
    gap.from <= coverage.from && gap.to >= coverage.to
}

fn beginning(request: &Request) -> u64 {
    let fields = serde_json::to_value(request).unwrap_or_default();
    BEGINNINGS.iter().find_map(|field| fields.get(field)?.as_u64()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Dropped;
    use crate::requests::{Data, FunctionWindow, events::EventsRequest};
    use alloc::vec;

    fn warned(request: &Request, coverage: Coverage, next: Option<&str>) -> Vec<String> {
        let answer = Answer { data: Data::Events(vec![]), coverage, next: next.map(String::from) };
        warnings(request, &answer).into_iter().map(|warning| warning.text).collect()
    }

    #[test]
    fn only_news_is_a_warning() {
        let all = Request::Events(EventsRequest::default());
        let later = Request::Events(EventsRequest { from: Some(50), ..EventsRequest::default() });
        let coverage = || Coverage { from: 10, to: 90, evicted_before: Some(50), ..Coverage::default() };
        assert_eq!(warned(&all, coverage(), None), ["older events were evicted (max_events, max_bytes)"]);
        assert_eq!(warned(&later, coverage(), None), [""; 0]);
        assert_eq!(warned(&later, coverage(), Some("next")), ["it was cut (limit:)"]);
        let slowest = Request::SlowestFunctionCalls(FunctionWindow { from: Some(50), ..FunctionWindow::default() });
        assert_eq!(warned(&slowest, coverage(), Some("next")), [""; 0]);
        let gap = |from, to| NotTraced { target: "<0.1.0>".into(), class: "call".into(), from, to };
        let not_traced = vec![gap(10, 89), gap(11, 90), gap(10, 90), gap(0, 100)];
        assert_eq!(warned(&later, Coverage { not_traced, ..coverage() }, None), ["call of <0.1.0> was not traced"]);
        let lost = |n| Dropped { class: None, n, from: 0, to: 1, reason: "damaged".into() };
        let dropped = vec![lost(Some(3)), lost(None)];
        let expected = ["3 unknown events were lost (damaged)", "some unknown events were lost (damaged)"];
        assert_eq!(warned(&later, Coverage { dropped, ..coverage() }, None), expected);
    }
}
