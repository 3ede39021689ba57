//! What is known of equal messages only once all was read, and makes earlier matches of theirs uncertain.
//!
//! A message is delivered that nothing on its way can be: then an equal one was sent unseen, and each that was sent before may be the one.
//! Some are left on their way, and deliveries were not recorded all the time: then those delivered meanwhile may be others. A pass cannot
//! take back what it summed up. So it notes such cases, and where one concerns a message that it matched, the trace is read again with
//! them known.
//!
//! Invariant: events are numbered in the order of the pass, which is the same each time.

use crate::model::message::matcher::UNKNOWN;
use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::Kind;
use scope_core::chunk::Chunk;

/// Bits of a sieve: half a megabyte of them at most.
const MIN_BITS: usize = 1 << 10;
const MAX_BITS: usize = 1 << 22;

/// A receiver, or [`UNKNOWN`] for aliases, and a match key.
type Pair = (u32, u64);

/// Pairs that were met, and perhaps others.
#[derive(Debug)]
pub(super) struct Sieve {
    bits: Vec<u64>,
}

impl Sieve {
    /// For so many pairs.
    pub(super) fn new(n: usize) -> Self {
        let n_bits = (n * 8).next_power_of_two().clamp(MIN_BITS, MAX_BITS);
        Self { bits: vec![0; n_bits / 64] }
    }

    fn place(&self, (receiver, key): Pair) -> (usize, u64) {
        let mixed = (key ^ u64::from(receiver)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        ((mixed as usize / 64) & (self.bits.len() - 1), 1 << (mixed % 64))
    }

    #[inline]
    pub(super) fn add(&mut self, pair: Pair) {
        let (word, bit) = self.place(pair);
        self.bits.get_mut(word).into_iter().for_each(|word| *word |= bit);
    }

    pub(super) fn clear(&mut self) {
        self.bits.fill(0);
    }

    pub(super) fn may_have(&self, pair: Pair) -> bool {
        let (word, bit) = self.place(pair);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }
}

/// What a pass found out too late.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Deliveries that nothing on its way could be, where equal messages may have been sent before, by their numbers.
    pub(super) surplus: Vec<(Pair, u64)>,
    /// Stretches that left messages on their way: the chunk and row of the first send, and the number of the last event.
    pub(super) stretches: Vec<(Pair, (u32, u32), u64)>,
    /// Handlings of what was not delivered, where an equal message may have been handled before: the number of the
    /// last event before the last loss, and its own.
    pub(super) unmatched: Vec<(Pair, u64, u64)>,
}

/// The messages whose match is uncertain.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    sent: HashMap<Pair, Doubt>,
    /// Handlings between two events are in doubt.
    handled: HashMap<Pair, Vec<(u64, u64)>>,
}

#[derive(Debug, Default)]
struct Doubt {
    /// What was sent before this event is in doubt.
    until: u64,
    stretches: Vec<((u32, u32), u64)>,
    is_sent: bool,
}

impl Findings {
    /// What follows from the findings; `None` when nothing that was matched is in doubt.
    pub(super) fn doubts<'a>(self, chunks: impl Iterator<Item = &'a Chunk>) -> Option<Doubts> {
        let mut doubts = Doubts::default();
        let mut keys: HashMap<u64, bool> = self.surplus.iter().map(|((_, key), _)| (*key, false)).collect();
        if !keys.is_empty() {
            for chunk in chunks {
                for row in (0..chunk.len() as u32).filter(|row| chunk.kind(*row) == Kind::Send) {
                    let key = chunk.term_key(chunk.term_id(row)).map(|(key, _)| key);
                    key.and_then(|key| keys.get_mut(&key)).into_iter().for_each(|is_sent| *is_sent = true);
                }
            }
        }
        for ((receiver, key), number) in self.surplus {
            if keys.get(&key) == Some(&true) {
                for receiver in [receiver, UNKNOWN] {
                    doubts.sent.entry((receiver, key)).or_default().until = number;
                }
            }
        }
        for (pair, since, until) in self.stretches {
            doubts.sent.entry(pair).or_default().stretches.push((since, until));
        }
        for (pair, since, until) in self.unmatched {
            doubts.handled.entry(pair).or_default().push((since, until));
        }
        let is_empty = doubts.sent.is_empty() && doubts.handled.is_empty();
        (!is_empty).then_some(doubts)
    }
}

impl Doubts {
    /// Whether a send may be another one of its pair than the one it is matched with.
    pub(super) fn is_sent_in_doubt(&mut self, pair: Pair, place: (u32, u32), number: u64) -> bool {
        let Some(doubt) = self.sent.get_mut(&pair) else { return false };
        doubt.is_sent = true;
        if let Some((_, until)) = doubt.stretches.iter().find(|(since, _)| *since == place) {
            doubt.until = doubt.until.max(*until);
        }
        number <= doubt.until
    }

    /// Whether a delivery that nothing on its way can be may be of an earlier send.
    pub(super) fn is_surplus_in_doubt(&self, (receiver, key): Pair) -> bool {
        let is_sent = |receiver| self.sent.get(&(receiver, key)).is_some_and(|doubt| doubt.is_sent);
        is_sent(receiver) || is_sent(UNKNOWN)
    }

    /// Whether a handling may be of another delivery than the one it is matched with.
    pub(super) fn is_handled_in_doubt(&self, pair: Pair, number: u64) -> bool {
        self.handled
            .get(&pair)
            .is_some_and(|spans| spans.iter().any(|(since, until)| *since < number && number < *until))
    }
}
