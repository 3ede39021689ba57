//! `embed-rust TRACE`: why did processes of this recording crash, and what was the state of each just before?
//!
//! The engine in a Rust program: two crates, both without I/O, so that reading the file is the program's own business.
//!
//! ```text
//! cargo run -p embed-rust -- tests/corpus/shop_crash/trace.scope
//! ```

use anyhow::{Context, Result, bail};
use scope_core::file::{self, ReadLimits};
use scope_core::trace::Trace;
use scope_query::Request;
use scope_query::answer;
use scope_query::answer::Event;
use scope_query::requests::Data;
use scope_query::requests::events::EventsRequest;
use scope_query::requests::state_at::StateAtRequest;
use std::fmt::Write;

fn main() -> Result<()> {
    let path = std::env::args().nth(1).context("usage: embed-rust TRACE")?;
    print!("{}", report(&std::fs::read(path)?)?);
    Ok(())
}

/// The crashes in a trace file, as text.
fn report(bytes: &[u8]) -> Result<String> {
    // A limit on memory is an argument: this one suits a file from someone else.
    let trace = file::read(bytes, ReadLimits { max_bytes: 256 << 20 })?;
    let mut out = String::new();
    // A damaged file opens too; what it has lost is part of every answer, and listed here.
    for loss in trace.losses() {
        writeln!(out, "lost: {} ({})", loss.detail, loss.reason.name())?;
    }
    for crash in crashes(&trace)? {
        let (Some(process), Some(reason)) = (&crash.process, &crash.term) else { continue };
        writeln!(out, "{} crashed at {} ns: {}", process.pid, crash.time, reason.text)?;
        writeln!(out, "  its state was {}", state_before(&trace, &process.pid, crash.time)?)?;
    }
    Ok(out)
}

/// Every exit whose reason is neither normal nor an orderly shutdown.
fn crashes(trace: &Trace) -> Result<Vec<Event>> {
    let request = EventsRequest { kinds: Some(vec!["exit".into()]), limit: Some(10_000), ..Default::default() };
    let Data::Events(mut exits) = answer(trace, &Request::Events(request))?.data else { bail!("events answer events") };
    let is_orderly = |text: &str| text == ":normal" || text.starts_with(":shutdown") || text.starts_with("{:shutdown");
    exits.retain(|exit| exit.term.as_ref().is_some_and(|reason| !is_orderly(&reason.text.written())));
    Ok(exits)
}

fn state_before(trace: &Trace, pid: &str, time: u64) -> Result<String> {
    let request = StateAtRequest { process: pid.into(), time: time.saturating_sub(1) };
    match answer(trace, &Request::StateAt(request)) {
        Ok(answer) => match answer.data {
            Data::StateAt(state) => Ok(state.state.text.written().into_owned()),
            _ => bail!("state_at answers a state"),
        },
        // Not every process keeps a state that was recorded; the error says which of the reasons it is.
        Err(error) => Ok(format!("unknown ({}: {error})", error.code())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &[u8] = include_bytes!("../../../tests/corpus/shop_crash/trace.scope");

    #[test]
    fn the_shops_crash_is_found_with_the_carts_state() {
        let report = report(SHOP).unwrap();
        assert_eq!(report.matches(" crashed at ").count(), 1, "{report}");
        assert!(report.contains("badarith") && report.contains("total: 8000"), "{report}");
    }

    #[test]
    fn half_a_file_says_what_it_lost() {
        let report = report(&SHOP[..SHOP.len() / 2]).unwrap();
        assert!(report.contains("lost: the file has no end (truncated)"), "{report}");
    }
}
