//! A generated recording: what a busy shop would leave, from a seed.
//!
//! 40% calls and returns, 40% sends and deliveries, 20% states; 2,000 processes, 500 functions. Calls carry one to three arguments,
//! messages are server requests, replies, casts and task results with pids and references, states are carts that change a little
//! each time.
//!
//! Invariant: the same seed and size give the same events.

mod cart;
mod random;

use anyhow::Result;
use cart::Cart;
use random::Random;
use scope_core::event::{Event, Flags, Kind, OrderKey};
use scope_core::header::Header;
use scope_core::intake::Intake;
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

/// A recording that is ready to be taken in.
#[derive(Debug)]
pub(crate) struct Mix {
    /// Holds the dictionary the rows refer to, and no event yet.
    pub(crate) intake: Intake,
    pub(crate) rows: Vec<Row>,
    /// The terms in flight, one after the other.
    pub(crate) terms: Vec<u8>,
}

/// An event and its term.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) event: Event,
    pub(crate) term: Range<usize>,
    pub(crate) resolved: Resolved,
}

impl Mix {
    pub(crate) fn generate(n_events: usize) -> Result<Self> {
        let limits = Limits { max_events: u64::MAX, max_bytes: u64::MAX, ..Limits::default() };
        let mut shop = Shop::new(Self {
            intake: Intake::new(Header::default(), limits, SEED),
            rows: Vec::with_capacity(n_events),
            terms: Vec::new(),
        });
        while shop.mix.rows.len() < n_events {
            shop.step()?;
        }
        Ok(shop.mix)
    }

    /// Takes everything in and seals it.
    pub(crate) fn seal(&mut self) -> Result<()> {
        for row in &self.rows {
            let term = self.terms.get(row.term.clone()).unwrap_or_default();
            self.intake.push(&row.event, Some((term, row.resolved)))?;
        }
        self.intake.seal(u64::MAX);
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

/// What a call or a message is followed by, and when.
#[derive(Debug)]
struct Due {
    at: u64,
    event: Event,
    term: Term,
}

struct Shop {
    mix: Mix,
    random: Random,
    redactor: Redactor,
    carts: Vec<Cart>,
    due: VecDeque<Due>,
    tick: u64,
    n_references: u32,
    raw: Vec<u8>,
    resolved: Vec<u8>,
}

impl Shop {
    fn new(mix: Mix) -> Self {
        Self {
            mix,
            random: Random::new(SEED),
            redactor: Redactor::default(),
            carts: (0..N_PROCESSES).map(Cart::new).collect(),
            due: VecDeque::new(),
            tick: 0,
            n_references: 0,
            raw: Vec::new(),
            resolved: Vec::new(),
        }
    }

    /// Adds one event: what is due, or something new.
    fn step(&mut self) -> Result<()> {
        let n = self.mix.rows.len() as u64;
        if self.due.front().is_some_and(|due| due.at <= n)
            && let Some(due) = self.due.pop_front()
        {
            return self.add(due.event, &due.term);
        }
        match self.random.below(3) {
            0 => self.call(n),
            1 => self.message(n),
            _ => self.state(),
        }
    }

    fn call(&mut self, n: u64) -> Result<()> {
        let process = self.some_process();
        let function = self.random.below(N_FUNCTIONS);
        let n_args = 1 + self.random.below(3) as usize;
        let (module, name) = (format!("Elixir.Shop.Module{}", function / 12), format!("function_{function}"));
        let what = self.mix.intake.symbols().intern_function(&module, &name, n_args as u32).0;
        let args = (0..n_args).map(|_| self.argument()).collect();
        let call = self.event(Kind::Call, process, EntityId::NONE, what);
        let value = Term::Tuple(vec![atom("ok"), self.argument()]);
        self.follow(n, Event { kind: Kind::Return, ..call }, value);
        self.add(call, &Term::List(args, None))
    }

    fn message(&mut self, n: u64) -> Result<()> {
        let (from, to) = (self.some_process(), self.some_process());
        let message = self.some_message(from);
        let send = {
            let peer = self.mix.intake.symbols().intern_process(process(to));
            self.event(Kind::Send, from, peer, 0)
        };
        let delivered = self.event(Kind::Delivered, to, EntityId::NONE, 0);
        self.follow(n, delivered, message.clone());
        self.add(send, &message)
    }

    fn state(&mut self) -> Result<()> {
        let process = self.some_process();
        let random = &mut self.random;
        let term = self.carts.get_mut(process as usize).map_or(Term::Cut, |cart| {
            cart.change(random);
            cart.term()
        });
        let module = self.mix.intake.symbols().intern_atom("Elixir.Shop.Cart").0;
        let event = self.event(Kind::State, process, EntityId::NONE, module);
        self.add(event, &term)
    }

    fn follow(&mut self, n: u64, event: Event, term: Term) {
        let at = n + 1 + self.random.below(MAX_DELAY);
        let place = self.due.partition_point(|due| due.at <= at);
        self.due.insert(place, Due { at, event, term });
    }

    fn event(&mut self, kind: Kind, process_number: u64, peer: EntityId, what: u32) -> Event {
        let process = self.mix.intake.symbols().intern_process(process(process_number));
        Event { key: OrderKey::default(), kind, flags: Flags::NONE, process, peer, what }
    }

    fn add(&mut self, event: Event, term: &Term) -> Result<()> {
        self.tick += 200 + self.random.below(3_000);
        let key = OrderKey { tick: self.tick, thread: 1 + (event.process.0 & 1) as u16, tie: 0 };
        self.raw.clear();
        let symbols = self.mix.intake.symbols();
        write(term, symbols, &mut self.raw);
        let resolved = resolve(&self.raw, &mut Ids, symbols, &self.redactor, SEED, &mut self.resolved)?;
        let start = self.mix.terms.len();
        self.mix.terms.extend_from_slice(&self.resolved);
        let term = start..self.mix.terms.len();
        self.mix.rows.push(Row { event: Event { key, ..event }, term, resolved });
        Ok(())
    }

    /// Few processes are busy, most are not.
    fn some_process(&mut self) -> u64 {
        let (a, b) = (self.random.below(N_PROCESSES), self.random.below(N_PROCESSES));
        a.min(b)
    }

    fn some_message(&mut self, from: u64) -> Term {
        let pid = Term::Pid(process(from));
        let reference = self.reference();
        let alias = Term::List(vec![atom("alias")], Some(Box::new(reference.clone())));
        let request = Term::Tuple(vec![atom("add"), self.sku(), Term::Integer(self.random.below(9) as i64)]);
        match self.random.below(4) {
            0 => Term::Tuple(vec![atom("$gen_call"), Term::Tuple(vec![pid, alias]), request]),
            1 => Term::Tuple(vec![
                alias,
                Term::Tuple(vec![atom("ok"), Term::Integer(self.random.below(1 << 20) as i64)]),
            ]),
            2 => {
                let order = Term::Map(vec![
                    (atom("cart"), self.sku()),
                    (atom("from"), pid),
                    (atom("lines"), Term::List(vec![request.clone(), request], None)),
                ]);
                Term::Tuple(vec![atom("$gen_cast"), order])
            }
            _ => {
                let n = 8 + self.random.below(100) as usize;
                Term::Tuple(vec![reference, Term::Tuple(vec![atom("ok"), Term::Binary(self.random.text(n))])])
            }
        }
    }

    fn reference(&mut self) -> Term {
        self.n_references += 1;
        Term::Reference([self.n_references, 0x5a00_0001, 0x1e55_91c7].into_iter().collect())
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
        let n = 20_000;
        let mix = Mix::generate(n).unwrap();
        let share =
            |kinds: &[Kind]| mix.rows.iter().filter(|row| kinds.contains(&row.event.kind)).count() as f64 / n as f64;
        assert!((share(&[Kind::Call, Kind::Return]) - 0.4).abs() < 0.02);
        assert!((share(&[Kind::Send, Kind::Delivered]) - 0.4).abs() < 0.02);
        assert!((share(&[Kind::State]) - 0.2).abs() < 0.02);
        assert!(mix.rows.windows(2).all(|rows| rows[0].event.key < rows[1].event.key));
        assert_eq!(Mix::generate(n).unwrap().terms, mix.terms);
    }
}
