//! `overview`: what the trace covers and lost, and what stands out in it, each with the event to go on with.

use crate::answer::{Answer, ClassInfo, Coverage, FindingTopic, FindingUnit, Function, Process};
use crate::error::Result;
use crate::model::call::cost::Performance;
use crate::model::call::function::FunctionFilter;
use crate::model::call::pass::walk;
use crate::model::message::queue::{Detail, Queues};
use crate::model::row::Row;
use crate::model::window::Window;
use crate::requests::allowed_rows;
use crate::requests::calls::performance_analysis::ranking;
use crate::requests::causes::crashes::{self, CrashesRequest};
use crate::requests::coverage::coverage;
use crate::requests::messages::message_queue_analysis::{bottleneck, loads};
use crate::requests::render;
use crate::requests::render::human_format::{count, duration, share};
use crate::requests::render::view::View;
use crate::requests::trace::info::class_info;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::event::MAX_TICK;
use scope_core::term::inspect::mfa_text;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, OrderKey};
use serde::{Deserialize, Serialize};

/// The arguments of `overview`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct OverviewRequest {
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
}

/// What a trace covers and what stands out in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Overview {
    /// First time held.
    pub from: Option<u64>,
    /// Last time held.
    pub to: Option<u64>,
    /// What is held and lost of each class.
    pub classes: Vec<ClassInfo>,
    /// Processes named anywhere.
    pub n_processes: u64,
    /// What stands out, by topic.
    pub findings: Vec<Finding>,
}

/// Something that stands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Finding {
    /// `lost`, `evicted`, `crashes`, `restarts`, `queue`, `bottleneck`, `own_time`, `slowest_call`, `call_errors`.
    pub topic: FindingTopic,
    /// One sentence with its figures.
    pub text: String,
    /// The figure it is about.
    pub figure: u64,
    /// What the figure counts: `events`, `ns`, `messages`, `calls`, `crashes`, `restarts`.
    pub unit: FindingUnit,
    /// The process, if it is about one.
    pub process: Option<Process>,
    /// The function, if it is about one.
    pub function: Option<Function>,
    /// The event to go on with.
    pub id: Option<String>,
    /// The request that tells more.
    pub ask: String,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &OverviewRequest) -> Result<Answer<Overview>> {
    let window = Window::new(request.from, request.to)?;
    let mut findings = Vec::new();
    lost(trace, window, &mut findings);
    let mut parts = Parts { trace, findings, n_events: 0, is_cut: false };
    parts.add(|trace, findings| crashes(trace, request, findings))?;
    parts.add(|trace, findings| Ok(calls(trace, window, &mut View::new(trace), findings)))?;
    parts.add(|trace, findings| Ok(queues(trace, window, &mut View::new(trace), findings)))?;
    let Parts { findings, n_events, is_cut, .. } = parts;
    let span = trace.span();
    let data = Overview {
        from: span.map(|(from, _)| from),
        to: span.map(|(_, to)| to),
        classes: Class::ALL.iter().map(|class| class_info(trace, *class)).collect(),
        n_processes: trace.processes().len() as u64,
        findings,
    };
    let coverage = Coverage { truncated: is_cut, ..coverage(trace, window, Class::ALL, n_events) };
    Ok(Answer { data, coverage, next: None })
}

/// The parts of an overview, each with an allowance of its own: of one that would read more nothing is said.
struct Parts<'a> {
    trace: &'a Trace,
    findings: Vec<Finding>,
    n_events: u64,
    is_cut: bool,
}

impl Parts<'_> {
    fn add(&mut self, find: impl FnOnce(&Trace, &mut Vec<Finding>) -> Result<u64>) -> Result<()> {
        let trace = self.trace.limited_part(allowed_rows(self.trace));
        let mut found = Vec::new();
        let n_events = find(&trace, &mut found);
        if trace.is_spent() {
            self.is_cut = true;
            // Whoever asked may have gone.
            self.trace.look();
            return Ok(());
        }
        self.n_events += n_events?;
        self.findings.append(&mut found);
        Ok(())
    }
}

/// A finding that names neither process nor function nor event.
fn finding(topic: &'static str, text: String, (figure, unit): (u64, &'static str), ask: &str) -> Finding {
    Finding {
        topic: topic.into(),
        text,
        figure: figure.min(MAX_TICK),
        unit: unit.into(),
        process: None,
        function: None,
        id: None,
        ask: ask.into(),
    }
}

/// What was lost or evicted.
fn lost(trace: &Trace, window: Window, findings: &mut Vec<Finding>) {
    let touching = trace.losses().iter().filter(|loss| window.touches(loss.from_tick, loss.to_tick));
    let (mut n_lost, mut n_stretches, mut unknown) = (0u64, 0u64, false);
    for loss in touching {
        n_lost = n_lost.saturating_add(loss.n_events.unwrap_or(0));
        n_stretches += 1;
        unknown |= loss.n_events.is_none();
    }
    if n_stretches > 0 {
        let least = if unknown { "at least " } else { "" };
        let text = format!("{least}{} lost, in {}", count(n_lost, "event"), count(n_stretches, "gap"));
        findings.push(finding("lost", text, (n_lost, "events"), "info"));
    }
    let n_evicted: u64 = trace.counts().iter().map(|counts| counts.evicted).sum();
    if n_evicted > 0 {
        let text = format!("{} evicted to keep within the limits", count(n_evicted, "older event"));
        findings.push(finding("evicted", text, (n_evicted, "events"), "info"));
    }
}

/// Abnormal exits and their most frequent cause, and how many of those processes were started again.
fn crashes(trace: &Trace, request: &OverviewRequest, findings: &mut Vec<Finding>) -> Result<u64> {
    let asked = CrashesRequest { from: request.from, to: request.to, events: Some(0), ..CrashesRequest::default() };
    let answer = crashes::answer(trace, &asked)?;
    let (n, found) = (answer.coverage.events, answer.data);
    let Some(cause) = found.causes.first() else { return Ok(n) };
    let shared = match (n, cause.n) {
        (1, _) => format!("1 process crashed: {}", cause.text),
        (n, 1) => format!("{n} processes crashed, each of another cause; the first: {}", cause.text),
        (n, all) if n == all => format!("{n} processes crashed, all of one cause: {}", cause.text),
        (n, most) => format!("{n} processes crashed, {most} of them of one cause: {}", cause.text),
    };
    findings.push(Finding { id: Some(cause.id.clone()), ..finding("crashes", shared, (n, "crashes"), "crashes") });
    let again = || found.crashes.iter().filter_map(|crash| Some((&crash.id, crash.restarted.as_ref()?)));
    if let Some((id, restart)) = again().next() {
        let (n_again, n_seen) = (again().count() as u64, found.crashes.len() as u64);
        let text = match (n_again, n_seen, if n_seen == n { "the" } else { "the first" }) {
            (1, 1, _) => "the process that crashed was started again".into(),
            (1, _, first) => format!("1 of {first} {n_seen} that crashed was started again"),
            (_, _, first) if n_again == n_seen => format!("all of {first} {n_seen} that crashed were started again"),
            (_, _, first) => format!("{n_again} of {first} {n_seen} that crashed were started again"),
        };
        let about = finding("restarts", text, (n_again, "restarts"), "crashes");
        findings.push(Finding { process: Some(restart.process.clone()), id: Some(id.clone()), ..about });
    }
    Ok(n)
}

/// Functions: the largest own time, the slowest call, and those that raise.
fn calls(trace: &Trace, window: Window, view: &mut View<'_>, findings: &mut Vec<Finding>) -> u64 {
    let mut performance = Performance::brief(window);
    let (functions, n_events) = walk(trace, None, FunctionFilter::default(), &mut performance);
    let order = ranking(&performance, &functions);
    let known = || order.iter().filter_map(|id| Some((*id, performance.times.get(id.idx())?)));
    let name = |id| {
        let (module, function, arity) = functions.name(id);
        mfa_text(module, function, arity)
    };
    let all_own: u64 = known().fold(0, |sum, (_, times)| sum.saturating_add(times.own_ns));
    if let Some((id, times)) = known().next().filter(|(_, times)| times.own_ns > 0) {
        let (own, n) = (duration(times.own_ns), count(times.durations.n(), "call"));
        let part = share(times.own_ns, all_own);
        let text = format!("{} took {own} itself in {n}, {part} of the time in traced functions", name(id));
        let about = finding("own_time", text, (times.own_ns, "ns"), "performance_analysis");
        let id_of = times.slowest.map(|(_, _, id)| id.to_string());
        findings.push(Finding { function: Some(render::view::numbered_function(&functions, id)), id: id_of, ..about });
    }
    let longest = known().filter_map(|(id, times)| Some((times.slowest?, id)));
    if let Some(((ns, _, event), id)) = longest.max_by_key(|((ns, key, _), _)| (*ns, core::cmp::Reverse(*key))) {
        let text = format!("the slowest call, of {}, took {}", name(id), duration(ns));
        let about = finding("slowest_call", text, (ns, "ns"), "slowest_function_calls");
        let process = row(trace, event).and_then(|row| Some(view.process(row.process()?, row.key())));
        findings.push(Finding {
            process,
            function: Some(render::view::numbered_function(&functions, id)),
            id: Some(event.to_string()),
            ..about
        });
    }
    // The ranking is by time, so that of equally many errors the function that costs more comes first.
    let mut raising: Option<(u64, _, u64)> = None;
    for (id, times) in known().filter(|(_, times)| times.errors > 0) {
        if raising.is_none_or(|(most, ..)| times.errors > most) {
            raising = Some((times.errors, id, times.calls));
        }
    }
    if let Some((n, id, n_calls)) = raising {
        let text = format!("{} raised in {n} of {}", name(id), count(n_calls, "call"));
        let about = finding("call_errors", text, (n, "calls"), "function_calls");
        findings.push(Finding { function: Some(render::view::numbered_function(&functions, id)), ..about });
    }
    n_events
}

/// Queues: the one with the most waiting, and the process the others wait for.
fn queues(trace: &Trace, window: Window, view: &mut View<'_>, findings: &mut Vec<Finding>) -> u64 {
    let queues = Queues::of(trace, window, Detail::Brief);
    let loads = loads(&queues, window.clipped(trace));
    let end: OrderKey = window.last_key();
    if let Some((process, load)) = loads.first().filter(|(_, load)| load.waiting_ns() > 0) {
        let longest = queues.queues.get(*process).and_then(|queue| queue.longest);
        let process = view.process(queues.numbers.key(*process), end);
        let (who, peak) = (process.name.as_ref().unwrap_or(&process.pid), load.length.peak);
        let (most, mean) = (count(peak, "message"), duration(load.mean_waiting_ns()));
        let text =
            format!("the most waiting was in the queue of {who}: up to {most} at one time, each {mean} on average");
        let about = finding("queue", text, (peak, "messages"), "message_queue_analysis");
        let id = longest.map(|wait| wait.id.to_string());
        findings.push(Finding { process: Some(process), id, ..about });
    }
    if let Some(found) = bottleneck(&queues, &loads, view, end) {
        let waiting = loads.iter().fold(0u64, |sum, (_, load)| sum.saturating_add(load.waiting_ns()));
        let about = finding("bottleneck", found.why, (waiting, "ns"), "message_queue_analysis");
        findings.push(Finding { process: Some(found.process), id: found.longest, ..about });
    }
    queues.n_events
}

fn row(trace: &Trace, id: EventId) -> Option<Row<'_>> {
    trace.find(id).map(|at| Row::read(trace, at))
}
