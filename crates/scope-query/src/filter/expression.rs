//! A filter as a tree, and how it is written.
//!
//! Invariant: what is written reads back as the same tree.

use super::pattern;
use super::quantity::ns_text;
use crate::argument::name_syntax;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use scope_core::symbols::PidText;
use scope_core::term::pattern::Pattern;
use scope_core::{Class, EventId, Flags, Kind};

/// A filter. Made by [`Expression::all`] and [`Expression::any`], which keep it flat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Test(Test),
    Not(Box<Expression>),
    /// Every one; none of them means everything.
    All(Vec<Expression>),
    /// At least one.
    Any(Vec<Expression>),
}

/// One question about a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    Class(Class),
    Kind(Kind),
    Party(Role, Party),
    /// What is registered, or the name of a span or mark.
    Name(String),
    Module(String),
    Function {
        module: Option<String>,
        name: String,
        arity: Option<u32>,
    },
    Term(Content, Pattern),
    Time(Order, u64),
    Measure(Measure, Bound),
    Complete(bool),
    Flag(Flags),
    Id(EventId),
}

/// As what a process takes part in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It happened there.
    Process,
    /// It sent the message.
    Sender,
    /// The message was sent to it.
    Destination,
    /// It is the other one.
    Peer,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    Pid(PidText),
    /// Whoever holds the name at the time.
    Name(String),
}

/// Which term of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Message,
    Arguments,
    Result,
    State,
    Reason,
    /// Whatever it has.
    Any,
}

/// A length of time that belongs to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Waiting,
    Delivery,
    Duration,
    Own,
}

/// The test of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Compared(Order, u64),
    Unknown,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    AtMost,
    AtLeast,
    More,
}

impl Order {
    /// Every one, the longer spellings first.
    pub(super) const ALL: [(Self, &'static str); 4] =
        [(Self::AtMost, "<="), (Self::AtLeast, ">="), (Self::Less, "<"), (Self::More, ">")];

    pub(super) const fn holds(self, value: u64, bound: u64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::AtLeast => value >= bound,
            Self::More => value > bound,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }
}

impl Expression {
    /// All of these.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        match <[Self; 1]>::try_from(flat) {
            Ok([only]) => only,
            Err(flat) => Self::All(flat),
        }
    }

    /// One of these; one of none fails.
    pub(crate) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        match <[Self; 1]>::try_from(flat) {
            Ok([only]) => only,
            Err(flat) => Self::Any(flat),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (i, part) in parts.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { word })?;
                match part {
                    Self::Any(_) => write!(f, "({part})")?,
                    part => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Test(test) => write!(f, "{test}"),
            Self::Not(inner) if matches!(**inner, Self::Test(_) | Self::Not(_)) => write!(f, "not {inner}"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => write!(f, "class:{}", class.name()),
            Self::Kind(kind) => write!(f, "kind:{}", kind.name()),
            Self::Party(role, party) => {
                let field = match role {
                    Role::Process => "process",
                    Role::Sender => "from",
                    Role::Destination => "to",
                    Role::Peer => "peer",
                };
                match party {
                    Party::Pid(pid) => write!(f, "{field}:{pid}"),
                    Party::Name(name) => write!(f, "{field}:{}", name_syntax::written(name)),
                }
            }
            Self::Name(name) => write!(f, "name:{}", name_syntax::written(name)),
            Self::Module(module) => write!(f, "module:{}", name_syntax::written(module)),
            Self::Function { module, name, arity } => {
                match module {
                    Some(module) => {
                        write!(f, "mfa:{}.{}", name_syntax::written(module), name_syntax::written_function(name))
                    }
                    None => write!(f, "function:{}", name_syntax::written_function(name)),
                }?;
                arity.map_or(Ok(()), |arity| write!(f, "/{arity}"))
            }
            Self::Term(content, pattern) => {
                let field = match content {
                    Content::Message => "message",
                    Content::Arguments => "args",
                    Content::Result => "result",
                    Content::State => "state",
                    Content::Reason => "reason",
                    Content::Any => "term",
                };
                write!(f, "{field}~{}", pattern::in_filter(pattern))
            }
            Self::Time(order, time) => write!(f, "time{}{}", order.text(), ns_text(*time)),
            Self::Measure(measure, bound) => {
                let field = match measure {
                    Measure::Waiting => "waiting",
                    Measure::Delivery => "delivery",
                    Measure::Duration => "duration",
                    Measure::Own => "own",
                };
                match bound {
                    Bound::Compared(order, ns) => write!(f, "{field}{}{}", order.text(), ns_text(*ns)),
                    Bound::Unknown => write!(f, "{field}:unknown"),
                }
            }
            Self::Complete(complete) => write!(f, "complete:{complete}"),
            Self::Flag(flag) => write!(f, "flag:{}", super::flag::name(*flag)),
            Self::Id(id) => write!(f, "id:{id}"),
        }
    }
}
