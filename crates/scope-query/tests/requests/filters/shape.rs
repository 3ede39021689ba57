//! Patterns of an oracle: written by hand as text, and matched against whole terms.

use super::wish::{NO, POSSIBLE, YES};
use quickcheck::{Arbitrary, Gen};
use scope_core::term::{Opaque, Term};
use std::fmt;

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Any,
    Integer(i64),
    Float,
    Atom(&'static str),
    Text(&'static str),
    TextFrom(&'static str),
    Pid(u32),
    Tuple(Vec<Shape>, bool),
    List(Vec<Shape>, bool),
    Map(Vec<(Shape, Shape)>),
    Cart(Box<Shape>),
}

impl Arbitrary for Shape {
    fn arbitrary(g: &mut Gen) -> Self {
        drawn(g, 3)
    }
}

fn drawn(g: &mut Gen, depth: usize) -> Shape {
    let parts = |g: &mut Gen| (0..u8::arbitrary(g) % 4).map(|_| drawn(g, depth - 1)).collect();
    let atoms = ["ok", "put", "a", "b", "$gen_cast", "never"];
    match u8::arbitrary(g) % 16 {
        0..=2 if depth > 0 => Shape::Tuple(parts(g), bool::arbitrary(g)),
        3 | 4 if depth > 0 => Shape::List(parts(g), bool::arbitrary(g)),
        5 | 6 if depth > 0 => {
            Shape::Map((0..u8::arbitrary(g) % 3).map(|_| (drawn(g, depth - 1), drawn(g, depth - 1))).collect())
        }
        7 if depth > 0 => Shape::Cart(Box::new(drawn(g, depth - 1))),
        8 => Shape::Integer(i64::from(u8::arbitrary(g) % 3)),
        9 => Shape::Text(["abc", "ab", "abd", ""][usize::arbitrary(g) % 4]),
        10 => Shape::TextFrom(["abc", "ab", "abcd", "", "x"][usize::arbitrary(g) % 5]),
        11 => Shape::Pid(u32::from(u8::arbitrary(g) % 3)),
        12 => Shape::Float,
        13 | 14 => Shape::Atom(atoms[usize::arbitrary(g) % atoms.len()]),
        _ => Shape::Any,
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |parts: &[Self], open: bool| {
            let mut parts: Vec<String> = parts.iter().map(Self::to_string).collect();
            parts.extend(open.then(|| "...".to_string()));
            parts.join(", ")
        };
        match self {
            Self::Any => f.write_str("_"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float => f.write_str("1.5"),
            Self::Atom(name) => write!(f, ":\"{name}\""),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::TextFrom(text) => write!(f, "\"{text}\" <> _"),
            Self::Pid(number) => write!(f, "#PID<0.{number}.0>"),
            Self::Tuple(parts, open) => write!(f, "{{{}}}", list(parts, *open)),
            Self::List(parts, open) => write!(f, "[{}]", list(parts, *open)),
            Self::Map(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} => {value}")).collect();
                write!(f, "%{{{}}}", pairs.join(", "))
            }
            Self::Cart(value) => write!(f, "%Shop.Cart{{a: {value}}}"),
        }
    }
}

const fn yes(holds: bool) -> u8 {
    if holds { YES } else { NO }
}

impl Shape {
    /// Whether a term matches: the worst of what must all hold, the best of what one must.
    pub(crate) fn matches(&self, term: &Term) -> u8 {
        match (self, term) {
            (Self::Any, _) => YES,
            (_, Term::Cut | Term::Redacted) | (Self::Integer(_), Term::Opaque(Opaque::Integer, _)) => POSSIBLE,
            (Self::Integer(value), Term::Integer(found)) => yes(value == found),
            (Self::Float, Term::Float(found)) => yes(*found == 1.5),
            (Self::Atom(name), Term::Atom(found)) => yes(name == found),
            (Self::Text(text), Term::Binary(found)) => yes(text.as_bytes() == found),
            (Self::TextFrom(text), Term::Binary(found)) => yes(found.starts_with(text.as_bytes())),
            // What was cut off may have gone on in any way of the right length.
            (Self::Text(text), Term::BinaryCut(found, total)) if text.len() as u64 == *total => {
                if text.as_bytes().starts_with(found) { POSSIBLE } else { NO }
            }
            (Self::TextFrom(text), Term::BinaryCut(found, total)) if text.len() as u64 <= *total => {
                let n = text.len().min(found.len());
                if text.as_bytes()[..n] != found[..n] {
                    NO
                } else if n == text.len() {
                    YES
                } else {
                    POSSIBLE
                }
            }
            (Self::Pid(number), Term::Pid(found)) => yes(found.number == *number),
            (Self::Tuple(parts, open), Term::Tuple(found)) => sequence(parts, *open, found, found.len()),
            (Self::Tuple(parts, open), Term::TupleCut(found, arity)) => sequence(parts, *open, found, *arity as usize),
            (Self::List(parts, open), Term::List(found, None)) => sequence(parts, *open, found, found.len()),
            (Self::List(parts, open), Term::List(found, Some(tail))) => match **tail {
                // As many elements more as it takes, of any kind; for certain only those that were kept.
                Term::Cut | Term::Redacted => {
                    if *open && parts.len() <= found.len() {
                        sequence(parts, true, found, found.len())
                    } else if parts.len() < found.len() {
                        NO
                    } else {
                        sequence(&parts[..found.len()], false, found, found.len()).min(POSSIBLE)
                    }
                }
                _ if *open => sequence(parts, true, found, found.len()),
                _ => NO,
            },
            (Self::Map(pairs), Term::Map(found)) => all(pairs.iter().map(|pair| has(found, pair, NO))),
            (Self::Map(pairs), Term::MapCut(found, _)) => all(pairs.iter().map(|pair| has(found, pair, POSSIBLE))),
            (Self::Cart(value), _) => {
                let module = (Self::Atom("__struct__"), Self::Atom("Elixir.Shop.Cart"));
                Self::Map(vec![module, (Self::Atom("a"), (**value).clone())]).matches(term)
            }
            _ => NO,
        }
    }
}

fn all(parts: impl Iterator<Item = u8>) -> u8 {
    parts.min().unwrap_or(YES)
}

fn sequence(parts: &[Shape], open: bool, found: &[Term], n: usize) -> u8 {
    if parts.len() > n || (parts.len() < n && !open) {
        return NO;
    }
    let missing = |part: &Shape| if matches!(part, Shape::Any) { YES } else { POSSIBLE };
    all(parts
        .iter()
        .enumerate()
        .map(|(at, part)| found.get(at).map_or_else(|| missing(part), |term| part.matches(term))))
}

/// Whether a map has a pair; `missing` is what a pair that was not kept may be. A key that is there is not there again.
fn has(found: &[(Term, Term)], (key, value): &(Shape, Shape), missing: u8) -> u8 {
    let is_one = matches!(key, Shape::Integer(_) | Shape::Atom(_) | Shape::Text(_));
    let of = |(k, v): &(Term, Term)| (key.matches(k), value.matches(v));
    if let Some((_, value)) = found.iter().map(of).find(|(key, _)| is_one && *key == YES) {
        return value;
    }
    found.iter().map(of).map(|(key, value)| key.min(value)).max().unwrap_or(NO).max(missing)
}

/// The term with its `at`-th part (counted through the whole) cut away.
pub(crate) fn cut(term: &Term, at: &mut u32) -> Term {
    if *at == 0 {
        *at = u32::MAX;
        return Term::Cut;
    }
    *at = at.saturating_sub(1);
    match term {
        Term::Tuple(parts) => Term::Tuple(parts.iter().map(|part| cut(part, at)).collect()),
        Term::List(parts, None) => Term::List(parts.iter().map(|part| cut(part, at)).collect(), None),
        Term::Map(pairs) => Term::Map(pairs.iter().map(|(key, value)| (key.clone(), cut(value, at))).collect()),
        term => term.clone(),
    }
}
