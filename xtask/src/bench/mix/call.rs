//! Calls of the generated shop, with their returns, and the states of its carts.

use super::due::Then;
use super::shop::{Shop, atom, process};
use anyhow::Result;
use scope_core::EntityId;
use scope_core::event::{Event, Kind};
use scope_core::term::write::Term;

const N_FUNCTIONS: u64 = 500;

impl Shop {
    pub(super) fn call(&mut self) -> Result<()> {
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

    pub(super) fn state(&mut self) -> Result<()> {
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

    fn argument(&mut self) -> Term {
        match self.random.below(5) {
            0 => Term::Integer(self.random.below(1 << 30) as i64),
            1 => atom(["add", "remove", "checkout", "cancel"][self.random.below(4) as usize]),
            2 => self.sku(),
            3 => Term::Pid(process(self.some_process())),
            _ => Term::Tuple(vec![atom("item"), self.sku(), Term::Integer(self.random.below(10) as i64)]),
        }
    }
}
