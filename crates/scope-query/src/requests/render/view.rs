//! Rows as the API shows them.

use crate::answer::{Event, EventFlag, Function, Process, Term, Text};
use crate::filter::Hit;
use crate::model::call::function::{FunctionId, Functions};
use crate::model::process::naming::Naming;
use crate::model::row::Row;
use crate::model::state::Last;
use crate::model::term_ref::TermRef;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use scope_core::symbols::ReferenceWords;
use scope_core::term::inspect::{Limits, atom_text, inspect};
use scope_core::trace::Trace;
use scope_core::{Entity, EventId, Flags, Kind, OrderKey, ProcessKey};

/// The flag of an event that may be wanted.
const POSSIBLE: &str = "possible";

/// Turns the rows of one answer into the API's types.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) naming: Naming<'a>,
    trace: &'a Trace,
}

impl<'a> View<'a> {
    pub(crate) fn new(trace: &'a Trace) -> Self {
        Self { naming: Naming::new(trace), trace }
    }

    /// A process with the name it held at a point of the order.
    pub(crate) fn process(&mut self, process: ProcessKey, at: OrderKey) -> Process {
        Process { pid: process.to_string(), name: self.naming.name_at(process, at).map(atom_text) }
    }

    pub(crate) fn event(&mut self, row: &Row<'_>) -> Event {
        Event {
            id: row.id().to_string(),
            time: row.tick(),
            class: row.chunk.class().name().into(),
            kind: row.kind().name().into(),
            process: row.process().map(|process| self.process(process, row.key())),
            peer: row.peer().and_then(|peer| party(row, peer)),
            function: function(row),
            atom: row.atom().map(atom_text),
            term: self.term(row),
            flags: flags(row),
        }
    }

    /// A row that passed a filter, with a flag when it is only possible.
    pub(crate) fn hit(&mut self, hit: &Hit<'_>) -> Event {
        let mut event = self.event(&hit.row);
        event.flags.extend(hit.is_possible.then(|| EventFlag::from(POSSIBLE)));
        event
    }

    /// The term of a row.
    pub(crate) fn term(&self, row: &Row<'_>) -> Option<Term> {
        let stored = row.term()?;
        let chunk = self.trace.chunks(row.chunk.class()).get(row.chunk_idx as usize)?;
        Some(Term {
            id: row.id().to_string(),
            text: Text::of_term(Arc::clone(chunk), row.term_id()),
            bytes: stored.bytes.len() as u64,
            complete: stored.complete,
        })
    }

    /// The term of a state, which the baseline may hold.
    pub(crate) fn state_term(&self, last: &Last<'_>) -> Option<Term> {
        match last {
            Last::Held(row) => self.term(row),
            Last::Remembered(state, located) => Some(part_term(id_text(state.id), located)),
        }
    }
}

/// A function by its number.
pub(crate) fn numbered_function(functions: &Functions, id: FunctionId) -> Function {
    let (module, function, arity) = functions.name(id);
    function_named(module, function, arity)
}

/// A term, or a part of one, by its id.
pub(crate) fn part_term(id: String, located: &TermRef<'_>) -> Term {
    Term {
        id,
        text: inspect(located.term.bytes, &located.names, Limits::default()).into(),
        bytes: located.term.bytes.len() as u64,
        complete: located.term.complete,
    }
}

/// The id of an event, or of its term.
pub(crate) fn id_text(id: EventId) -> String {
    id.to_string()
}

/// The function of a row, for the kinds that have one.
pub(crate) fn function(row: &Row<'_>) -> Option<Function> {
    let mfa = row.chunk.mfa(row.event.mfa()?)?;
    Some(function_named(row.chunk.atom(mfa.module), row.chunk.atom(mfa.function), mfa.arity))
}

/// A function by its names, as atoms' text.
pub(crate) fn function_named(module: &str, function: &str, arity: u32) -> Function {
    Function { module: atom_text(module), function: function.into(), arity }
}

/// The other party of a row as text.
pub(crate) fn party(row: &Row<'_>, party: &Entity) -> Option<String> {
    let atom = |id| row.chunk.atom(id);
    match party {
        Entity::Process(process) => Some(process.to_string()),
        Entity::RemoteProcess { node, number, serial } => Some(format!("#PID<{}.{number}.{serial}>", atom(*node))),
        Entity::Port(number) => Some(format!("#Port<0.{number}>")),
        Entity::Reference(words) => Some(reference_text(words)),
        Entity::Name(name) => Some(atom_text(atom(*name))),
        Entity::RemoteName { name, node } => {
            Some(format!("{{{}, {}}}", atom_text(atom(*name)), atom_text(atom(*node))))
        }
        Entity::Opaque(number) => Some(format!("#Opaque<{number}>")),
    }
}

/// A reference as `inspect` shows it.
fn reference_text(words: &ReferenceWords) -> String {
    let words: Vec<String> = words.iter().rev().map(u32::to_string).collect();
    format!("#Reference<0.{}>", words.join("."))
}

fn flags(row: &Row<'_>) -> Vec<EventFlag> {
    let named: &[(Flags, &'static str)] = match row.kind() {
        Kind::Send => &[(Flags::TO_DEAD, "to_dead")],
        Kind::Call => &[(Flags::NO_RETURN, "no_return"), (Flags::ARITY_ONLY, "arity_only")],
        _ => &[],
    };
    named.iter().filter(|(flag, _)| row.event.flags.contains(*flag)).map(|(_, name)| (*name).into()).collect()
}
