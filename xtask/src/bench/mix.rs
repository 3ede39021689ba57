//! A generated recording: what a busy shop would leave, from a seed.
//!
//! 40% calls and returns, 40% sends and deliveries, 20% states; 2,000 processes, 500 functions. Calls carry one to three arguments,
//! messages are server requests, replies, casts and task results with pids and references, states are carts that change a little
//! each time. Beside these: servers handle what is delivered to them, and workers are spawned and exit.
//!
//! Invariant: the same seed and size give the same events.

mod cart;
mod message;
mod population;
mod random;

use anyhow::Result;
use cart::Cart;
use message::Then;
pub(crate) use population::named;
use random::Random;
use scope_core::event::{Event, Flags, Kind, OrderKey};
use scope_core::header::Header;
use scope_core::writer::Writer;
use scope_core::redact::Redactor;
use scope_core::store::Limits;
use scope_core::term::resolve::{Ids, Resolved, resolve};
use scope_core::term::write::{Term, write};
use scope_core::{EntityId, ProcessKey};
use std::collections::VecDeque;
use std::ops::Range;

const N_PROCESSES: u64 = 2_000;
const N_FUNCTIONS: u64 = 500;
/// Events until a call returns or a message is delivered, at most.
const MAX_DELAY: u64 = 40;
const SEED: u64 = 2024;
/// So many rows are taken in together.
const TAKEN_IN: usize = 100_000;

/// A recording that is ready to be taken in.
#[derive(Debug)]
pub(crate) struct Mix {
    /// Holds the dictionary the rows refer to, and no event yet.
    pub(crate) writer: Writer,
    pub(crate) rows: Vec<Row>,
    /// The terms in flight, one after the other.
    pub(crate) terms: Vec<u8>,
}

/// An event and its term.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) event: Event,
    pub(crate) term: Range<usize>,
    pub(crate) resolved: Option<Resolved>,
}

impl Mix {
    pub(crate) fn generate(n_events: usize) -> Result<Self> {
        let mut shop = Shop::new(n_events)?;
        while shop.n < n_events as u64 {
            shop.step()?;
        }
        Ok(shop.mix)
    }

    /// A recording of so many events, and the time of its last: the same rows as [`Mix::generate`] gives, never all in memory at once.
    pub(crate) fn recorded(n_events: usize) -> Result<(Writer, u64)> {
        let mut shop = Shop::new(0)?;
        while shop.n < n_events as u64 {
            shop.step()?;
            if shop.mix.rows.len() >= TAKEN_IN {
                shop.mix.take_in()?;
            }
        }
        shop.mix.seal()?;
        Ok((shop.mix.writer, shop.tick))
    }

    /// Takes everything in and seals it.
    pub(crate) fn seal(&mut self) -> Result<()> {
        self.take_in()?;
        self.writer.seal(u64::MAX);
        Ok(())
    }

    fn take_in(&mut self) -> Result<()> {
        for row in self.rows.drain(..) {
            let term = self.terms.get(row.term.clone()).unwrap_or_default();
            self.writer.push(&row.event, row.resolved.map(|resolved| (term, resolved)))?;
        }
        self.terms.clear();
        Ok(())
    }

    /// The time of the last event.
    pub(crate) fn end(&self) -> u64 {
        self.rows.last().map_or(0, |row| row.event.key.tick)
    }
}

/// A process of the mix by its number.
pub(crate) fn process(i: u64) -> ProcessKey {
    ProcessKey::first(100 + i as u32, 0)
}

/// An event to come, and after how many events.
#[derive(Debug)]
struct Due {
    at: u64,
    event: Event,
    term: Term,
    then: Then,
}

struct Shop {
    mix: Mix,
    random: Random,
    redactor: Redactor,
    carts: Vec<Cart>,
    due: VecDeque<Due>,
    handled_at: Vec<u64>,
    tick: u64,
    /// Events so far.
    n: u64,
    n_references: u32,
    n_workers: u64,
    raw: Vec<u8>,
    resolved: Vec<u8>,
}

impl Shop {
    /// A shop with room for so many events that has just opened.
    fn new(n_events: usize) -> Result<Self> {
        let limits = Limits { max_events: u64::MAX, max_bytes: u64::MAX, ..Limits::default() };
        let mut shop = Self {
            mix: Mix {
                writer: Writer::new(Header::default(), limits, SEED),
                rows: Vec::with_capacity(n_events),
                terms: Vec::new(),
            },
            random: Random::new(SEED),
            redactor: Redactor::default(),
            carts: (0..N_PROCESSES).map(Cart::new).collect(),
            due: VecDeque::new(),
            handled_at: message::never(),
            tick: 0,
            n: 0,
            n_references: 0,
            n_workers: 0,
            raw: Vec::new(),
            resolved: Vec::new(),
        };
        shop.open()?;
        Ok(shop)
    }

    /// Adds what is due, or something new: a request brings a reply, so that messages begin less often than calls.
    fn step(&mut self) -> Result<()> {
        if self.due.front().is_some_and(|due| due.at <= self.n)
            && let Some(Due { event, term, then, .. }) = self.due.pop_front()
        {
            self.add(event, Some(&term))?;
            self.after(then, term);
            return Ok(());
        }
        if self.random.below(population::WORKER_STEPS) == 0 {
            self.worker()?;
        }
        match self.random.below(11) {
            0..4 => self.call(),
            4..7 => self.message(),
            _ => self.state(),
        }
    }

    fn call(&mut self) -> Result<()> {
        let process = self.some_process();
        let function = self.random.below(N_FUNCTIONS);
        let n_args = 1 + self.random.below(3) as usize;
        let (module, name) = (format!("Elixir.Shop.Module{}", function / 12), format!("function_{function}"));
        let what = self.mix.writer.symbols().intern_function(&module, &name, n_args as u32).0;
        let args = (0..n_args).map(|_| self.argument()).collect();
        let call = self.event(Kind::Call, process, EntityId::NONE, what);
        let value = Term::Tuple(vec![atom("ok"), self.argument()]);
        self.follow(Event { kind: Kind::Return, ..call }, value, Then::Nothing);
        self.add(call, Some(&Term::List(args, None)))
    }

    fn state(&mut self) -> Result<()> {
        let process = self.some_process();
        let random = &mut self.random;
        let term = self.carts.get_mut(process as usize).map_or(Term::Cut, |cart| {
            cart.change(random);
            cart.term()
        });
        let module = self.mix.writer.symbols().intern_atom("Elixir.Shop.Cart").0;
        let event = self.event(Kind::State, process, EntityId::NONE, module);
        self.add(event, Some(&term))
    }

    fn follow(&mut self, event: Event, term: Term, then: Then) {
        let at = self.n + 1 + self.random.below(MAX_DELAY);
        self.expect(Due { at, event, term, then });
    }

    fn expect(&mut self, due: Due) {
        let place = self.due.partition_point(|other| other.at <= due.at);
        self.due.insert(place, due);
    }

    fn event(&mut self, kind: Kind, process_number: u64, peer: EntityId, what: u32) -> Event {
        let process = self.mix.writer.symbols().intern_process(process(process_number));
        Event { key: OrderKey::default(), kind, flags: Flags::NONE, process, peer, what }
    }

    fn add(&mut self, event: Event, term: Option<&Term>) -> Result<()> {
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
    fn some_process(&mut self) -> u64 {
        let (a, b) = (self.random.below(N_PROCESSES), self.random.below(N_PROCESSES));
        a.min(b)
    }

    fn argument(&mut self) -> Term {
        match self.random.below(5) {
            0 => Term::Integer(self.random.below(1 << 30) as i64),
            1 => atom(["add", "remove", "checkout", "cancel"][self.random.below(4) as usize]),
            2 => self.sku(),
            3 => Term::Pid(process(self.some_process())),
            _ => Term::Tuple(vec![atom("item"), self.sku(), Term::Integer(self.random.below(10) as i64)]),
        }
    }

    fn sku(&mut self) -> Term {
        Term::Binary(format!("sku-{:05}", self.random.below(3_000)).into_bytes())
    }
}

fn atom(text: &str) -> Term {
    Term::Atom(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_has_its_proportions_and_is_reproducible() {
        let n = 40_000;
        let mix = Mix::generate(n).unwrap();
        let count = |kinds: &[Kind]| mix.rows.iter().filter(|row| kinds.contains(&row.event.kind)).count() as f64;
        let (calls, messages) = (count(&[Kind::Call, Kind::Return]), count(&[Kind::Send, Kind::Delivered]));
        let states = count(&[Kind::State]);
        let share = |count: f64| count / (calls + messages + states);
        assert!(
            (share(calls) - 0.4).abs() < 0.02 && (share(messages) - 0.4).abs() < 0.02,
            "{calls} {messages} {states}"
        );
        assert!(count(&[Kind::Handled]) > 0.1 * messages && count(&[Kind::Exit]) > 0.0);
        assert!(mix.rows.windows(2).all(|rows| rows[0].event.key < rows[1].event.key));
        assert_eq!(Mix::generate(n).unwrap().terms, mix.terms);
    }

    #[test]
    fn a_recording_made_in_parts_is_the_same() {
        let n = 150_000;
        let mut mix = Mix::generate(n).unwrap();
        let end = mix.end();
        mix.seal().unwrap();
        let (mut writer, tick) = Mix::recorded(n).unwrap();
        assert_eq!(tick, end);
        assert!(writer.dump(end) == mix.writer.dump(end));
    }
}
