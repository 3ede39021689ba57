//! A term as people write it, to compare states with: `%{status: :paid, items: [_], ...}`.
//!
//! Invariant: text is read, never evaluated; what is no literal is refused.

mod reader;

use crate::error::{Error, Result};
use alloc::format;
use alloc::vec::Vec;
use scope_core::term::Term;
use scope_core::term::diff::{self, Limits, Verdict};

/// A pattern; a cut place in it stands for anything.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    term: Node,
}

/// A pattern's term: what has no wildcard inside is compared as a whole.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Any,
    Whole(Term),
    Tuple(Vec<Node>),
    List(Vec<Node>),
    /// Keys have no wildcards; `true`: other keys may be there.
    Map(Vec<(Term, Node)>, bool),
}

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| Error::BadArgument(format!("like: {text:?} {why}"));
        reader::read(text).map(|term| Self { term }).map_err(refused)
    }

    /// Whether a term is what the pattern says: unknown where the place that tells was not recorded.
    pub(crate) fn matches(&self, term: &Term) -> Verdict {
        matches(&self.term, term)
    }
}

fn matches(pattern: &Node, term: &Term) -> Verdict {
    match (pattern, term) {
        (Node::Any, _) => Verdict::Equal,
        (Node::Whole(whole), term) => diff::diff(whole, term, Limits { changes: 0, ..Limits::default() }).verdict,
        (_, Term::Cut | Term::Redacted | Term::Opaque(scope_core::term::Opaque::Other, _)) => Verdict::Unknown,
        (Node::Tuple(nodes), Term::Tuple(elements)) if nodes.len() == elements.len() => all(nodes, elements),
        (Node::Tuple(nodes), Term::TupleCut(elements, arity)) if nodes.len() == *arity as usize => {
            and(all(nodes, elements), Verdict::Unknown)
        }
        (Node::List(nodes), Term::List(elements, None)) if nodes.len() == elements.len() => all(nodes, elements),
        (Node::List(nodes), Term::List(elements, Some(tail)))
            if matches!(**tail, Term::Cut | Term::Redacted) && nodes.len() >= elements.len() =>
        {
            and(all(nodes, elements), Verdict::Unknown)
        }
        (Node::Map(nodes, open), Term::Map(pairs)) if *open || nodes.len() == pairs.len() => keys(nodes, pairs, false),
        (Node::Map(nodes, open), Term::MapCut(pairs, size)) if *open || nodes.len() == *size as usize => {
            keys(nodes, pairs, true)
        }
        _ => Verdict::Different,
    }
}

fn all(nodes: &[Node], elements: &[Term]) -> Verdict {
    nodes.iter().zip(elements).map(|(node, element)| matches(node, element)).fold(Verdict::Equal, and)
}

fn keys(nodes: &[(Term, Node)], pairs: &[(Term, Term)], is_cut: bool) -> Verdict {
    let of_key = |(wanted, node): &(Term, Node)| {
        let found = pairs.iter().find(|(key, _)| key == wanted);
        match found {
            Some((_, value)) => matches(node, value),
            // A key that was not recorded, or not whole, may be this one.
            None if is_cut
                || pairs.iter().any(|(key, _)| matches(&Node::Whole(wanted.clone()), key) == Verdict::Unknown) =>
            {
                Verdict::Unknown
            }
            None => Verdict::Different,
        }
    };
    nodes.iter().map(of_key).fold(Verdict::Equal, and)
}

const fn and(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::Different, _) | (_, Verdict::Different) => Verdict::Different,
        (Verdict::Equal, Verdict::Equal) => Verdict::Equal,
        _ => Verdict::Unknown,
    }
}
