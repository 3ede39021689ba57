//! `histogram`: how many events, or how many of those that pass a filter, happened in each bucket of time, by class.
//!
//! Invariant: the counts are exact, and each event of the window is in one bucket. Without a filter no row is read: a bucket costs two
//! searches in the order of a chunk, however many events it has.

use crate::answer::{Answer, EventClass};
use crate::argument::cursor;
use crate::error::Result;
use crate::filter::{self, Filter};
use crate::model::window::Window;
use crate::requests::coverage::{coverage, process_gap};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, OrderKey};
use serde::{Deserialize, Serialize};

const DEFAULT_BUCKETS: u32 = 100;
/// More than the dots of a wide screen.
const MAX_BUCKETS: u32 = 4_096;

/// The arguments of `histogram`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct HistogramRequest {
    /// First time, inclusive (default: the first one held).
    pub from: Option<u64>,
    /// Last time, inclusive (default: the last one held).
    pub to: Option<u64>,
    /// Most buckets (default 100, at most 4096). There are fewer where the window has no more nanoseconds, or does not divide evenly.
    pub buckets: Option<u32>,
    /// Count only what passes this filter; docs/filter.md has the language.
    pub filter: Option<String>,
}

/// Numbers of events over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Histogram {
    /// First time counted.
    pub from: u64,
    /// Last time counted.
    pub to: u64,
    /// The length of a bucket: the n-th, from 0, begins at `from + n * bucket_ns`. The last one ends at `to`.
    pub bucket_ns: u64,
    /// The number of buckets.
    pub n_buckets: u32,
    /// The counts of each class that has any.
    pub classes: Vec<ClassHistogram>,
}

/// Numbers of events of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ClassHistogram {
    /// Class name.
    pub class: EventClass,
    /// All events counted.
    pub events: u64,
    /// Of these, events of which the filter cannot decide, as what it looks at was kept in part.
    pub possible: u64,
    /// The events of each bucket.
    pub counts: Vec<u64>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &HistogramRequest) -> Result<Answer<Histogram>> {
    let asked = Window::new(request.from, request.to)?;
    let most = cursor::within("buckets", request.buckets, DEFAULT_BUCKETS, 1..=MAX_BUCKETS)? as u64;
    let (first, last) = trace.span().unwrap_or_default();
    let from = request.from.unwrap_or_else(|| first.min(asked.to));
    let window = Window { from, to: request.to.unwrap_or_else(|| last.max(from)) };
    let buckets = Buckets::new(window, most);

    let expression = request.filter.as_deref().map(filter::parse).transpose()?;
    let (classes, coverage) = match &expression {
        None => {
            let counted: Vec<ClassHistogram> = Class::ALL.iter().map(|class| buckets.count(trace, *class)).collect();
            let n_events = counted.iter().map(|class| class.events).sum();
            (counted, coverage(trace, asked, Class::ALL, n_events))
        }
        Some(expression) => {
            let filter = Filter::new(trace, expression, None)?;
            let mut counted: Vec<ClassHistogram> = Class::ALL.iter().map(|class| buckets.empty(*class)).collect();
            let mut found = filter.rows(trace, window.first_key(), window.last_key(), Direction::Forward);
            for hit in found.by_ref() {
                if let Some(class) = counted.get_mut(hit.row.chunk.class() as usize) {
                    buckets.add(class, hit.row.tick(), 1);
                    class.possible += u64::from(hit.is_possible);
                }
            }
            let n_events = filter.n_tested().unwrap_or_else(|| found.n_read());
            let mut coverage = coverage(trace, asked, filter.classes(), n_events);
            let gaps = found.untraced().map(|(process, class, gap)| process_gap(process, class, gap));
            coverage.not_traced = gaps.collect();
            (counted, coverage)
        }
    };
    let classes = classes.into_iter().filter(|class| class.events > 0).collect();
    let Buckets { width, n, .. } = buckets;
    let data = Histogram { from: window.from, to: window.to, bucket_ns: width, n_buckets: n as u32, classes };
    Ok(Answer { data, coverage, next: None })
}

/// A window divided.
#[derive(Clone, Copy, Debug)]
struct Buckets {
    window: Window,
    width: u64,
    n: u64,
}

impl Buckets {
    fn new(window: Window, most: u64) -> Self {
        let length = window.to - window.from + 1;
        let width = length.div_ceil(most);
        Self { window, width, n: length.div_ceil(width) }
    }

    fn empty(self, class: Class) -> ClassHistogram {
        let counts = vec![0; usize::try_from(self.n).unwrap_or_default()];
        ClassHistogram { class: class.name().into(), events: 0, possible: 0, counts }
    }

    const fn of(self, tick: u64) -> u64 {
        tick.saturating_sub(self.window.from) / self.width
    }

    fn add(self, class: &mut ClassHistogram, tick: u64, n_events: u64) {
        if let Some(count) = usize::try_from(self.of(tick)).ok().and_then(|bucket| class.counts.get_mut(bucket)) {
            *count += n_events;
            class.events += n_events;
        }
    }

    /// The events of a class, chunk by chunk and in each bucket by bucket.
    fn count(self, trace: &Trace, class: Class) -> ClassHistogram {
        let mut counted = self.empty(class);
        for chunk in trace.chunks(class) {
            let end = rank_after(chunk, self.window.to);
            let mut rank = chunk.rank_of(self.window.first_key());
            while rank < end {
                let tick = chunk.tick(chunk.row_at_rank(rank));
                let last = self.window.from + self.of(tick) * self.width + (self.width - 1);
                let next = rank_after(chunk, last.min(self.window.to)).clamp(rank + 1, end);
                self.add(&mut counted, tick, u64::from(next - rank));
                rank = next;
            }
        }
        counted
    }
}

/// How many rows of a chunk happened up to a time.
fn rank_after(chunk: &Chunk, tick: u64) -> u32 {
    if chunk.last().tick <= tick { chunk.len() as u32 } else { chunk.rank_of(OrderKey::at(tick + 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::trace::events::{self, EventsRequest};
    use alloc::collections::BTreeMap;
    use alloc::string::ToString;
    use quickcheck::quickcheck;
    use scope_core::event::Flags;
    use scope_core::header::Header;
    use scope_core::store::Limits;
    use scope_core::writer::Writer;
    use scope_core::{EntityId, Event, Kind, ProcessKey};

    /// Events of four kinds, in the order given: the ticks of a trace come from many threads.
    fn trace(ticks: &[u8]) -> Trace {
        let mut writer = Writer::new(Header::default(), Limits::default(), 7);
        let process = writer.symbols().intern_process(ProcessKey { number: 1, serial: 0, incarnation: 0 });
        for (i, tick) in ticks.iter().enumerate() {
            let kind = [Kind::Send, Kind::Delivered, Kind::Exit, Kind::Mark][i % 4];
            let key = OrderKey { tick: u64::from(*tick), thread: 0, tie: i as u32 };
            let event = Event { key, kind, flags: Flags::NONE, process, peer: EntityId::NONE, what: 0 };
            writer.push(&event, None).expect("an event is taken in");
        }
        writer.snapshot(255)
    }

    fn histogram(trace: &Trace, request: &HistogramRequest) -> Histogram {
        let Histogram { from, to, bucket_ns, n_buckets, classes } = answer(trace, request).expect("an answer").data;
        for class in &classes {
            assert_eq!(class.counts.len(), n_buckets as usize);
            assert_eq!(class.counts.iter().sum::<u64>(), class.events);
        }
        Histogram { from, to, bucket_ns, n_buckets, classes }
    }

    /// The bucket of a time, by walking from the first one on.
    fn bucket(histogram: &Histogram, time: u64) -> usize {
        let begins = |n: &usize| histogram.from + *n as u64 * histogram.bucket_ns;
        (0..).take_while(|n| begins(n) <= time).last().expect("a bucket")
    }

    quickcheck! {
        fn every_event_is_counted_in_its_bucket(
            ticks: Vec<u8>, from: Option<u8>, length: Option<u8>, n_buckets: u16, is_filtered: bool
        ) -> bool {
            let trace = trace(&ticks);
            let filter = is_filtered.then(|| "class:message or kind:exit".to_string());
            let most = u32::from(n_buckets % 300) + 1;
            let from = from.map(u64::from);
            let to = length.map(|length| from.unwrap_or(0) + u64::from(length));
            let request = HistogramRequest { from, to, buckets: Some(most), filter: filter.clone() };
            let found = histogram(&trace, &request);
            assert!((1..=most).contains(&found.n_buckets) && bucket(&found, found.to) + 1 == found.n_buckets as usize);
            assert!(from.is_none_or(|from| from == found.from) && to.is_none_or(|to| to == found.to));

            // The oracle lists the events and counts them one by one.
            let listed = EventsRequest { from, to, filter, limit: Some(100_000), ..EventsRequest::default() };
            let mut expected: BTreeMap<(String, usize), u64> = BTreeMap::new();
            for event in events::answer(&trace, &listed).expect("events").data {
                *expected.entry((event.class.to_string(), bucket(&found, event.time))).or_default() += 1;
            }
            let counted = found.classes.iter().flat_map(|class| {
                let full = class.counts.iter().enumerate().filter(|(_, n)| **n > 0);
                full.map(|(bucket, n)| ((class.class.to_string(), bucket), *n))
            });
            counted.collect::<BTreeMap<_, _>>() == expected
        }
    }

    #[test]
    fn the_number_of_buckets_has_bounds() {
        let trace = trace(&[3, 1, 2]);
        let of = |buckets| HistogramRequest { buckets: Some(buckets), ..HistogramRequest::default() };
        let refused = |buckets| answer(&trace, &of(buckets)).expect_err("out of bounds").to_string();
        assert_eq!(refused(0), "buckets: 0 is not between 1 and 4096");
        assert_eq!(refused(4_097), "buckets: 4097 is not between 1 and 4096");
        // The widest window there is.
        let widest = HistogramRequest { from: Some(0), to: Some((1 << 53) - 1), ..of(4_096) };
        let found = histogram(&trace, &widest);
        assert_eq!((found.n_buckets, found.classes.iter().map(|class| class.counts[0]).sum::<u64>()), (4_096, 3));
    }

    #[test]
    fn a_trace_without_events_has_one_bucket_and_no_counts() {
        let found = histogram(&trace(&[]), &HistogramRequest::default());
        assert_eq!((found.from, found.to, found.n_buckets, found.classes.len()), (0, 0, 1, 0));
    }
}
