//! Both terms of a comparison as nodes with numbers: equal numbers mean equal terms, so that no subtree is compared twice.
//!
//! Invariant: two nodes have the same number exactly when all that was recorded of them is the same; the order of a map's pairs does not matter.

use crate::term::{MAX_DEPTH, Term};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;
use hashbrown::HashMap;

/// A term of the forest.
#[derive(Clone, Debug)]
pub(super) struct Node<'t> {
    pub(super) term: &'t Term,
    /// Its number.
    pub(super) id: u32,
    /// Nothing in it was cut, redacted or opaque.
    pub(super) exact: bool,
    children: Range<usize>,
}

/// What stands for a term that lies too deep.
const TOO_DEEP: Node<'static> = Node { term: &Term::Cut, id: u32::MAX, exact: false, children: 0..0 };

/// All terms of a comparison.
#[derive(Debug, Default)]
pub(super) struct Forest<'t> {
    nodes: Vec<Node<'t>>,
    links: Vec<u32>,
    /// The number of each content: a tag, the scalar's bytes or the children's numbers.
    ids: HashMap<Box<[u8]>, u32>,
}

impl<'t> Forest<'t> {
    /// Adds a term; what lies deeper than [`MAX_DEPTH`] counts as cut.
    pub(super) fn plant(&mut self, term: &'t Term) -> u32 {
        self.grow(term, 0)
    }

    pub(super) fn node(&self, node: u32) -> Node<'t> {
        self.nodes.get(node as usize).cloned().unwrap_or(TOO_DEEP)
    }

    pub(super) fn id(&self, node: u32) -> u32 {
        self.nodes.get(node as usize).map_or(u32::MAX, |node| node.id)
    }

    pub(super) fn exact(&self, node: u32) -> bool {
        self.nodes.get(node as usize).is_some_and(|node| node.exact)
    }

    pub(super) fn term(&self, node: u32) -> &'t Term {
        self.nodes.get(node as usize).map_or(&Term::Cut, |node| node.term)
    }

    /// Elements of a tuple; elements of a list and then its tail, if that is not the empty list; keys and values of a map in turn.
    pub(super) fn children(&self, node: u32) -> &[u32] {
        let range = self.nodes.get(node as usize).map_or(0..0, |node| node.children.clone());
        self.links.get(range).unwrap_or_default()
    }

    fn grow(&mut self, term: &'t Term, depth: usize) -> u32 {
        if depth > MAX_DEPTH {
            return self.add(&Term::Cut, &[], 0..0, false);
        }
        let mut children = Vec::new();
        match term {
            // An empty list with a tail is its tail.
            Term::List(elements, Some(tail)) if elements.is_empty() => return self.grow(tail, depth + 1),
            Term::Tuple(elements) | Term::TupleCut(elements, _) => {
                children.extend(elements.iter().map(|element| self.grow(element, depth + 1)));
            }
            Term::Record(_, parts) => children.extend(parts.iter().map(|part| self.grow(part, depth + 1))),
            Term::List(elements, tail) => {
                children.extend(elements.iter().chain(tail.as_deref()).map(|element| self.grow(element, depth + 1)));
            }
            Term::Map(pairs) | Term::MapCut(pairs, _) => {
                for (key, value) in pairs {
                    children.push(self.grow(key, depth + 1));
                    children.push(self.grow(value, depth + 1));
                }
            }
            _ => {}
        }
        let exact = !matches!(
            term,
            Term::BinaryCut(..) | Term::TupleCut(..) | Term::MapCut(..) | Term::Opaque(..) | Term::Redacted | Term::Cut
        ) && children.iter().all(|child| self.exact(*child));
        let content = self.content(term, &children);
        let start = self.links.len();
        self.links.extend_from_slice(&children);
        self.add(term, &content, start..self.links.len(), exact)
    }

    fn add(&mut self, term: &'t Term, content: &[u8], children: Range<usize>, exact: bool) -> u32 {
        let next = self.ids.len() as u32;
        let id = match self.ids.get(content) {
            Some(id) => *id,
            None => *self.ids.entry(content.into()).or_insert(next),
        };
        self.nodes.push(Node { term, id, exact, children });
        self.nodes.len() as u32 - 1
    }

    fn content(&self, term: &Term, children: &[u32]) -> Vec<u8> {
        let mut content = Vec::new();
        let mut scalar = |tag: u8, parts: &[&[u8]]| {
            content.push(tag);
            parts.iter().for_each(|part| content.extend_from_slice(part));
        };
        match term {
            Term::Integer(value) => scalar(1, &[&value.to_le_bytes()]),
            Term::Big(negative, magnitude) => scalar(2, &[&[u8::from(*negative)], magnitude]),
            Term::Float(value) => scalar(3, &[&value.to_bits().to_le_bytes()]),
            Term::Atom(text) => scalar(4, &[text.as_bytes()]),
            Term::Binary(bytes) => scalar(5, &[bytes]),
            Term::BinaryCut(bytes, total) => scalar(6, &[&total.to_le_bytes(), bytes]),
            Term::Pid(process) => scalar(
                7,
                &[&process.number.to_le_bytes(), &process.serial.to_le_bytes(), &process.incarnation.to_le_bytes()],
            ),
            Term::Port(number) => scalar(8, &[&number.to_le_bytes()]),
            Term::Reference(words) => {
                scalar(9, &[]);
                words.iter().for_each(|word| content.extend(word.to_le_bytes()));
            }
            Term::Opaque(kind, number) => scalar(10, &[&[*kind as u8], &number.to_le_bytes()]),
            Term::Redacted => scalar(11, &[]),
            Term::Cut => scalar(12, &[]),
            Term::Tuple(_) => scalar(13, &[]),
            Term::TupleCut(_, arity) => scalar(14, &[&arity.to_le_bytes()]),
            Term::List(_, None) => scalar(15, &[]),
            Term::List(_, Some(_)) => scalar(16, &[]),
            Term::Map(_) => scalar(17, &[]),
            Term::MapCut(_, size) => scalar(18, &[&size.to_le_bytes()]),
            Term::Record(exported, _) => scalar(19, &[&[u8::from(*exported)]]),
        }
        let mut inside: Vec<u32> = children.iter().map(|child| self.id(*child)).collect();
        if matches!(term, Term::Map(_) | Term::MapCut(..)) {
            inside.as_chunks_mut::<2>().0.sort();
        }
        inside.iter().for_each(|id| content.extend_from_slice(&id.to_le_bytes()));
        content
    }
}
