//! Reads a round's dump and checks every event in it against the workload's own counter.

use super::events::{self, Said};
use anyhow::{Context, Result, ensure};
use scope_core::event::{Class, OrderKey};
use scope_core::file::{self, ReadLimits};
use scope_core::term::{Names, Term, read};
use scope_core::trace::{Direction, RowRef, Trace};
use std::collections::BTreeMap;

/// Checks that the dump holds exactly the expected number of events of each kind, and that each process's operations are there
/// in order, each once.
pub(crate) fn check(dump: &[u8], expected: &BTreeMap<String, u64>) -> Result<()> {
    let trace = file::read(dump, ReadLimits::default()).context("the dump cannot be read")?;
    ensure!(trace.losses().is_empty(), "the dump names losses: {:?}", trace.losses());
    let mut found = BTreeMap::new();
    let mut next = BTreeMap::new();
    for row in trace.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, Direction::Forward) {
        let chunk = trace.chunk(&row);
        let event = chunk.event(row.row);
        let kind = event.kind;
        *found.entry(kind.name().to_owned()).or_insert(0) += 1;
        let said = term(&trace, &row).and_then(|term| events::read(kind, &term));
        match said.with_context(|| format!("{} {} is not what the workload made", kind.name(), trace.event_id(&row)))? {
            Said::Burst => {}
            Said::Operation(i) => {
                let next = next.entry((kind as u8, chunk.process(event.process))).or_insert(0);
                ensure!(i == *next, "{} {i} stands where {next} was expected", kind.name());
                *next += 1;
            }
        }
    }
    ensure!(found == *expected, "read back {found:?}, expected {expected:?}");
    Ok(())
}

fn term(trace: &Trace, row: &RowRef) -> Option<Term> {
    let chunk = trace.chunk(row);
    let stored = chunk.term(chunk.term_id(row.row))?;
    read::read(stored.bytes, chunk).ok()
}
