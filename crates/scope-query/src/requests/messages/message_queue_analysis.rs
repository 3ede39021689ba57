//! `message_queue_analysis`: the message queues, and the process the others wait for.

use crate::answer::{Answer, Durations, Process};
use crate::argument::cursor;
use crate::error::Result;
use crate::model::message::queue::{self, Detail, Details, Places, Sum, totals};
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use crate::requests::page::ranked;
use crate::requests::render::bottleneck::{Load, path, why};
use crate::requests::render::durations::durations;
use crate::requests::render::view::View;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::{Ordering, Reverse};
use scope_core::event::MAX_TICK;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "message_queue_analysis";
/// Senders, and processes waited for, shown of a queue.
const MAX_PEERS: usize = 10;

/// The arguments of `message_queue_analysis`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct MessageQueueAnalysisRequest {
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// The queues of a trace, and what holds them up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Queues {
    /// Whom the others wait for, or `null` when nothing waited.
    pub bottleneck: Option<Bottleneck>,
    /// The queues, those in which messages waited longest in sum first.
    pub queues: Vec<Queue>,
}

/// The process whom the others wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Bottleneck {
    /// It.
    pub process: Process,
    /// Why, with the figures, in one sentence.
    pub why: String,
    /// From the process with the most waiting to the bottleneck, each waiting for the next.
    pub path: Vec<Process>,
    /// The id of the message that waited longest in the queue the path begins with.
    pub longest: Option<String>,
}

/// The queue of a process. A message waits from its sending (where no process saw it sent, from its delivery) to its handling by the process's
/// callback; where handling is not known nothing is said of waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Queue {
    /// Whose.
    pub process: Process,
    /// First time spoken of: its first message in the window.
    pub from: u64,
    /// Last time spoken of: its exit, or the end of the window.
    pub to: u64,
    /// Messages that came in the window: handled, or still waiting.
    pub arrived: u64,
    /// Of these, messages no process was seen to send (timers, monitors, ports, processes that are not traced).
    pub external: u64,
    /// Messages handled in the window.
    pub handled: u64,
    /// Of these, messages whose arrival is not known.
    pub unmatched: u64,
    /// Of these, messages that cannot be recorded from equal ones on the way at the same time: they count in lengths, not in `waiting`.
    pub ambiguous: u64,
    /// Messages delivered in the window that the process took by a receive of its own, such as replies.
    pub taken: u64,
    /// Messages neither handled nor taken at the end.
    pub left: u64,
    /// The most messages that waited at one time; `null` where handling is not known.
    pub peak: Option<u64>,
    /// When there were so many for the first time.
    pub peak_at: Option<u64>,
    /// How many waited on average, in millionths of a message.
    pub mean_ppm: Option<u64>,
    /// Time from arrival to handling.
    pub waiting: Option<Durations>,
    /// Time from handling to the next state; `null` where states are not known.
    pub handling: Option<Durations>,
    /// Time from sending to delivery.
    pub delivery: Option<Durations>,
    /// Share of the time in which it handled messages, in millionths.
    pub busy_ppm: Option<u64>,
    /// The time between two arrivals, on average.
    pub arrival_interval_ns: Option<u64>,
    /// The time a message takes, on average: with more than one arrival in that time the queue grows.
    pub service_interval_ns: Option<u64>,
    /// Who fills it, at most 10, those with the most messages first.
    pub senders: Vec<Sender>,
    /// How many different senders there were.
    pub n_senders: u32,
    /// For whose replies it waited, at most 10, the longest first.
    pub waits_for: Vec<WaitsFor>,
    /// The id of the message that waited longest.
    pub longest: Option<String>,
}

/// A process that sends to a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Sender {
    /// It.
    pub process: Process,
    /// Its messages among those that arrived.
    pub messages: u64,
}

/// A process whose replies another one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct WaitsFor {
    /// It.
    pub process: Process,
    /// Replies.
    pub replies: u64,
    /// Time from the request, or whatever was last sent, to the reply.
    pub sum_ns: u64,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &MessageQueueAnalysisRequest) -> Result<Answer<Queues>> {
    let asked = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let place = cursor::count(KIND, request.after.as_deref())?;
    let queues = queue::Queues::of(trace, asked, Detail::Full);
    let loads = loads(&queues, asked.clipped(trace));
    let mut view = View::new(trace);
    let bottleneck = bottleneck(&queues, &loads, &mut view, asked.last_key());
    let (page, next) = ranked(loads, KIND, place, limit);
    let mut places = Places::default();
    let processes: Vec<usize> = page.iter().map(|(process, _)| *process).collect();
    let details = queues.details(&processes);
    let mut shown = Vec::with_capacity(page.len());
    for (place, (process, load)) in page.into_iter().enumerate() {
        shown.extend(queue(&queues, process, &load, (&details, place), &mut places, &mut view, asked));
    }
    let data = Queues { bottleneck, queues: shown };
    let mut coverage = coverage(trace, asked, &[Class::Message, Class::State], queues.n_events);
    coverage.truncated = next.is_some();
    Ok(Answer { data, coverage, next })
}

/// The queues with messages, by waiting in sum, then arrivals and process.
pub(in crate::requests) fn loads(queues: &queue::Queues, window: Window) -> Vec<(usize, Load)> {
    let load = |(process, queue)| Some((process, Load::of(queue, window)?));
    let mut loads: Vec<(usize, Load)> = queues.queues.iter().enumerate().filter_map(load).collect();
    loads.sort_by_key(|(process, load)| {
        (Reverse((load.waiting_ns(), load.counts.arrived)), queues.numbers.key(*process))
    });
    loads
}

/// The process the others wait for. Names are those held at the end.
pub(in crate::requests) fn bottleneck(
    queues: &queue::Queues,
    loads: &[(usize, Load)],
    view: &mut View<'_>,
    end: OrderKey,
) -> Option<Bottleneck> {
    let path = path(queues, loads);
    let shown: Vec<Process> = path.iter().map(|process| view.process(queues.numbers.key(*process), end)).collect();
    let name = |process: usize| {
        let place = path.iter().position(|known| *known == process);
        place.and_then(|place| shown.get(place)).map_or_else(String::new, named)
    };
    let why = why(queues, loads, &path, name)?;
    let longest = queues.queues.get(*path.first()?)?.longest.map(|wait| wait.id.to_string());
    Some(Bottleneck { process: shown.last()?.clone(), why, path: shown, longest })
}

fn named(process: &Process) -> String {
    process.name.clone().unwrap_or_else(|| process.pid.clone())
}

/// The few with the largest amounts, of equal ones those first in order of their processes.
fn most(sums: &[Sum], amount: impl Fn(&Sum) -> u64, key: impl Fn(&Sum) -> ProcessKey) -> Vec<Sum> {
    let mut most: Vec<Sum> = Vec::with_capacity(MAX_PEERS + 1);
    for sum in sums {
        let is_before = |other: &Sum| match amount(other).cmp(&amount(sum)) {
            Ordering::Equal => key(other) < key(sum),
            order => order == Ordering::Greater,
        };
        let place = most.iter().rposition(is_before).map_or(0, |before| before + 1);
        if place < MAX_PEERS {
            most.insert(place, *sum);
            most.truncate(MAX_PEERS);
        }
    }
    most
}

/// A row.
fn queue(
    queues: &queue::Queues,
    process: usize,
    load: &Load,
    (details, place): (&Details, usize),
    places: &mut Places,
    view: &mut View<'_>,
    asked: Window,
) -> Option<Queue> {
    let (queue, counts) = (queues.queues.get(process)?, &load.counts);
    let key = |sum: &Sum| queues.numbers.key(sum.process as usize);
    let mut process_at_end = |process| view.process(queues.numbers.key(process), asked.last_key());
    let senders = totals(details.senders(place).iter().map(|sender| (*sender, 0)), places);
    let n_senders = senders.len() as u32;
    let senders = most(&senders, |sum| sum.n, key).into_iter();
    let senders =
        senders.map(|sum| Sender { process: process_at_end(sum.process as usize), messages: sum.n }).collect();
    let waits = totals(queues.waits(process).iter().copied(), places);
    let waits = most(&waits, |sum| sum.amount, key).into_iter();
    let waits_for = waits.map(|sum| WaitsFor {
        process: process_at_end(sum.process as usize),
        replies: sum.n,
        sum_ns: sum.amount.min(MAX_TICK),
    });
    let waits_for = waits_for.collect();
    let span_ns = load.span_ns();
    let per_span =
        |ns: u128| u64::try_from(ns * 1_000_000 / u128::from(span_ns.max(1))).unwrap_or(MAX_TICK).min(MAX_TICK);
    let interval = |n: u64| (n > 0 && span_ns > 0).then(|| span_ns / n);
    Some(Queue {
        process: process_at_end(process),
        from: load.window.from,
        to: load.window.to,
        arrived: counts.arrived,
        external: counts.external,
        handled: counts.handled,
        unmatched: counts.unmatched,
        ambiguous: counts.ambiguous,
        taken: counts.taken,
        left: queue.left,
        peak: queue.handles.then_some(load.length.peak),
        peak_at: load.length.peak_at,
        mean_ppm: (queue.handles && span_ns > 0).then(|| per_span(load.length.area_ns)),
        busy_ppm: (counts.done > 0 && span_ns > 0).then(|| per_span(u128::from(counts.handling_ns))),
        arrival_interval_ns: interval(counts.arrived),
        service_interval_ns: counts.handling_ns.checked_div(counts.done),
        waiting: durations(details.waiting(place).summary()),
        handling: durations(details.handling(place).summary()),
        delivery: durations(details.delivery(place).summary()),
        senders,
        n_senders,
        waits_for,
        longest: queue.longest.map(|wait| wait.id.to_string()),
    })
}
