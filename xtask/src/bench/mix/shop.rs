//! The generated shop: its processes' state, what is due, and the recording so far.

use super::cart::Cart;
use super::due::{Due, Then};
use super::random::Random;
use super::recording::{Mix, Row};
use anyhow::Result;
use scope_core::event::{Event, Flags, Kind, OrderKey};
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, resolve};
use scope_core::term::write::{Term, write};
use scope_core::writer::Writer;
use scope_core::{EntityId, ProcessKey};
use std::collections::VecDeque;

pub(super) const N_PROCESSES: u64 = 2_000;
/// Events until a call returns or a message is delivered, at most.
pub(super) const MAX_DELAY: u64 = 40;
const SEED: u64 = 2024;

/// A process of the mix by its number.
pub(crate) fn process(i: u64) -> ProcessKey {
    ProcessKey::first(100 + i as u32, 0)
}

pub(super) struct Shop {
    pub(super) mix: Mix,
    pub(super) random: Random,
    redactor: Redactor,
    pub(super) carts: Vec<Cart>,
    due: VecDeque<Due>,
    /// When each process handled last, in events.
    pub(super) handled_at: Vec<u64>,
    pub(super) tick: u64,
    /// Events so far.
    pub(super) n: u64,
    pub(super) n_references: u32,
    pub(super) n_workers: u64,
    raw: Vec<u8>,
    resolved: Vec<u8>,
}

impl Shop {
    /// A shop with room for so many events, that is not open yet.
    pub(super) fn new(n_events: usize) -> Self {
        let limits = Limits { max_events: u64::MAX, max_bytes: u64::MAX, ..Limits::default() };
        Self {
            mix: Mix {
                writer: Writer::new(Header::default(), limits, SEED),
                rows: Vec::with_capacity(n_events),
                terms: Vec::new(),
            },
            random: Random::new(SEED),
            redactor: Redactor::default(),
            carts: (0..N_PROCESSES).map(Cart::new).collect(),
            due: VecDeque::new(),
            handled_at: vec![0; N_PROCESSES as usize],
            tick: 0,
            n: 0,
            n_references: 0,
            n_workers: 0,
            raw: Vec::new(),
            resolved: Vec::new(),
        }
    }

    /// The next event, if it is due.
    pub(super) fn next_due(&mut self) -> Option<Due> {
        if self.due.front()?.at <= self.n { self.due.pop_front() } else { None }
    }

    pub(super) fn follow(&mut self, event: Event, term: Term, then: Then) {
        let at = self.n + 1 + self.random.below(MAX_DELAY);
        self.expect(Due { at, event, term, then });
    }

    pub(super) fn expect(&mut self, due: Due) {
        let place = self.due.partition_point(|other| other.at <= due.at);
        self.due.insert(place, due);
    }

    pub(super) fn event(&mut self, kind: Kind, process_number: u64, peer: EntityId, what: u32) -> Event {
        let process = self.mix.writer.symbols().intern_process(process(process_number));
        Event { key: OrderKey::default(), kind, flags: Flags::NONE, process, peer, what }
    }

    pub(super) fn add(&mut self, event: Event, term: Option<&Term>) -> Result<()> {
        self.tick += 200 + self.random.below(3_000);
        let key = OrderKey { tick: self.tick, thread: 1 + (event.process.0 & 1) as u16, tie: 0 };
        let start = self.mix.terms.len();
        let mut resolved = None;
        if let Some(term) = term {
            self.raw.clear();
            let symbols = self.mix.writer.symbols();
            write(term, symbols, &mut self.raw);
            resolved = Some(resolve(&self.raw, &mut Ids, symbols, &self.redactor, SEED, &mut self.resolved)?);
            self.mix.terms.extend_from_slice(&self.resolved);
        }
        let term = start..self.mix.terms.len();
        self.mix.rows.push(Row { event: Event { key, ..event }, term, resolved });
        self.n += 1;
        Ok(())
    }

    /// Few processes are busy, most are not.
    pub(super) fn some_process(&mut self) -> u64 {
        let (a, b) = (self.random.below(N_PROCESSES), self.random.below(N_PROCESSES));
        a.min(b)
    }

    pub(super) fn sku(&mut self) -> Term {
        Term::Binary(format!("sku-{:05}", self.random.below(3_000)).into_bytes())
    }
}

pub(super) fn atom(text: &str) -> Term {
    Term::Atom(text.into())
}
