//! A filter made ready for one trace: names are resolved, cheap tests come first, and classes that cannot hold a wanted row are known.
//!
//! Invariant: a plan decides by the trace alone; what a chunk's ids mean is decided in [`ChunkTest`](super::chunk_predicate::ChunkTest).

use super::expression::{Bound, Content, Expression, Measure, Order, Role, Test};
use super::measure::Asked;
use super::party::Meant;
use crate::error::Result;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::pattern::Pattern;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, Flags, Kind};

/// A test or a join of tests, ready for a trace.
#[derive(Debug)]
pub(super) enum Node {
    Test(Ready),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// A test that needs nothing but a chunk to be asked.
#[derive(Debug)]
pub(super) enum Ready {
    Class(Class),
    Kind(Kind),
    Party(Role, Meant),
    Name(String),
    Module(String),
    Function {
        module: Option<String>,
        name: String,
        arity: Option<u32>,
    },
    /// One of the patterns matches.
    Term(Content, Vec<Pattern>),
    Time(Order, u64),
    Measure(Measure, Bound),
    Complete(bool),
    Flag(Flags),
    Id(EventId),
}

/// Kinds whose atom is a name or an event's name.
pub(super) const NAMED: &[Kind] =
    &[Kind::Register, Kind::Unregister, Kind::SpanStart, Kind::SpanStop, Kind::Mark, Kind::Loss];
/// Kinds whose atom is a callback module.
pub(super) const CALLED_BACK: &[Kind] = &[Kind::Handled, Kind::State, Kind::Terminate];

impl Node {
    pub(super) fn new(trace: &Trace, expression: &Expression) -> Result<Self> {
        let joined = |parts: &[Expression]| -> Result<Vec<Self>> {
            let mut nodes = parts.iter().map(|part| Self::new(trace, part)).collect::<Result<Vec<_>>>()?;
            nodes.sort_by_key(Self::cost);
            Ok(nodes)
        };
        Ok(match expression {
            Expression::Test(test) => Self::Test(Ready::new(trace, test)?),
            Expression::Not(inner) => Self::Not(Box::new(Self::new(trace, inner)?)),
            Expression::All(parts) => Self::All(joined(parts)?),
            Expression::Any(parts) => Self::Any(joined(parts)?),
        })
    }

    /// Both.
    pub(super) fn and(self, other: Self) -> Self {
        let mut parts = match self {
            Self::All(parts) => parts,
            one => Vec::from([one]),
        };
        parts.push(other);
        parts.sort_by_key(Self::cost);
        Self::All(parts)
    }

    /// Whether a row of a class can pass, and whether one can fail.
    pub(super) fn outlook(&self, class: Class) -> (bool, bool) {
        match self {
            Self::Test(test) => test.outlook(class),
            Self::Not(inner) => {
                let (passes, fails) = inner.outlook(class);
                (fails, passes)
            }
            Self::All(parts) => {
                parts.iter().map(|part| part.outlook(class)).fold((true, false), |a, b| (a.0 && b.0, a.1 || b.1))
            }
            Self::Any(parts) => {
                parts.iter().map(|part| part.outlook(class)).fold((false, true), |a, b| (a.0 || b.0, a.1 && b.1))
            }
        }
    }

    /// What is measured anywhere; `None` when nothing is.
    pub(super) fn measured(&self) -> Option<Asked> {
        let mut asked = Asked::default();
        self.note_measured(&mut asked);
        (asked != Asked::default()).then_some(asked)
    }

    fn note_measured(&self, asked: &mut Asked) {
        match self {
            Self::Test(Ready::Measure(Measure::Waiting | Measure::Delivery, _)) => asked.messages = true,
            Self::Test(Ready::Measure(Measure::Duration | Measure::Own, _)) => asked.calls = true,
            Self::Test(_) => {}
            Self::Not(inner) => inner.note_measured(asked),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.note_measured(asked)),
        }
    }

    fn cost(&self) -> u8 {
        match self {
            Self::Test(test) => test.cost(),
            Self::Not(inner) => inner.cost(),
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::cost).max().unwrap_or(0),
        }
    }
}

impl Ready {
    fn new(trace: &Trace, test: &Test) -> Result<Self> {
        Ok(match test {
            Test::Class(class) => Self::Class(*class),
            Test::Kind(kind) => Self::Kind(*kind),
            Test::Party(role, party) => Self::Party(*role, Meant::of(trace, *role, party)?),
            Test::Name(name) => Self::Name(name.clone()),
            Test::Module(module) => Self::Module(module.clone()),
            Test::Function { module, name, arity } => {
                Self::Function { module: module.clone(), name: name.clone(), arity: *arity }
            }
            Test::Term(content, pattern) => Self::Term(*content, alternatives(*content, pattern)),
            Test::Time(order, time) => Self::Time(*order, *time),
            Test::Measure(measure, bound) => Self::Measure(*measure, *bound),
            Test::Complete(complete) => Self::Complete(*complete),
            Test::Flag(flag) => Self::Flag(*flag),
            Test::Id(id) => Self::Id(*id),
        })
    }

    /// The kinds of rows that can pass; `None` when any can.
    pub(super) const fn kinds(&self) -> Option<&'static [Kind]> {
        Some(match self {
            Self::Party(Role::Sender | Role::Destination, _) => &[Kind::Send],
            Self::Party(Role::Peer, _) => &[Kind::Spawn, Kind::Alive, Kind::Link, Kind::Unlink, Kind::Send],
            Self::Name(_) => NAMED,
            Self::Term(Content::Message, _) => &[Kind::Send, Kind::Delivered, Kind::Handled],
            Self::Term(Content::Arguments, _) => &[Kind::Call],
            Self::Term(Content::Result, _) => &[Kind::Return, Kind::Exception],
            Self::Term(Content::State, _) => &[Kind::State, Kind::Terminate],
            Self::Term(Content::Reason, _) => &[Kind::Exit],
            Self::Measure(Measure::Waiting | Measure::Delivery, _) => &[Kind::Send],
            Self::Measure(Measure::Duration | Measure::Own, _) => &[Kind::Call],
            Self::Flag(Flags::TO_DEAD) => &[Kind::Send],
            Self::Flag(_) => &[Kind::Call],
            _ => return None,
        })
    }

    fn outlook(&self, class: Class) -> (bool, bool) {
        match self {
            Self::Class(wanted) => (*wanted == class, *wanted != class),
            Self::Kind(kind) => (kind.class() == class, true),
            Self::Id(id) => (id.class == class, true),
            test => (test.kinds().is_none_or(|kinds| kinds.iter().any(|kind| kind.class() == class)), true),
        }
    }

    /// What asking costs; only the order counts.
    const fn cost(&self) -> u8 {
        match self {
            Self::Class(_) | Self::Kind(_) | Self::Id(_) => 0,
            Self::Flag(_) | Self::Time(..) => 1,
            Self::Party(..) => 2,
            Self::Name(_) | Self::Module(_) | Self::Function { .. } => 3,
            Self::Complete(_) => 4,
            Self::Term(..) => 5,
            Self::Measure(..) => 6,
        }
    }
}

/// A request is looked for where a GenServer puts it too.
fn alternatives(content: Content, pattern: &Pattern) -> Vec<Pattern> {
    let mut patterns = Vec::from([pattern.clone()]);
    if content == Content::Message && *pattern != Pattern::Any {
        patterns.push(pattern.clone().behind("$gen_call", 1));
        patterns.push(pattern.clone().behind("$gen_cast", 0));
    }
    patterns
}
