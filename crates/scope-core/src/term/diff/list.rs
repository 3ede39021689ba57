//! The difference of two lists: keyword lists by key, others by aligning their elements.
//!
//! Invariant: elements are aligned only where the lists are proved to differ; else each is compared with the one in its position.

use super::align::{Pair, align, in_order};
use super::forest::Forest;
use super::map::matching;
use super::path::{Place, Step};
use super::{ChangeKind, Differ};
use crate::term::Term;
use alloc::vec;
use alloc::vec::Vec;

/// What is known of one list.
struct Side {
    elements: Vec<u32>,
    tail: Option<u32>,
    /// More elements may follow, which were not recorded.
    is_open: bool,
}

impl Side {
    fn of(forest: &Forest<'_>, node: u32) -> Self {
        let mut elements = forest.children(node).to_vec();
        let tail = if matches!(forest.term(node), Term::List(_, Some(_))) { elements.pop() } else { None };
        let is_open = tail.is_some_and(|tail| matches!(forest.term(tail), Term::Cut | Term::Redacted));
        Self { elements, tail, is_open }
    }

    fn ids(&self, forest: &Forest<'_>) -> Vec<u32> {
        self.elements.iter().map(|element| forest.id(*element)).collect()
    }

    /// The numbers of the keys of a keyword list, each with its position, ascending.
    fn keywords(&self, forest: &Forest<'_>) -> Option<Vec<(u32, u32)>> {
        if self.tail.is_some() || self.elements.is_empty() {
            return None;
        }
        let key = |element: u32| match (forest.term(element), forest.children(element)) {
            (Term::Tuple(_), [key, _]) if matches!(forest.term(*key), Term::Atom(_)) => Some(forest.id(*key)),
            _ => None,
        };
        let mut keys =
            self.elements.iter().zip(0..).map(|(element, n)| Some((key(*element)?, n))).collect::<Option<Vec<_>>>()?;
        keys.sort();
        keys.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a != b)).then_some(keys)
    }

    fn element(&self, n: u32) -> u32 {
        self.elements.get(n as usize).copied().unwrap_or(u32::MAX)
    }
}

impl<'t> Differ<'_, 't> {
    pub(super) fn lists(&mut self, a: u32, b: u32) {
        let forest = self.forest;
        let (before, after) = (Side::of(forest, a), Side::of(forest, b));
        let keywords = before.keywords(forest).zip(after.keywords(forest));
        let by_key = keywords.is_some();
        let other_keys = keywords.as_ref().is_some_and(|(left, right)| left != right);
        let pairs = if !other_keys && !self.are_proved_different(&before, &after) {
            let n = before.elements.len().min(after.elements.len()) as u32;
            (0..n).map(|n| Pair { before: n, after: n, kept: true }).collect()
        } else if let Some((left, right)) = keywords {
            self.different = true;
            in_order(matching(&left, &right))
        } else {
            let (pairs, coarse) = align(&before.ids(forest), &after.ids(forest), &mut self.limits.cells);
            self.coarse |= coarse;
            beside_one_another(pairs, before.elements.len() as u32, after.elements.len() as u32)
        };
        self.elements(&before, &after, &pairs, by_key);
        self.tails(&before, &after);
    }

    /// Whether no list can be behind both.
    fn are_proved_different(&mut self, before: &Side, after: &Side) -> bool {
        let forest = self.forest;
        let (m, n) = (before.elements.len(), after.elements.len());
        let lengths = (m > n && !after.is_open) || (n > m && !before.is_open);
        let mut positions = before.elements.iter().zip(&after.elements);
        let proved =
            lengths || positions.any(|(a, b)| forest.id(*a) != forest.id(*b) && forest.exact(*a) && forest.exact(*b));
        self.different |= proved;
        proved
    }

    fn elements(&mut self, before: &Side, after: &Side, pairs: &[Pair], by_key: bool) {
        let mut partner = vec![None; before.elements.len()];
        let mut is_taken = vec![false; after.elements.len()];
        for pair in pairs {
            if let (Some(partner), Some(taken)) =
                (partner.get_mut(pair.before as usize), is_taken.get_mut(pair.after as usize))
            {
                *partner = Some(*pair);
                *taken = true;
            }
        }
        for (n, partner) in (0..).zip(partner) {
            let element = before.element(n);
            match partner {
                Some(pair) => self.pair(element, after.element(pair.after), pair, by_key),
                None => {
                    let kind = if after.is_open { ChangeKind::Unknown } else { ChangeKind::Removed };
                    self.alone(element, Some(n), None, kind, by_key);
                }
            }
        }
        for (n, _) in (0..).zip(is_taken).filter(|(_, taken)| !taken) {
            let kind = if before.is_open { ChangeKind::Unknown } else { ChangeKind::Added };
            self.alone(after.element(n), None, Some(n), kind, by_key);
        }
    }

    /// An element that both lists have.
    fn pair(&mut self, a: u32, b: u32, pair: Pair, by_key: bool) {
        let (step, left) = self.step(a, Some(pair.before), Some(pair.after), by_key);
        let (_, right) = self.step(b, Some(pair.before), Some(pair.after), by_key);
        let depth = self.path.len();
        self.path.extend(step);
        if !pair.kept {
            self.note(ChangeKind::Moved, Some(self.forest.term(left)), Some(self.forest.term(right)));
        }
        self.compare(left, right);
        self.path.truncate(depth);
    }

    /// An element that one list has.
    fn alone(&mut self, node: u32, before: Option<u32>, after: Option<u32>, kind: ChangeKind, by_key: bool) {
        let (step, shown) = self.step(node, before, after, by_key);
        let term = Some(self.forest.term(shown));
        let depth = self.path.len();
        self.path.extend(step);
        self.note(kind, before.and(term), after.and(term));
        self.path.truncate(depth);
    }

    /// The steps to an element, and what they lead to: of a pair of a keyword list, its value.
    fn step(
        &self,
        node: u32,
        before: Option<u32>,
        after: Option<u32>,
        by_key: bool,
    ) -> (impl Iterator<Item = Step<'t>> + use<'t>, u32) {
        let (first, second, shown) = match self.forest.children(node) {
            [key, value] if by_key => {
                let inner = Step { place: Place::Value, before: before.map(|_| 1), after: after.map(|_| 1) };
                (Step::key(self.forest.term(*key), before, after), Some(inner), *value)
            }
            _ => (Step::element(before, after), None, node),
        };
        (core::iter::once(first).chain(second), shown)
    }

    fn tails(&mut self, before: &Side, after: &Side) {
        let step = Step {
            place: Place::Tail,
            before: before.tail.map(|_| before.elements.len() as u32),
            after: after.tail.map(|_| after.elements.len() as u32),
        };
        let term = |tail: Option<u32>| tail.map(|tail| self.forest.term(tail));
        let (left, right) = (term(before.tail), term(after.tail));
        match (before.tail, after.tail) {
            (None, None) => {}
            _ if before.is_open || after.is_open => self.note_at(step, ChangeKind::Unknown, left, right),
            (Some(a), Some(b)) => self.compare_at(step, a, b),
            (Some(_), None) => self.note_at(step, ChangeKind::Removed, left, right),
            (None, Some(_)) => self.note_at(step, ChangeKind::Added, left, right),
        }
    }
}

/// Pairs, too, what is left between the same two kept elements: an element that changed where it stood.
fn beside_one_another(mut pairs: Vec<Pair>, n_before: u32, n_after: u32) -> Vec<Pair> {
    let free = |n: u32, taken: Vec<u32>| {
        let mut is_free = vec![true; n as usize];
        for at in taken {
            if let Some(free) = is_free.get_mut(at as usize) {
                *free = false;
            }
        }
        is_free
    };
    let free_a = free(n_before, pairs.iter().map(|pair| pair.before).collect());
    let free_b = free(n_after, pairs.iter().map(|pair| pair.after).collect());
    let mut anchors: Vec<(u32, u32)> =
        pairs.iter().filter(|pair| pair.kept).map(|pair| (pair.before, pair.after)).collect();
    anchors.push((n_before, n_after));
    let (mut i, mut j) = (0, 0);
    for (end_i, end_j) in anchors {
        let left = |range: core::ops::Range<u32>, free: &[bool]| -> Vec<u32> {
            range.filter(|n| free.get(*n as usize).copied().unwrap_or(false)).collect()
        };
        let gap = left(i..end_i, &free_a).into_iter().zip(left(j..end_j, &free_b));
        pairs.extend(gap.map(|(before, after)| Pair { before, after, kept: true }));
        (i, j) = (end_i + 1, end_j + 1);
    }
    pairs
}
