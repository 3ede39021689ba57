//! What the processes of the generated shop say to each other, and what follows: a message is delivered, a server handles it, a request
//! is replied to.
//!
//! Invariant: a server handles messages in the order of their delivery.

use super::due::{Asked, Due, Then};
use super::shop::{MAX_DELAY, Shop, atom, process};
use anyhow::Result;
use scope_core::event::{Event, Kind};
use scope_core::symbols::ReferenceWords;
use scope_core::term::write::Term;
use scope_core::{Entity, EntityId};

/// All processes but every fourth are servers, whose handling is seen.
const fn is_server(number: u64) -> bool {
    !number.is_multiple_of(4)
}

impl Shop {
    /// Sends a request, a cast or the result of a task.
    pub(super) fn message(&mut self) -> Result<()> {
        let (from, to) = (self.some_process(), self.some_process());
        let (message, asked) = self.some_message(from);
        let peer = self.mix.writer.symbols().intern_process(process(to));
        let send = self.event(Kind::Send, from, peer, 0);
        self.add(send, Some(&message))?;
        self.deliver(to, message, Then::Arrived(to, asked));
        Ok(())
    }

    fn deliver(&mut self, to: u64, message: Term, then: Then) {
        let event = self.event(Kind::Delivered, to, EntityId::NONE, 0);
        self.follow(event, message, then);
    }

    /// What follows an event that said `term`.
    pub(super) fn after(&mut self, then: Then, term: Term) {
        match then {
            Then::Nothing => {}
            Then::Arrived(to, asked) if is_server(to) => {
                let module = self.mix.writer.symbols().intern_atom("Elixir.Shop.Cart").0;
                let event = self.event(Kind::Handled, to, EntityId::NONE, module);
                let at = self.n + 1 + self.random.below(MAX_DELAY);
                let at = self.handled_at.get(to as usize).map_or(at, |last| at.max(last + 1));
                if let Some(last) = self.handled_at.get_mut(to as usize) {
                    *last = at;
                }
                self.expect(Due { at, event, term, then: Then::Handled(to, asked) });
            }
            Then::Arrived(to, asked) | Then::Handled(to, asked) => {
                let Some(Asked { from, reference }) = asked else { return };
                let tag = alias(Term::Reference(reference.clone()));
                let value = Term::Integer(self.random.below(1 << 20) as i64);
                let reply = Term::Tuple(vec![tag, Term::Tuple(vec![atom("ok"), value])]);
                let peer = self.mix.writer.symbols().intern_entity(&Entity::Reference(reference));
                let event: Event = self.event(Kind::Send, to, peer, 0);
                self.follow(event, reply, Then::Replied(from));
            }
            Then::Replied(to) => self.deliver(to, term, Then::Nothing),
        }
    }

    fn some_message(&mut self, from: u64) -> (Term, Option<Asked>) {
        let pid = Term::Pid(process(from));
        let reference = self.reference();
        let request = Term::Tuple(vec![atom("add"), self.sku(), Term::Integer(self.random.below(9) as i64)]);
        match self.random.below(3) {
            0 => {
                let tag = alias(Term::Reference(reference.clone()));
                let request = Term::Tuple(vec![atom("$gen_call"), Term::Tuple(vec![pid, tag]), request]);
                (request, Some(Asked { from, reference }))
            }
            1 => {
                let order = Term::Map(vec![
                    (atom("cart"), self.sku()),
                    (atom("from"), pid),
                    (atom("lines"), Term::List(vec![request.clone(), request], None)),
                ]);
                (Term::Tuple(vec![atom("$gen_cast"), order]), None)
            }
            _ => {
                let n = 8 + self.random.below(100) as usize;
                let result = Term::Tuple(vec![atom("ok"), Term::Binary(self.random.text(n))]);
                (Term::Tuple(vec![Term::Reference(reference), result]), None)
            }
        }
    }

    fn reference(&mut self) -> ReferenceWords {
        self.n_references += 1;
        [self.n_references, 0x5a00_0001, 0x1e55_91c7].into_iter().collect()
    }
}

fn alias(reference: Term) -> Term {
    Term::List(vec![atom("alias")], Some(Box::new(reference)))
}
