//! `bench query`: how long questions to a recording take, how that grows with the recording, and what an answer takes while it is made.
//!
//! Each question is asked many times about different processes and times, spread over the whole recording; a row is their median.
//!
//! Invariant: an error is no answer; a question that has none fails the suite.

mod aggregate;
mod elixir;
mod filter;
mod peak;
mod question;

use super::mix;
use super::report::{Report, Row};
use crate::progress::say;
use anyhow::{Context, Result};
use peak::Peak;
use question::{Asked, N_QUESTIONS, Question};
use scope_core::event::Class;
use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::Request;
use std::hint::black_box;
use std::time::Instant;

/// The most an answer may take while it is made, of the bytes of the recording.
const MOST_MEMORY: f64 = 0.1;

/// What one kind of question cost at one size.
struct Cost {
    times_ms: Vec<f64>,
    peak_bytes: usize,
}

pub(crate) fn run(quick: bool) -> Result<Report> {
    let sizes: &[usize] = if quick { &[200_000, 400_000, 800_000] } else { &[1_000_000, 5_000_000, 10_000_000] };
    let mut report = Report::new("query");
    report.notes.push(format!(
        "median of {N_QUESTIONS} questions of a kind, about different processes and times spread over the recording; memory: the most that \
         an answer took while it was made, of the bytes of the recording"
    ));
    // By question, then by size.
    let mut rows: Vec<Vec<Row>> = question::ALL.iter().map(|_| Vec::new()).collect();
    let (mut memory, mut filters, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for n_events in sizes {
        let (trace, end) = recording(*n_events)?;
        let n_bytes: usize =
            Class::ALL.iter().flat_map(|class| trace.chunks(*class)).map(|c| c.data_bytes() + c.index_bytes()).sum();
        let asked = Asked::new(&trace, end)?;
        let mut most = 0;
        for (question, rows) in question::ALL.iter().zip(&mut rows) {
            let cost = ask(&trace, question, &asked)?;
            rows.push(Row::median(&format!("{}/{}", question.name, size(*n_events)), cost.times_ms, "ms"));
            most = most.max(cost.peak_bytes);
        }
        filters.extend(filter::rows(&trace, &size(*n_events), &mut report.notes)?);
        let share = most as f64 / n_bytes as f64;
        if share > MOST_MEMORY && !quick {
            report
                .failures
                .push(format!("an answer took {most} bytes, the recording of {n_events} events has {n_bytes}"));
        }
        whole.extend(aggregate::rows(&trace, *n_events, &size(*n_events), &mut report.notes)?);
        memory.push(Row::counted(&format!("memory/{}", size(*n_events)), share * 100.0, "% of the recording"));
    }
    report.rows = rows.into_iter().flatten().chain(filters).chain(whole).chain(memory).collect();
    elixir::add_rows(quick, &mut report)?;
    Ok(report)
}

/// A recording of the mix as a file gives it.
fn recording(n_events: usize) -> Result<(Trace, u64)> {
    say(&format!("asking a recording of {n_events} events"));
    let (mut writer, end) = mix::recorded(n_events)?;
    let dump = writer.dump(end);
    drop(writer);
    Ok((file::read(&dump, ReadLimits::default())?, end))
}

fn ask(trace: &Trace, question: &Question, asked: &Asked) -> Result<Cost> {
    let mut cost = Cost { times_ms: Vec::new(), peak_bytes: 0 };
    for i in 0..N_QUESTIONS {
        let request: Request = serde_json::from_value((question.request)(asked, i))?;
        let peak = Peak::begin();
        let began = Instant::now();
        let answer = scope_query::answer(trace, &request).with_context(|| format!("{}: {request:?}", question.name))?;
        cost.times_ms.push(began.elapsed().as_secs_f64() * 1e3);
        cost.peak_bytes = cost.peak_bytes.max(peak.bytes());
        black_box(answer);
    }
    Ok(cost)
}

/// `10M`, `200k`.
fn size(n_events: usize) -> String {
    if n_events >= 1_000_000 { format!("{}M", n_events / 1_000_000) } else { format!("{}k", n_events / 1_000) }
}
