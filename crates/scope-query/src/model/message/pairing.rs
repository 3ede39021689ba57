//! Equal messages of one answer, all at hand: which send each delivery is, and which delivery each handling.
//!
//! The matcher decides event by event; what is known only once all events are at hand is added here. More came out than went in: then
//! something equal went in unseen, and what went in before may be that. Something is left over, and was not recorded all the time: then it
//! may have come out unseen, and a later one in its place.
//!
//! Invariant: what is not decided is said to be so, never guessed.

use crate::model::message::matcher::{Arrival, Matcher, Tied, UNKNOWN, Way, settle_ties};
use alloc::vec;
use alloc::vec::Vec;
use scope_core::OrderKey;

/// Something that went in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) at: OrderKey,
    /// The number of what keeps its own order: a sender.
    pub(crate) sender: u32,
    /// The number of where it comes out; [`UNKNOWN`] for an alias.
    pub(crate) receiver: u32,
    /// Whether equal match keys mean equal messages (nothing was cut).
    pub(crate) is_exact: bool,
}

/// Something that came out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sink {
    pub(crate) at: OrderKey,
    pub(crate) receiver: u32,
}

/// What became of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
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
    pub(crate) matches: Vec<Match>,
    /// The sinks that came out when nothing was on the way.
    pub(crate) surplus: Vec<(usize, Surplus)>,
    /// Stretches that left something on the way, though something came out meanwhile.
    pub(crate) open: Vec<OpenStretch>,
}

/// A stretch of time in which something was always on the way, up to a loss or the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenStretch {
    /// The source that began it, and the one behind its last.
    pub(crate) first: usize,
    pub(crate) end: usize,
    /// When it was lost sight of.
    pub(crate) until: Option<u64>,
}

/// Matches sources with sinks, both in order. `losses` are the ends of losses in order: nothing is matched across one. `recorded` says
/// whether what came out after a time would be known; `after_loss`, whether what came out before a loss is known all the same.
pub(crate) fn pair(
    sources: &[Source],
    sinks: &[Sink],
    losses: impl Iterator<Item = u64>,
    after_loss: bool,
    recorded: impl Fn(u64) -> bool,
) -> Pairing {
    let mut events: Vec<Event> = Vec::with_capacity(sources.len() + sinks.len());
    events.extend((0..).zip(sources).map(|(idx, source)| Event { at: source.at, idx, is_source: true }));
    events.extend((0..).zip(sinks).map(|(idx, sink)| Event { at: sink.at, idx, is_source: false }));
    events.sort_by_key(|event| (event.at, !event.is_source));
    settle_ties(&mut events, |one, other| one.at.thread == other.at.thread);

    let (mut matcher, mut losses) = (Matcher::default(), losses.peekable());
    let matches = vec![Match::Missing; sources.len()];
    let mut pairing = Pairing { matches, surplus: Vec::new(), open: Vec::new() };
    let (mut n_in, mut n_lost) = (0, 0);
    for Event { at, idx, is_source } in events {
        while let Some(end) = losses.next_if(|end| *end < at.tick) {
            pairing.leave(&matcher, sources.get(..n_in).unwrap_or_default(), Some(end), |_| after_loss);
            matcher.clear();
            // What came out before a loss is known: then what comes out behind it went in meanwhile.
            n_lost = if after_loss { n_in } else { 0 };
        }
        let arrival = |sender| Arrival { tick: at.tick, chunk: idx as u32, row: 0, sender, ambiguous: false };
        if is_source {
            if let Some(source) = sources.get(idx) {
                matcher.send(0, source.receiver, arrival(source.sender), source.is_exact);
            }
            n_in = idx + 1;
            continue;
        }
        let receiver = sinks.get(idx).map_or(0, |sink| sink.receiver);
        let place = matcher.deliver(receiver, 0, || arrival(UNKNOWN));
        let Some(message) = matcher.remove(place) else { continue };
        if message.way == Way::Unsent {
            pairing.add_surplus(idx, n_lost, sources.get(..n_in).unwrap_or_default(), receiver);
        } else if let Some(found) = pairing.matches.get_mut(message.arrival.chunk as usize) {
            *found = if message.arrival.ambiguous { Match::Undecided } else { Match::Matched(idx) };
        }
    }
    match losses.next() {
        Some(end) => pairing.leave(&matcher, sources, Some(end), |_| after_loss),
        None => pairing.leave(&matcher, sources, None, recorded),
    }
    pairing
}

impl Pairing {
    /// A sink came out when nothing was on the way: which of the sources before it came out is in doubt.
    fn add_surplus(&mut self, sink: usize, first: usize, before: &[Source], receiver: u32) {
        let mut surplus = Surplus::Foreign;
        for (found, source) in self.matches.iter_mut().zip(before).skip(first) {
            if [receiver, UNKNOWN].contains(&source.receiver) {
                (*found, surplus) = (Match::Undecided, Surplus::Undecided);
            }
        }
        self.surplus.push((sink, surplus));
    }

    /// What is still on the way at the end, or at a loss.
    fn leave(&mut self, matcher: &Matcher, sources: &[Source], until: Option<u64>, recorded: impl Fn(u64) -> bool) {
        for message in matcher.open() {
            let Some(stretch) = matcher.stretch(message).filter(|stretch| stretch.is_delivered) else { continue };
            let first = stretch.since.0 as usize;
            if !(recorded(stretch.since_tick) || until.is_none() && message.receiver == UNKNOWN) {
                for (found, source) in self.matches.iter_mut().zip(sources).skip(first) {
                    if source.receiver == message.receiver {
                        *found = Match::Undecided;
                    }
                }
            } else if stretch.is_mixed {
                self.matches
                    .get_mut(message.arrival.chunk as usize)
                    .into_iter()
                    .for_each(|found| *found = Match::Undecided);
            } else {
                let stretch = OpenStretch { first, end: sources.len(), until };
                if self.open.last() != Some(&stretch) {
                    self.open.push(stretch);
                }
            }
        }
    }
}

/// A source or a sink, in the order of both.
struct Event {
    at: OrderKey,
    idx: usize,
    is_source: bool,
}

impl Tied for Event {
    fn tick(&self) -> u64 {
        self.at.tick
    }

    fn key(&self) -> u64 {
        0
    }

    fn is_send(&self) -> bool {
        self.is_source
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quickcheck::quickcheck;

    fn at(tick: u64, n: usize) -> OrderKey {
        OrderKey { tick, thread: n as u16, tie: 0 }
    }

    fn sinks(ticks: &[u64]) -> Vec<Sink> {
        ticks.iter().enumerate().map(|(n, tick)| Sink { at: at(*tick, n + 100), receiver: 0 }).collect()
    }

    fn paired(sources: &[Source], ticks: &[u64], recorded: bool) -> Pairing {
        pair(sources, &sinks(ticks), core::iter::empty(), false, |_| recorded)
    }

    fn sources(origins: &[(u8, u8)]) -> Vec<Source> {
        let mut tick = 0;
        let arrive = |(n, (origin, step)): (usize, &(u8, u8))| {
            tick += u64::from(step % 3);
            Source { at: at(tick, n), sender: u32::from(origin % 3), receiver: 0, is_exact: true }
        };
        origins.iter().enumerate().map(arrive).collect()
    }

    /// Every way in which all sinks can have come from the sources, each origin in its order: per source its sink.
    fn explanations(sources: &[Source], sinks: &[u64]) -> Vec<Vec<Option<usize>>> {
        let mut partial = vec![vec![None; sources.len()]];
        for (sink_idx, sink) in sinks.iter().enumerate() {
            let mut longer = Vec::new();
            for way in &partial {
                for origin in 0..3 {
                    let next = (0..sources.len()).find(|at| sources[*at].sender == origin && way[*at].is_none());
                    if let Some(next) = next.filter(|at| sources[*at].at.tick <= *sink) {
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
            let matches = paired(&sources, &sinks, true).matches;
            explanations(&sources, &sinks).iter().all(|way| {
                matches.iter().zip(way).all(|(found, sink)| match found {
                    Match::Matched(claimed) => *sink == Some(*claimed),
                    Match::Missing => sink.is_none(),
                    Match::Undecided => true,
                })
            })
        }

        fn one_origin_is_first_in_first_out(steps: Vec<u8>, n_out: usize) -> bool {
            let arrivals: Vec<(u8, u8)> = steps.iter().map(|step| (0, *step)).collect();
            let sources = sources(&arrivals);
            let sinks: Vec<u64> = sources.iter().take(n_out % (sources.len() + 1)).map(|source| source.at.tick).collect();
            let expected = (0..sources.len()).map(|at| if at < sinks.len() { Match::Matched(at) } else { Match::Missing });
            paired(&sources, &sinks, true).matches.into_iter().eq(expected)
        }
    }

    #[test]
    fn what_came_out_unseen_leaves_the_rest_undecided() {
        let sources = sources(&[(0, 0), (0, 1), (0, 1)]);
        assert_eq!(paired(&sources, &[1, 2], false).matches, [Match::Undecided; 3]);
        assert_eq!(paired(&sources, &[], false).matches, [Match::Missing; 3]);
        assert_eq!(paired(&sources, &[0, 1, 2], false).matches, [0, 1, 2].map(Match::Matched));
        // One more came out than went in before it.
        let pairing = paired(&sources, &[0, 0, 1, 2], true);
        assert_eq!((pairing.matches[0], &*pairing.surplus), (Match::Undecided, &[(1, Surplus::Undecided)][..]));
        assert_eq!(paired(&sources[1..], &[0, 1], true).surplus, [(0, Surplus::Foreign)]);
    }
}
