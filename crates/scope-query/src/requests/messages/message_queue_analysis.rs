//! `message_queue_analysis`: the message queues, and the process the others wait for.

use crate::api::Answer;
use crate::api::answer::{Bottleneck, Data, Process, Queue, Queues as Shown, Sender, WaitsFor};
use crate::api::request::MessageQueueAnalysis;
use crate::argument::cursor;
use crate::error::Result;
use crate::model::message::queue::{Detail, Details, Places, Queues, Sum, tally};
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use crate::requests::page::ranked;
use crate::requests::render::bottleneck::{Load, path, why};
use crate::requests::render::view::View;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::{Ordering, Reverse};
use scope_core::event::MAX_TICK;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};

const KIND: &str = "message_queue_analysis";
/// Senders, and processes waited for, shown of a queue.
const MAX_PEERS: usize = 10;

pub(in crate::requests) fn answer(trace: &Trace, request: &MessageQueueAnalysis) -> Result<Answer> {
    let asked = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let place = cursor::count(KIND, request.after.as_deref())?;
    let queues = Queues::of(trace, asked, Detail::Full);
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
    let data = Shown { bottleneck, queues: shown };
    let mut coverage = coverage(trace, asked, &[Class::Message, Class::State], queues.n_events);
    coverage.truncated = next.is_some();
    Ok(Answer { data: Data::Queues(data), coverage, next })
}

/// The queues with messages, by waiting in sum, then arrivals and process.
pub(in crate::requests) fn loads(queues: &Queues, window: Window) -> Vec<(usize, Load)> {
    let load = |(process, queue)| Some((process, Load::of(queue, window)?));
    let mut loads: Vec<(usize, Load)> = queues.queues.iter().enumerate().filter_map(load).collect();
    loads.sort_by_key(|(process, load)| {
        (Reverse((load.waiting_ns(), load.counts.arrived)), queues.numbers.key(*process))
    });
    loads
}

/// The process the others wait for. Names are those held at the end.
pub(in crate::requests) fn bottleneck(
    queues: &Queues,
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
    queues: &Queues,
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
    let senders = tally(details.senders(place).iter().map(|sender| (*sender, 0)), places);
    let n_senders = senders.len() as u32;
    let senders = most(&senders, |sum| sum.n, key).into_iter();
    let senders =
        senders.map(|sum| Sender { process: process_at_end(sum.process as usize), messages: sum.n }).collect();
    let waits = tally(queues.waits(process).iter().copied(), places);
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
        waiting: details.waiting(place).summary().map(Into::into),
        handling: details.handling(place).summary().map(Into::into),
        delivery: details.delivery(place).summary().map(Into::into),
        senders,
        n_senders,
        waits_for,
        longest: queue.longest.map(|wait| wait.id.to_string()),
    })
}
