//! The difference of two maps, by key.
//!
//! Invariant: a key that is only seen on one side is added or removed only if the other side was recorded with all its keys.

use super::forest::Forest;
use super::path::Step;
use super::{ChangeKind, Differ};
use crate::term::Term;
use alloc::vec::Vec;

/// What is known of one map.
struct Side {
    /// Its children: keys and values in turn.
    children: Vec<u32>,
    size: usize,
    /// Numbers of the keys recorded whole, each with its pair; ascending.
    keys: Vec<(u32, u32)>,
}

impl Side {
    fn of(forest: &Forest<'_>, node: u32) -> Self {
        let children = forest.children(node).to_vec();
        let size = match forest.term(node) {
            Term::MapCut(pairs, size) => (*size as usize).max(pairs.len()),
            _ => children.len() / 2,
        };
        let keys = (0..).zip(children.iter().step_by(2)).filter(|(_, key)| forest.exact(**key));
        let mut keys: Vec<(u32, u32)> = keys.map(|(pair, key)| (forest.id(*key), pair)).collect();
        keys.sort();
        Self { children, size, keys }
    }

    /// Whether it may have keys that were not recorded.
    const fn is_open(&self) -> bool {
        self.keys.len() < self.size
    }

    fn pair(&self, pair: u32) -> (u32, u32) {
        let at = |n: usize| self.children.get(n).copied().unwrap_or(u32::MAX);
        (at(pair as usize * 2), at(pair as usize * 2 + 1))
    }

    const fn n_pairs(&self) -> u32 {
        self.children.len() as u32 / 2
    }
}

impl Differ<'_, '_> {
    pub(super) fn maps(&mut self, a: u32, b: u32) {
        let (before, after) = (Side::of(self.forest, a), Side::of(self.forest, b));
        let terms = (Some(self.forest.term(a)), Some(self.forest.term(b)));
        if self.are_different_structs(&before, &after) {
            return self.note(ChangeKind::Changed, terms.0, terms.1);
        }
        self.different |= before.size != after.size;
        let mut partner = alloc::vec![None; before.n_pairs() as usize];
        let mut is_taken = alloc::vec![false; after.n_pairs() as usize];
        for (left, right) in matching(&before.keys, &after.keys) {
            if let (Some(partner), Some(taken)) = (partner.get_mut(left as usize), is_taken.get_mut(right as usize)) {
                *partner = Some(right);
                *taken = true;
            }
        }
        for (step, partner) in (0..).zip(partner) {
            let (key, value) = before.pair(step);
            let place = self.forest.term(key);
            if let Some(other) = partner {
                self.compare_at(Step::key(place, Some(step), Some(other)), value, after.pair(other).1);
                continue;
            }
            let known = self.forest.exact(key) && !after.is_open();
            let kind = if known { ChangeKind::Removed } else { ChangeKind::Unknown };
            self.note_at(Step::key(place, Some(step), None), kind, Some(self.forest.term(value)), None);
        }
        for (step, _) in (0..).zip(is_taken).filter(|(_, taken)| !taken) {
            let (key, value) = after.pair(step);
            let known = self.forest.exact(key) && !before.is_open();
            let kind = if known { ChangeKind::Added } else { ChangeKind::Unknown };
            let step = Step::key(self.forest.term(key), None, Some(step));
            self.note_at(step, kind, None, Some(self.forest.term(value)));
        }
        let is_cut = |side: &Side| side.size > side.children.len() / 2;
        if is_cut(&before) || is_cut(&after) {
            self.note(ChangeKind::Unknown, terms.0, terms.1);
        }
    }

    /// Structs of two modules have nothing in common but by chance.
    fn are_different_structs(&self, before: &Side, after: &Side) -> bool {
        let module = |side: &Side| {
            let mut pairs = side.children.as_chunks::<2>().0.iter();
            let [_, module] =
                pairs.find(|[key, _]| matches!(self.forest.term(*key), Term::Atom(name) if name == "__struct__"))?;
            self.forest.exact(*module).then(|| self.forest.id(*module))
        };
        module(before).zip(module(after)).is_some_and(|(before, after)| before != after)
    }
}

/// Joins two ascending lists of numbers with positions: the n-th of a number with the n-th of the same.
pub(super) fn matching(a: &[(u32, u32)], b: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut matched = Vec::new();
    while let (Some((left, i)), Some((right, j))) = (a.peek(), b.peek()) {
        if left == right {
            matched.push((*i, *j));
        }
        if left <= right {
            a.next();
        }
        if right <= left {
            b.next();
        }
    }
    matched
}
