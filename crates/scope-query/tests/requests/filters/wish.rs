//! Filters of an oracle: written by hand as text, and asked about every event as it was written.

use super::shape::Shape;
use crate::script::{Peer, Script, Written, ask, calls, flow, messages, window};
use quickcheck::{Arbitrary, Gen};
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_core::{Class, Flags, Kind, OrderKey, ProcessKey};
use scope_query::Request;
use scope_query::answer::Call;
use scope_query::answer::Message;
use std::collections::BTreeMap;
use std::fmt;

/// The answers, from worst to best.
pub(crate) const NO: u8 = 0;
pub(crate) const UNRECORDED: u8 = 1;
pub(crate) const POSSIBLE: u8 = 2;
pub(crate) const YES: u8 = 3;

#[derive(Clone, Debug)]
pub(crate) enum Wish {
    Class(&'static str),
    Kind(&'static str),
    Party(&'static str, Who),
    Name(&'static str),
    Module(&'static str),
    Function(&'static str, Option<u32>),
    Mfa(&'static str, Option<u32>),
    Term(&'static str, Shape),
    Time(&'static str, u64),
    Measure(&'static str, Option<(&'static str, u64)>),
    Complete(bool),
    Flag(&'static str),
    Id(String),
    Not(Box<Wish>),
    All(Vec<Wish>),
    Any(Vec<Wish>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Pid(u32),
    First(u32),
    Name(&'static str),
}

const ORDERS: [&str; 4] = ["<", "<=", ">", ">="];
const NAMES: [&str; 2] = ["cart", "Elixir.Shop.Till"];

impl Arbitrary for Wish {
    fn arbitrary(g: &mut Gen) -> Self {
        drawn(g, 3)
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        match self {
            Self::Not(inner) => Box::new(std::iter::once((**inner).clone())),
            Self::All(parts) | Self::Any(parts) => Box::new(parts.clone().into_iter()),
            _ => Box::new(std::iter::empty()),
        }
    }
}

fn drawn(g: &mut Gen, depth: usize) -> Wish {
    fn one<T: Copy>(g: &mut Gen, all: &[T]) -> T {
        *g.choose(all).expect("there are some")
    }
    let parts = |g: &mut Gen| (0..2 + u8::arbitrary(g) % 2).map(|_| drawn(g, depth - 1)).collect();
    match u8::arbitrary(g) % 20 {
        0 | 1 if depth > 0 => Wish::Not(Box::new(drawn(g, depth - 1))),
        2..=4 if depth > 0 => Wish::All(parts(g)),
        5 | 6 if depth > 0 => Wish::Any(parts(g)),
        7 => Wish::Class(one(g, Class::ALL).name()),
        8 | 9 => Wish::Kind(one(g, Kind::ALL).name()),
        10 | 11 => {
            let number = u32::arbitrary(g) % 3;
            let who = one(g, &[Who::Pid(number), Who::First(number), Who::Name(NAMES[number as usize % 2])]);
            Wish::Party(one(g, &["process", "from", "to", "peer"]), who)
        }
        12 => Wish::Name(NAMES[usize::arbitrary(g) % 2]),
        13 => Wish::Module(one(g, &["Elixir.Shop", "Elixir.Shop.Cart", "proc_lib", "cart"])),
        14 => Wish::Function(one(g, &["add", "total", "init_p"]), one(g, &[None, Some(1), Some(5)])),
        15 => Wish::Mfa(one(g, &["add", "total"]), one(g, &[None, Some(1), Some(2)])),
        16 => {
            let fields = ["message", "args", "result", "state", "reason", "term", "message"];
            Wish::Term(one(g, &fields), Shape::arbitrary(g))
        }
        17 => Wish::Time(one(g, &ORDERS), u64::from(u8::arbitrary(g) % 64)),
        18 => {
            let compared = Some((one(g, &ORDERS), u64::from(u8::arbitrary(g) % 8)));
            Wish::Measure(one(g, &["waiting", "delivery", "duration", "own"]), one(g, &[None, compared, compared]))
        }
        _ => match u8::arbitrary(g) % 3 {
            0 => Wish::Complete(bool::arbitrary(g)),
            1 => Wish::Flag(one(g, &["to_dead", "no_return", "arity_only"])),
            _ => Wish::Id(format!("{}-0-{}", one(g, Class::ALL).name(), u8::arbitrary(g) % 16)),
        },
    }
}

fn spelled(name: &str) -> String {
    name.strip_prefix("Elixir.").map_or_else(|| format!(":{name}"), String::from)
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined =
            |parts: &[Self], word: &str| parts.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(word);
        let arity = |arity: &Option<u32>| arity.map_or(String::new(), |arity| format!("/{arity}"));
        match self {
            Self::Class(class) => write!(f, "class:{class}"),
            Self::Kind(kind) => write!(f, "kind:{kind}"),
            Self::Party(field, Who::Pid(number)) => write!(f, "{field}:<0.{number}.0>"),
            Self::Party(field, Who::First(number)) => write!(f, "{field}:#PID<0.{number}.0>~1"),
            Self::Party(field, Who::Name(name)) => write!(f, "{field}:{}", spelled(name)),
            Self::Name(name) => write!(f, "name:{}", spelled(name)),
            Self::Module(module) => write!(f, "module:{}", spelled(module)),
            Self::Function(name, n) => write!(f, "function:{name}{}", arity(n)),
            Self::Mfa(name, n) => write!(f, "mfa:Shop.{name}{}", arity(n)),
            Self::Term(field, shape) => {
                let text = shape.to_string().replace('\\', "\\\\").replace('"', "\\\"");
                write!(f, "{field}~\"{text}\"")
            }
            Self::Time(order, time) => write!(f, "time{order}{time}ns"),
            Self::Measure(measure, Some((order, ns))) => write!(f, "{measure}{order}{ns}"),
            Self::Measure(measure, None) => write!(f, "{measure}:unknown"),
            Self::Complete(complete) => write!(f, "complete:{complete}"),
            Self::Flag(flag) => write!(f, "flag:{flag}"),
            Self::Id(id) => write!(f, "id:{id}"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::All(parts) => write!(f, "{}", joined(parts, " ")),
            Self::Any(parts) => write!(f, "{}", joined(parts, " or ")),
        }
    }
}

/// What the oracle knows besides the event.
#[derive(Debug)]
pub(crate) struct Known {
    /// Name, holder, from and to.
    names: Vec<(String, ProcessKey, OrderKey, Option<OrderKey>)>,
    messages: BTreeMap<String, Message>,
    calls: BTreeMap<String, Call>,
}

impl Known {
    pub(crate) fn of(script: &Script, trace: &Trace) -> Self {
        let mut known = Self { names: Vec::new(), messages: BTreeMap::new(), calls: BTreeMap::new() };
        for written in &script.written {
            let Some(process) = written.process else { continue };
            let name = written.what.as_ref().map_or("", |what| &what.0);
            let mut held = known.names.iter_mut().filter(|(_, holder, _, to)| *holder == process && to.is_none());
            match written.kind {
                Kind::Register if !held.any(|(held, ..)| held == name) => {
                    known.names.push((name.into(), process, written.key, None));
                }
                Kind::Unregister => held.filter(|(held, ..)| held == name).for_each(|(.., to)| *to = Some(written.key)),
                Kind::Exit => held.for_each(|(.., to)| *to = Some(written.key)),
                _ => {}
            }
        }
        let processes: Vec<String> = trace
            .processes()
            .iter()
            .map(|process| {
                let text = process.to_string();
                if text.contains('~') { text } else { format!("{text}~1") }
            })
            .collect();
        for a in &processes {
            let path = calls(ask(trace, Request::ExecutionPath(window(a))).expect("calls"));
            known.calls.extend(path.into_iter().map(|call| (call.id.clone(), call)));
            for b in &processes {
                let flow = messages(ask(trace, Request::MessageFlow(flow(a, b))).expect("messages"));
                known.messages.extend(flow.into_iter().map(|message| (message.id.clone(), message)));
            }
        }
        known
    }

    fn holds(&self, name: &str, process: ProcessKey, key: OrderKey) -> bool {
        let at = |from: OrderKey, to: Option<OrderKey>| from <= key && to.is_none_or(|to| key <= to);
        self.names.iter().any(|(held, holder, from, to)| held == name && *holder == process && at(*from, *to))
    }

    fn is(&self, who: Who, process: ProcessKey, key: OrderKey) -> bool {
        match who {
            Who::Pid(number) => process.number == number,
            Who::First(number) => process.number == number && process.incarnation == 1,
            Who::Name(name) => self.holds(name, process, key),
        }
    }
}

const fn yes(holds: bool) -> u8 {
    if holds { YES } else { NO }
}

impl Wish {
    /// Whether an event is wished for.
    pub(crate) fn holds(&self, written: &Written, known: &Known) -> u8 {
        let function = written.what.as_ref().filter(|what| !what.1.is_empty());
        match self {
            Self::Class(class) => yes(written.kind.class().name() == *class),
            Self::Kind(kind) => yes(written.kind.name() == *kind),
            Self::Party(field, who) => yes(is_party(written, known, field, *who)),
            Self::Name(name) => {
                let is_named = matches!(written.kind, Kind::Register | Kind::Unregister);
                yes(is_named && written.what.as_ref().is_some_and(|what| what.0 == *name))
            }
            Self::Module(module) => {
                let called_back = matches!(written.kind, Kind::Handled | Kind::State | Kind::Terminate);
                let what = written.what.as_ref().filter(|_| called_back || function.is_some());
                yes(what.is_some_and(|what| what.0 == *module))
            }
            Self::Function(name, arity) => {
                yes(function.is_some_and(|what| what.1 == *name) && has_arity(written, *arity))
            }
            Self::Mfa(name, arity) => {
                let is_it = function.is_some_and(|what| what.0 == "Elixir.Shop" && what.1 == *name);
                yes(is_it && has_arity(written, *arity))
            }
            Self::Term(field, shape) => term_of(written, field).map_or(NO, |term| {
                let request = if *field == "message" { requests(term) } else { Vec::new() };
                request.iter().chain([term]).map(|term| shape.matches(term)).max().unwrap_or(NO).max(
                    // What was cut may have been a request.
                    if *field == "message" { wrapped(shape, term) } else { NO },
                )
            }),
            Self::Time(order, time) => yes(compare(order, written.key.tick, *time)),
            Self::Measure(measure, bound) => measured(written, known, measure, *bound),
            Self::Complete(complete) => yes(written.term.as_ref().is_none_or(is_complete) == *complete),
            Self::Flag(flag) => yes(match *flag {
                "to_dead" => written.kind == Kind::Send && written.flags.contains(Flags::TO_DEAD),
                "no_return" => written.kind == Kind::Call && written.flags.contains(Flags::NO_RETURN),
                _ => written.kind == Kind::Call && written.flags.contains(Flags::ARITY_ONLY),
            }),
            Self::Id(id) => yes(written.id.to_string() == *id),
            Self::Not(inner) => match inner.holds(written, known) {
                NO => YES,
                YES => NO,
                unknown => unknown,
            },
            Self::All(parts) => parts.iter().map(|part| part.holds(written, known)).min().unwrap_or(YES),
            Self::Any(parts) => parts.iter().map(|part| part.holds(written, known)).max().unwrap_or(NO),
        }
    }
}

fn is_party(written: &Written, known: &Known, field: &str, who: Who) -> bool {
    let of_process = written.process.is_some_and(|process| known.is(who, process, written.key));
    let of_peer = match (&written.peer, who) {
        (Some(Peer::Process(process)), _) => known.is(who, *process, written.key),
        (Some(Peer::Name(name)), _) => {
            let of_holder = known.names.iter().any(|(held, holder, ..)| {
                held == name && known.holds(name, *holder, written.key) && known.is(who, *holder, written.key)
            });
            of_holder || matches!(who, Who::Name(wanted) if wanted == name)
        }
        _ => false,
    };
    match field {
        "process" => of_process,
        "from" => written.kind == Kind::Send && of_process,
        "to" => written.kind == Kind::Send && of_peer,
        _ => of_peer,
    }
}

fn has_arity(written: &Written, arity: Option<u32>) -> bool {
    let own = if written.kind == Kind::Spawn { 5 } else { 1 };
    arity.is_none_or(|arity| arity == own)
}

fn term_of<'t>(written: &'t Written, field: &str) -> Option<&'t Term> {
    let has_it = match field {
        "message" => matches!(written.kind, Kind::Send | Kind::Delivered | Kind::Handled),
        "args" => written.kind == Kind::Call,
        "result" => matches!(written.kind, Kind::Return | Kind::Exception),
        "state" => matches!(written.kind, Kind::State | Kind::Terminate),
        "reason" => written.kind == Kind::Exit,
        _ => true,
    };
    written.term.as_ref().filter(|_| has_it)
}

/// What a GenServer is asked.
fn requests(message: &Term) -> Vec<Term> {
    match message {
        Term::Tuple(parts) => match parts.as_slice() {
            [Term::Atom(call), _, request] if call == "$gen_call" => vec![request.clone()],
            [Term::Atom(cast), request] if cast == "$gen_cast" => vec![request.clone()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn wrapped(shape: &Shape, message: &Term) -> u8 {
    match (shape, message) {
        (Shape::Any, _) => NO,
        (_, Term::Cut | Term::Redacted) => POSSIBLE,
        _ => NO,
    }
}

fn compare(order: &str, value: u64, bound: u64) -> bool {
    match order {
        "<" => value < bound,
        "<=" => value <= bound,
        ">" => value > bound,
        _ => value >= bound,
    }
}

fn measured(written: &Written, known: &Known, measure: &str, bound: Option<(&str, u64)>) -> u8 {
    let kind = if matches!(measure, "waiting" | "delivery") { Kind::Send } else { Kind::Call };
    if written.kind != kind {
        return NO;
    }
    let id = written.id.to_string();
    // The length, or how little is known of it.
    let length = if kind == Kind::Call {
        let call = known.calls.get(&id);
        let length = call.and_then(|call| if measure == "own" { call.own_ns } else { call.duration_ns });
        length.ok_or(UNRECORDED)
    } else {
        match known.messages.get(&id).map(|message| (message, &*message.matched)) {
            Some((message, "matched")) if measure == "waiting" && message.handling.as_deref() == Some("ambiguous") => {
                Err(POSSIBLE)
            }
            Some((message, "matched")) => {
                let length = if measure == "waiting" { message.waiting_ns } else { message.delivery_ns };
                length.ok_or(UNRECORDED)
            }
            Some((_, "ambiguous")) => Err(POSSIBLE),
            Some((_, "undelivered" | "to_dead")) => Err(NO),
            _ => Err(UNRECORDED),
        }
    };
    match (length, bound) {
        (Ok(ns), Some((order, than))) => yes(compare(order, ns, than)),
        (Ok(_), None) => NO,
        (Err(known), Some(_)) => known,
        (Err(known), None) => yes(known != NO),
    }
}

fn is_complete(term: &Term) -> bool {
    match term {
        Term::Cut | Term::Redacted | Term::BinaryCut(..) | Term::TupleCut(..) | Term::MapCut(..) | Term::Opaque(..) => {
            false
        }
        Term::Tuple(parts) => parts.iter().all(is_complete),
        Term::List(parts, tail) => parts.iter().all(is_complete) && tail.as_deref().is_none_or(is_complete),
        Term::Map(pairs) => pairs.iter().all(|(key, value)| is_complete(key) && is_complete(value)),
        _ => true,
    }
}
