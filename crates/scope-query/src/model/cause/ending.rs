//! What led to an exit: the exit of another process, an exception, or what was being handled.

use super::arrival::MAX_POSSIBLE;
use super::{Causes, Found};
use crate::model::cause::edge::{Edge, EdgeKind, Entry, Stop};
use crate::model::certainty::Certainty;
use crate::model::message::turn;
use crate::model::process::exit;
use crate::model::row::Row;
use alloc::vec::Vec;
use scope_core::term::Term;
use scope_core::trace::Direction;
use scope_core::{Class, Kind, OrderKey, ProcessKey};

impl<'a> Causes<'a> {
    pub(super) fn exit(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let server = self.exits.failed_call(row);
        let mut along: Vec<(Row<'a>, EdgeKind)> =
            self.exits.along_links(row).into_iter().map(|exit| (exit, EdgeKind::LinkExit)).collect();
        if !along.is_empty() {
            along.extend(server.map(|server| (server, EdgeKind::CallExit)));
            return handed_on(&along);
        }
        let mut found = Found::default();
        if let Some(server) = server {
            found.add(Edge::new(server, EdgeKind::CallExit, Certainty::Likely));
        }
        let own = if let Some(stop) = self.signal(process, row) {
            Found::stopped(stop)
        } else if let Some(exception) = self.uncaught(process, row) {
            Found::one(exception, EdgeKind::SameProcessOrder, Certainty::Likely)
        } else {
            self.act(process, row.key())
        };
        own.edges.into_iter().for_each(|edge| found.add(edge));
        if found.edges.is_empty() {
            found.stop = own.stop;
        }
        found
    }

    /// Whether the process was ended from outside: killed, or when it was waiting for a message, unless that is not known.
    fn signal(&mut self, process: ProcessKey, row: &Row<'a>) -> Option<Stop> {
        let signal = Stop::EntryPoint(Entry::Signal);
        if matches!(exit::reason(row), Some(Term::Atom(reason)) if reason == "killed") {
            return Some(signal);
        }
        let waiting = turn::last(self.trace, process, row.key()).filter(|last| last.kind() == Kind::State)?;
        let low_watermark = self.trace.low_watermark(Class::Message);
        if low_watermark != OrderKey::default() && waiting.tick() <= low_watermark.tick {
            return Some(Stop::Evicted(Class::Message));
        }
        Some(self.gap(process, Class::Message, waiting.tick(), row.tick()).unwrap_or(signal))
    }

    /// The exception that was the last thing its calls did, since it turned to a message.
    fn uncaught(&mut self, process: ProcessKey, row: &Row<'a>) -> Option<Row<'a>> {
        let until = row.key().previous()?;
        let since = self.message_at_work(process, until).map_or(OrderKey::default(), |message| message.key());
        let mut rows = self.trace.process_rows(process, &[Class::Call], since, until, Direction::Backward);
        rows.next().map(|at| Row::read(self.trace, at)).filter(|row| row.kind() == Kind::Exception)
    }
}

/// The exit that was handed on, or which of several may have come first.
fn handed_on<'a>(along: &[(Row<'a>, EdgeKind)]) -> Found<'a> {
    if let [(only, kind)] = along {
        return Found::one(*only, *kind, Certainty::Likely);
    }
    if along.len() > MAX_POSSIBLE {
        return Found::stopped(Stop::Ambiguous(Class::Process));
    }
    let (mut found, n) = (Found::default(), Some(along.len() as u64));
    for (exit, kind) in along {
        found.add(Edge { n, ..Edge::new(*exit, *kind, Certainty::Possible) });
    }
    found
}
