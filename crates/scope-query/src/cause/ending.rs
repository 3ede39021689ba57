//! What led to an exit: the exit of another process, an exception, or what was being handled.

use super::{Causes, Found};
use crate::certainty::Certainty;
use crate::edge::{Edge, EdgeKind, Entry, Stop};
use crate::exit::{self, Over};
use crate::row::Row;
use crate::turn;
use scope_core::term::Term;
use scope_core::trace::Direction;
use scope_core::{Class, Kind, OrderKey, ProcessKey};

impl<'a> Causes<'a> {
    pub(super) fn exit(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let mut found = Found::default();
        match exit::followed(self.trace, row) {
            Some((other, Over::Link)) => return Found::one(other, EdgeKind::LinkExit, Certainty::Likely),
            Some((other, Over::Call)) => found.add(Edge::new(other, EdgeKind::CallExit, Certainty::Likely)),
            None => {}
        }
        let own = if self.is_signal(process, row) {
            Found::stopped(Stop::EntryPoint(Entry::Signal))
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

    /// Whether the process was ended from outside: killed, or when it was waiting for a message.
    fn is_signal(&self, process: ProcessKey, row: &Row<'a>) -> bool {
        let killed = matches!(exit::reason(row), Some(Term::Atom(reason)) if reason == "killed");
        killed || turn::last(self.trace, process, row.key()).is_some_and(|last| last.kind() == Kind::State)
    }

    /// The exception that was the last thing its calls did, since it turned to a message.
    fn uncaught(&mut self, process: ProcessKey, row: &Row<'a>) -> Option<Row<'a>> {
        let until = row.key().previous()?;
        let since = self.message_at_work(process, until).map_or(OrderKey::default(), |message| message.key());
        let mut rows = self.trace.process_rows(process, &[Class::Call], since, until, Direction::Backward);
        rows.next().map(|at| Row::read(self.trace, at)).filter(|row| row.kind() == Kind::Exception)
    }
}
