//! What came out, and what it may have been when it went in: the pairing, asked from the other end.
//!
//! Invariant: what really came out is among the candidates, if its going in was recorded.

use crate::model::message::pairing::{Match, Pairing};
use alloc::vec;
use alloc::vec::Vec;

/// For each sink the sources it may be.
#[derive(Debug)]
pub(crate) struct Candidates {
    matches: Vec<Match>,
    /// The source that is surely it.
    decided: Vec<Option<usize>>,
    /// Else from here to there, those that are not decided.
    reach: Vec<(usize, usize)>,
    /// How many sources before each are not decided.
    n_undecided: Vec<usize>,
}

impl Candidates {
    /// The ticks are those that the pairing was made of. Where not all that went in and came out was recorded, as `is_whole` tells, as many of
    /// both do not mean that nothing was on the way, and what seems decided is open for the sinks that are not.
    pub(crate) fn new(pairing: Pairing, sources: &[u64], sinks: &[u64], is_whole: bool) -> Self {
        let mut matches = pairing.matches;
        let mut decided = vec![None; sinks.len()];
        for (source, found) in matches.iter().enumerate() {
            if let Match::Matched(sink) = found
                && let Some(slot) = decided.get_mut(*sink)
            {
                *slot = Some(source);
            }
        }
        let mut reach = reach(sources, sinks);
        if !is_whole {
            reach.iter_mut().for_each(|(first, _)| *first = 0);
            matches.fill(Match::Undecided);
        }
        let undecided = matches.iter().scan(0, |n, found| {
            *n += usize::from(*found == Match::Undecided);
            Some(*n)
        });
        let n_undecided = [0].into_iter().chain(undecided).collect();
        Self { reach, matches, decided, n_undecided }
    }

    /// The source that a sink surely is.
    pub(crate) fn decided(&self, sink: usize) -> Option<usize> {
        self.decided.get(sink).copied().flatten()
    }

    /// The first source since which something was always on the way, up to a sink.
    pub(crate) fn first(&self, sink: usize) -> usize {
        self.reach.get(sink).map_or(0, |(first, _)| *first)
    }

    /// How many sources a sink may be that is not decided.
    pub(crate) fn n_possible(&self, sink: usize) -> usize {
        let Some((first, end)) = self.reach.get(sink) else { return 0 };
        let before = |at: usize| self.n_undecided.get(at).copied().unwrap_or_default();
        before(*end).saturating_sub(before(*first))
    }

    /// These sources.
    pub(crate) fn possible(&self, sink: usize) -> impl Iterator<Item = usize> {
        let (first, end) = self.reach.get(sink).copied().unwrap_or_default();
        (first..end).filter(|source| self.matches.get(*source) == Some(&Match::Undecided))
    }

    /// The sinks that a source may be.
    pub(crate) fn sinks_of(&self, source: usize) -> Vec<usize> {
        let is_open = self.matches.get(source) == Some(&Match::Undecided);
        let within = |sink: usize| self.reach.get(sink).is_some_and(|(first, end)| (*first..*end).contains(&source));
        let may_be = |sink: &usize| match self.decided(*sink) {
            Some(decided) => decided == source,
            None => is_open && within(*sink),
        };
        (0..self.reach.len()).filter(may_be).collect()
    }
}

/// Where each sink can have gone in: since something was always on the way, or, once more came out than went in, ever.
fn reach(sources: &[u64], sinks: &[u64]) -> Vec<(usize, usize)> {
    let (mut n_in, mut n_waiting, mut first, mut n_doubtful) = (0, 0usize, 0, 0);
    let mut reach = Vec::with_capacity(sinks.len());
    for sink in sinks {
        while sources.get(n_in).is_some_and(|source| source <= sink) {
            if n_waiting == 0 {
                first = n_in;
            }
            n_waiting += 1;
            n_in += 1;
        }
        if n_waiting == 0 {
            (first, n_doubtful) = (0, n_in);
        }
        n_waiting = n_waiting.saturating_sub(1);
        reach.push((first, n_in));
    }
    for (first, _) in &mut reach {
        if *first < n_doubtful {
            *first = 0;
        }
    }
    reach
}
