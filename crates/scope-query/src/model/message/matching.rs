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

/// Where something came from that came out when nothing was on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surplus {
    /// Nothing had gone in before it.
    Foreign,
    /// It, or something that came out before it, did not go in.
    Undecided,
}

/// What is known of sources and sinks together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pairing {
    /// Of each source.
    pub(crate) outcomes: Vec<Outcome>,
    /// The sinks that came out when nothing was on the way.
    pub(crate) surplus: Vec<(usize, Surplus)>,
}

/// Matches sources with the ticks at which something came out, both in time order. `recorded` says whether what came out after a time
/// would be known.
pub(crate) fn pair<O: PartialEq>(sources: &[Source<O>], sinks: &[u64], recorded: impl Fn(u64) -> bool) -> Pairing {
    let mut line = Line {
        sources,
        outcomes: vec![Outcome::Missing; sources.len()],
        waiting: VecDeque::new(),
        n_in: 0,
        n_doubtful: 0,
        surplus: Vec::new(),
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
    let surplus = core::mem::take(&mut line.surplus);
    Pairing { outcomes: line.finish(recorded), surplus }
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
    surplus: Vec<(usize, Surplus)>,
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
            None => {
                self.n_doubtful = self.n_in;
                let surplus = if self.n_in == 0 { Surplus::Foreign } else { Surplus::Undecided };
                self.surplus.push((sink_idx, surplus));
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use quickcheck::quickcheck;

    fn sources(origins: &[(u8, u8)]) -> Vec<Source<u8>> {
        let mut tick = 0;
        let arrive = |(origin, step): &(u8, u8)| {
            tick += u64::from(step % 3);
            Source { tick, origin: origin % 3, exact: true }
        };
        origins.iter().map(arrive).collect()
    }

    /// Every way in which all sinks can have come from the sources, each origin in its order: per source its sink.
    fn explanations(sources: &[Source<u8>], sinks: &[u64]) -> Vec<Vec<Option<usize>>> {
        let mut partial = vec![vec![None; sources.len()]];
        for (sink_idx, sink) in sinks.iter().enumerate() {
            let mut longer = Vec::new();
            for way in &partial {
                for origin in 0..3 {
                    let next = (0..sources.len()).find(|at| sources[*at].origin == origin && way[*at].is_none());
                    if let Some(next) = next.filter(|at| sources[*at].tick <= *sink) {
                        let mut way = way.clone();
                        way[next] = Some(sink_idx);
                        longer.push(way);
                    }
                }
            }
            partial = longer;
        }
        partial
    }

    quickcheck! {
        fn what_is_decided_holds_in_every_explanation(arrivals: Vec<(u8, u8)>, departures: Vec<u8>) -> bool {
            let sources = sources(arrivals.get(..7).unwrap_or(&arrivals));
            let mut sinks: Vec<u64> = departures.iter().take(6).map(|tick| u64::from(tick % 16)).collect();
            sinks.sort_unstable();
            let outcomes = pair(&sources, &sinks, |_| true).outcomes;
            explanations(&sources, &sinks).iter().all(|way| {
                outcomes.iter().zip(way).all(|(outcome, sink)| match outcome {
                    Outcome::Matched(claimed) => *sink == Some(*claimed),
                    Outcome::Missing => sink.is_none(),
                    Outcome::Undecided => true,
                })
            })
        }

        fn one_origin_is_first_in_first_out(steps: Vec<u8>, n_out: usize) -> bool {
            let arrivals: Vec<(u8, u8)> = steps.iter().map(|step| (0, *step)).collect();
            let sources = sources(&arrivals);
            let sinks: Vec<u64> = sources.iter().take(n_out % (sources.len() + 1)).map(|source| source.tick).collect();
            let expected = (0..sources.len()).map(|at| if at < sinks.len() { Outcome::Matched(at) } else { Outcome::Missing });
            pair(&sources, &sinks, |_| true).outcomes.into_iter().eq(expected)
        }
    }

    #[test]
    fn what_came_out_unseen_leaves_the_rest_undecided() {
        let sources = sources(&[(0, 0), (0, 1), (0, 1)]);
        assert_eq!(pair(&sources, &[1, 2], |_| false).outcomes, [Outcome::Undecided; 3]);
        assert_eq!(pair(&sources, &[], |_| false).outcomes, [Outcome::Missing; 3]);
        assert_eq!(pair(&sources, &[0, 1, 2], |_| false).outcomes, [0, 1, 2].map(Outcome::Matched));
        // One more came out than went in before it.
        let pairing = pair(&sources, &[0, 0, 1, 2], |_| true);
        assert_eq!((pairing.outcomes[0], &*pairing.surplus), (Outcome::Undecided, &[(1, Surplus::Undecided)][..]));
        assert_eq!(pair(&sources[1..], &[0, 1], |_| true).surplus, [(0, Surplus::Foreign)]);
    }
}
