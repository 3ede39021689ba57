//! A day of a cart, with something for each field of a filter: a name that moves, a message that waits, one that was cut, a call that
//! takes long, one whose return is not traced, a message to the dead.

use super::step::{PARENT, Step, all_are_traced, atom, spawned, step};
use scope_core::event::Flags;
use scope_core::term::Term;
use scope_core::{Kind, ProcessKey};

const CLIENT: ProcessKey = ProcessKey::first(101, 0);
const CART: ProcessKey = ProcessKey::first(102, 0);
const GONE: ProcessKey = ProcessKey::first(104, 0);
/// Takes the cart's name over.
const HEIR: ProcessKey = ProcessKey::first(105, 0);

pub(super) fn story() -> Vec<Step> {
    let mut story = vec![
        all_are_traced(),
        spawned(1_000, CLIENT),
        spawned(1_010, CART),
        step(1_020, Kind::Register, CART).atom("cart"),
        step(1_030, Kind::Link, CART).peer(PARENT),
    ];
    // Handled 2 us after it was sent.
    story.extend(message(10_000, To::Name("cart"), CART, cast(add("desk", 1)), Some(12_000)));
    story.push(state(13_000, CART, Term::Map(cart(vec![text("desk")]))));
    // Handled 6 ms after it was sent.
    story.extend(message(20_000, To::Pid(CART), CART, cast(add("lamp", 2)), Some(6_020_000)));
    // What the items are was not kept.
    let mut fields = cart(Vec::new());
    fields.truncate(2);
    story.push(state(6_021_000, CART, Term::MapCut(fields, 3)));
    story.extend(message(6_030_000, To::Name("cart"), CART, Term::Tuple(vec![atom("report"), Term::Cut]), None));
    story.push(step(6_040_000, Kind::Send, CLIENT).peer(GONE).flags(Flags::TO_DEAD).term(atom("anybody_there")));
    let call = |tick, kind, name, arity| step(tick, kind, CART).function("Elixir.Shop.Gateway", name, arity);
    let list = |terms: Vec<Term>| Term::List(terms, None);
    let error = Term::Tuple(vec![atom("error"), atom("declined")]);
    let raised = Term::Tuple(vec![atom("error"), atom("badarith")]);
    story.extend([
        call(7_000_000, Kind::Call, "charge", 2).term(list(vec![Term::Integer(100), text("card")])),
        call(7_100_000, Kind::Call, "review", 1).term(list(vec![Term::Integer(100)])),
        call(12_100_000, Kind::Return, "review", 1).term(Term::Float(0.5)),
        call(12_300_000, Kind::Return, "charge", 2).term(error),
        step(12_400_000, Kind::Call, CART)
            .function("Elixir.Logger", "info", 1)
            .flags(Flags::NO_RETURN)
            .term(list(vec![text("paid")])),
        call(12_500_000, Kind::Call, "refund", 1).term(list(vec![Term::Integer(0)])),
        call(12_500_500, Kind::Exception, "refund", 1).term(raised),
        step(12_900_000, Kind::Unregister, CART).atom("cart"),
        step(13_000_000, Kind::Exit, CART).term(Term::Tuple(vec![atom("shutdown"), atom("cart")])),
        spawned(14_000_000, HEIR),
        step(14_000_010, Kind::Register, HEIR).atom("cart"),
    ]);
    story.extend(message(15_000_000, To::Name("cart"), HEIR, cast(add("chair", 3)), Some(15_002_000)));
    story
}

enum To {
    Name(&'static str),
    Pid(ProcessKey),
}

/// A message of the client: delivered after 1 us, and handled where a time is given.
fn message(tick: u64, to: To, receiver: ProcessKey, message: Term, handled: Option<u64>) -> Vec<Step> {
    let send = step(tick, Kind::Send, CLIENT).term(message.clone());
    let send = match to {
        To::Name(name) => send.sent_to(name),
        To::Pid(process) => send.peer(process),
    };
    let mut events = vec![send, step(tick + 1_000, Kind::Delivered, receiver).term(message.clone())];
    events.extend(handled.map(|at| step(at, Kind::Handled, receiver).atom("Elixir.Shop.Cart").term(message)));
    // Only one message's events are in the order of time: the trace is sorted by its keys.
    events
}

fn state(tick: u64, process: ProcessKey, state: Term) -> Step {
    step(tick, Kind::State, process).atom("Elixir.Shop.Cart").term(state)
}

fn cart(items: Vec<Term>) -> Vec<(Term, Term)> {
    vec![
        (atom("__struct__"), atom("Elixir.Shop.Cart")),
        (atom("id"), text("7")),
        (atom("items"), Term::List(items, None)),
    ]
}

fn cast(request: Term) -> Term {
    Term::Tuple(vec![atom("$gen_cast"), request])
}

fn add(item: &str, quantity: i64) -> Term {
    Term::Tuple(vec![atom("add"), text(item), Term::Integer(quantity)])
}

fn text(text: &str) -> Term {
    Term::Binary(text.as_bytes().to_vec())
}
