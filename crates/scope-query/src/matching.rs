//! Matches the sends of equal messages to one receiver with their deliveries, and deliveries with their handlings.
//!
//! What went in from one origin comes out in the same order, so with one origin the first in is the first out. When two origins have
//! something on the way at once, or things that may only look equal are on the way at once, or more came out than went in, nothing
//! decides which is which.
//!
//! Invariant: what is not decided is said to be so, never guessed.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

/// Something that went in.
#[derive(Clone, Debug)]
pub(crate) struct Source<O> {
    pub(crate) tick: u64,
    /// What keeps its own order: a sender.
    pub(crate) origin: O,
    /// Whether equal match keys mean equal messages (nothing was cut).
    pub(crate) exact: bool,
}

/// What became of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It came out as this sink.
    Matched(usize),
    /// It may have come out as one of several.
    Undecided,
    /// It did not come out.
    Missing,
}

/// Matches sources with the ticks at which something came out, both in time order. `recorded` says whether what came out after a time
/// would be known.
pub(crate) fn pair<O: PartialEq>(sources: &[Source<O>], sinks: &[u64], recorded: impl Fn(u64) -> bool) -> Vec<Outcome> {
    let mut line = Line {
        sources,
        outcomes: vec![Outcome::Missing; sources.len()],
        waiting: VecDeque::new(),
        n_in: 0,
        n_doubtful: 0,
        stretch: Stretch::default(),
    };
    for (sink_idx, sink) in sinks.iter().enumerate() {
        while sources.get(line.n_in).is_some_and(|source| source.tick <= *sink) {
            line.go_in();
        }
        line.come_out(sink_idx);
    }
    while line.n_in < sources.len() {
        line.go_in();
    }
    line.finish(recorded)
}

struct Line<'s, O> {
    sources: &'s [Source<O>],
    outcomes: Vec<Outcome>,
    /// The sources on the way, oldest first.
    waiting: VecDeque<usize>,
    /// How many went in.
    n_in: usize,
    /// The first so many may be the origin of something that came out and is not known to have gone in.
    n_doubtful: usize,
    stretch: Stretch,
}

/// A stretch of time in which something was always on the way.
#[derive(Default)]
struct Stretch {
    /// The source that began it.
    first: usize,
    /// It cannot be decided which source came out.
    mixed: bool,
    /// Something came out in it.
    came_out: bool,
}

impl<O: PartialEq> Line<'_, O> {
    fn go_in(&mut self) {
        let (new, sources) = (self.n_in, self.sources);
        match self.waiting.front() {
            None => self.stretch = Stretch { first: new, ..Stretch::default() },
            Some(oldest) => {
                let (oldest, source) = (&sources[*oldest], &sources[new]);
                let distinct = oldest.origin != source.origin || !oldest.exact || !source.exact;
                if distinct && !self.stretch.mixed {
                    self.stretch.mixed = true;
                    self.waiting.iter().for_each(|source| self.outcomes[*source] = Outcome::Undecided);
                }
            }
        }
        if self.stretch.mixed {
            self.outcomes[new] = Outcome::Undecided;
        }
        self.waiting.push_back(new);
        self.n_in += 1;
    }

    fn come_out(&mut self, sink_idx: usize) {
        self.stretch.came_out = true;
        match self.waiting.pop_front() {
            Some(source) if !self.stretch.mixed => self.outcomes[source] = Outcome::Matched(sink_idx),
            Some(_) => {}
            None => self.n_doubtful = self.n_in,
        }
    }

    fn finish(mut self, recorded: impl Fn(u64) -> bool) -> Vec<Outcome> {
        self.outcomes[..self.n_doubtful].fill(Outcome::Undecided);
        if self.waiting.is_empty() {
            return self.outcomes;
        }
        let first = self.stretch.first;
        if !self.stretch.came_out {
            self.waiting.iter().for_each(|source| self.outcomes[*source] = Outcome::Missing);
        } else if !recorded(self.sources[first].tick) {
            // What is left over may have come out before anybody looked, and a later one in its place.
            self.outcomes[first..].fill(Outcome::Undecided);
        }
        self.outcomes
    }
}
