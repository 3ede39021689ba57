//! The state of one server of the generated shop: 100 to 400 bytes, of which a change touches few.

use super::random::Random;
use scope_core::term::write::Term;

const MAX_ITEMS: usize = 6;

#[derive(Debug)]
pub(super) struct Cart {
    number: u64,
    items: Vec<(u64, i64)>,
    total: i64,
    version: i64,
    status: &'static str,
}

impl Cart {
    pub(super) const fn new(number: u64) -> Self {
        Self { number, items: Vec::new(), total: 0, version: 0, status: "open" }
    }

    /// One more item, one less, another quantity, or only another status.
    pub(super) fn change(&mut self, random: &mut Random) {
        self.version += 1;
        match random.below(4) {
            0 if self.items.len() < MAX_ITEMS => self.items.push((random.below(3_000), 1)),
            1 if !self.items.is_empty() => {
                self.items.remove(random.below(self.items.len() as u64) as usize);
            }
            2 => self.status = ["open", "paying", "paid"][random.below(3) as usize],
            _ => {
                if let Some((_, quantity)) = self.items.last_mut() {
                    *quantity += 1;
                }
            }
        }
        self.total = self.items.iter().map(|(sku, quantity)| *sku as i64 * quantity).sum();
    }

    pub(super) fn term(&self) -> Term {
        let text = |text: String| Term::Binary(text.into_bytes());
        let items = self.items.iter().map(|(sku, quantity)| {
            Term::Map(vec![(atom("quantity"), Term::Integer(*quantity)), (atom("sku"), text(format!("sku-{sku:05}")))])
        });
        Term::Map(vec![
            (atom("__struct__"), atom("Elixir.Shop.Cart")),
            (atom("currency"), atom("eur")),
            (atom("customer"), text(format!("customer-{}@example.org", self.number))),
            (atom("id"), text(format!("cart-{:06}", self.number))),
            (atom("items"), Term::List(items.collect(), None)),
            (atom("status"), atom(self.status)),
            (atom("total"), Term::Integer(self.total)),
            (atom("version"), Term::Integer(self.version)),
        ])
    }
}

fn atom(text: &str) -> Term {
    Term::Atom(text.into())
}
