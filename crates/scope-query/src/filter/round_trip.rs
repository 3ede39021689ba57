//! Tests: what is written reads back, and any text is read or refused.

use super::expression::{Bound, Content, Expression, Measure, Order, Party, Role, Test};
use super::flag::FLAGS;
use super::grammar::FIELDS;
use super::lexer::MAX_CHARS;
use super::parser::parse;
use crate::error::Error;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use quickcheck::{Arbitrary, Gen, quickcheck};
use scope_core::event::MAX_TICK;
use scope_core::symbols::PidText;
use scope_core::term::pattern::Pattern;
use scope_core::{Class, EventId, Kind};

impl Arbitrary for Expression {
    fn arbitrary(g: &mut Gen) -> Self {
        expression(g, 4)
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        match self {
            Self::Not(inner) => Box::new(core::iter::once((**inner).clone())),
            Self::All(parts) | Self::Any(parts) => Box::new(parts.clone().into_iter()),
            Self::Test(_) => Box::new(core::iter::empty()),
        }
    }
}

fn expression(g: &mut Gen, depth: usize) -> Expression {
    let parts = |g: &mut Gen| (0..2 + u8::arbitrary(g) % 3).map(|_| expression(g, depth - 1)).collect();
    match u8::arbitrary(g) % 5 {
        0 if depth > 0 => Expression::Not(Box::new(expression(g, depth - 1))),
        1 if depth > 0 => Expression::all(parts(g)),
        2 if depth > 0 => Expression::any(parts(g)),
        _ => Expression::Test(test(g)),
    }
}

fn test(g: &mut Gen) -> Test {
    let orders = Order::ALL.map(|(order, _)| order);
    match u8::arbitrary(g) % 12 {
        0 => Test::Class(*g.choose(Class::ALL).expect("a class")),
        1 => Test::Kind(*g.choose(Kind::ALL).expect("a kind")),
        2 => {
            let roles = [Role::Process, Role::Sender, Role::Destination, Role::Peer];
            let party = if bool::arbitrary(g) { Party::Pid(pid(g)) } else { Party::Name(name(g)) };
            Test::Party(*g.choose(&roles).expect("a role"), party)
        }
        3 => Test::Name(name(g)),
        4 => Test::Module(name(g)),
        5 => Test::Function {
            module: Option::<u8>::arbitrary(g).map(|_| name(g)),
            name: name(g),
            arity: Option::arbitrary(g),
        },
        6 => {
            let contents =
                [Content::Message, Content::Arguments, Content::Result, Content::State, Content::Reason, Content::Any];
            Test::Term(*g.choose(&contents).expect("a content"), pattern(g, 3))
        }
        7 => Test::Time(*g.choose(&orders).expect("an order"), ns(g)),
        8 => {
            let measures = [Measure::Waiting, Measure::Delivery, Measure::Duration, Measure::Own];
            let compared = Bound::Compared(*g.choose(&orders).expect("an order"), ns(g));
            let bound = *g.choose(&[Bound::Unknown, compared, compared]).expect("a bound");
            Test::Measure(*g.choose(&measures).expect("a measure"), bound)
        }
        9 => Test::Complete(bool::arbitrary(g)),
        10 => Test::Flag(g.choose(&FLAGS).expect("a flag").1),
        _ => Test::Id(EventId {
            class: *g.choose(Class::ALL).expect("a class"),
            chunk: u32::arbitrary(g),
            row: u32::arbitrary(g),
        }),
    }
}

fn ns(g: &mut Gen) -> u64 {
    let unit = *g.choose(&[1, 1_000, 1_000_000, 1_000_000_000]).expect("a unit");
    (u64::arbitrary(g) % (MAX_TICK / unit)) * unit
}

fn pid(g: &mut Gen) -> PidText {
    let incarnation = Option::<u32>::arbitrary(g).filter(|incarnation| *incarnation > 0);
    PidText { number: u32::arbitrary(g), serial: u32::arbitrary(g), incarnation }
}

fn name(g: &mut Gen) -> String {
    let known = [
        "Elixir.Shop.Cart",
        "cart",
        "Elixir",
        "a b",
        "ok?",
        "Up",
        "gen_server",
        "\"",
        "\\",
        "true",
        "Elixir.",
        "é",
        "+",
        "a/2",
        "#x",
    ];
    let known = (*g.choose(&known).expect("a name")).to_string();
    let any = String::arbitrary(g);
    if any.is_empty() || bool::arbitrary(g) { known } else { any }
}

fn pattern(g: &mut Gen, depth: usize) -> Pattern {
    let parts = |g: &mut Gen| (0..u8::arbitrary(g) % 3).map(|_| pattern(g, depth - 1)).collect();
    match u8::arbitrary(g) % 12 {
        0 if depth > 0 => Pattern::Tuple(parts(g), bool::arbitrary(g)),
        1 if depth > 0 => Pattern::List(parts(g), bool::arbitrary(g)),
        2 if depth > 0 => {
            Pattern::Map((0..u8::arbitrary(g) % 3).map(|_| (pattern(g, depth - 1), pattern(g, depth - 1))).collect())
        }
        3 => Pattern::Integer(i64::arbitrary(g)),
        4 => Pattern::Float(Some(f64::arbitrary(g)).filter(|value| value.is_finite()).unwrap_or(1.0)),
        5 => Pattern::Pid(pid(g)),
        6 => Pattern::Binary(String::arbitrary(g).into_bytes()),
        7 => Pattern::Binary(Vec::arbitrary(g)),
        8 => Pattern::BinaryFrom(Vec::arbitrary(g)),
        9 | 10 => Pattern::Atom(name(g)),
        _ => Pattern::Any,
    }
}

/// Pieces that make a text more likely to be nearly a filter.
const PIECES: [&str; 40] = [
    "kind:",
    "send",
    " ",
    "(",
    ")",
    "not ",
    " and ",
    " or ",
    "message~",
    "{",
    "}",
    "[",
    "]",
    "%",
    "\"",
    "'",
    "...",
    "_",
    ",",
    ":",
    "<0.1.0>",
    "waiting",
    ">",
    "<=",
    "5ms",
    "1.5",
    "\\x{",
    "\\",
    "=>",
    "<<",
    ">>",
    "<>",
    "Shop.Cart",
    "id:message-0-1",
    "true",
    "-",
    "e9",
    "#PID<",
    "\n",
    "µs",
];

quickcheck! {
    fn what_is_written_reads_back(expression: Expression) -> bool {
        let text = expression.to_string();
        text.chars().count() > MAX_CHARS || parse(&text).as_ref() == Ok(&expression)
    }

    fn any_text_is_read_or_refused(text: String) -> bool {
        is_read_or_refused(&text)
    }

    fn what_is_nearly_a_filter_is_read_or_refused(pieces: Vec<u8>) -> bool {
        let text: String = pieces.iter().map(|piece| PIECES[usize::from(*piece) % PIECES.len()]).collect();
        is_read_or_refused(&text)
    }

    fn what_is_cut_off_is_read_or_refused(expression: Expression, at: usize) -> bool {
        let chars: Vec<char> = expression.to_string().chars().collect();
        is_read_or_refused(&chars[..at % (chars.len() + 1)].iter().collect::<String>())
    }
}

/// A refusal has three lines: what is wrong, the line it is on, and a caret.
fn is_read_or_refused(text: &str) -> bool {
    match parse(text) {
        Ok(read) => parse(&read.to_string()) == Ok(read),
        Err(Error::BadArgument(message)) => {
            let lines: Vec<&str> = message.split('\n').collect();
            lines.len() == 3 && lines[0].starts_with("filter: ") && lines[2].trim_start() == "^"
        }
        Err(_) => false,
    }
}

fn refusal(text: &str) -> String {
    match parse(text) {
        Err(Error::BadArgument(message)) => message,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn depth_and_length_are_bounded() {
    for nested in ["(", "not ", "message~{", "message~%{1 => ", "state~[", "args~%A{a: "] {
        let inner = nested.split_once('~').map_or(nested, |(_, inner)| inner);
        let text = format!("{nested}{}", inner.repeat(MAX_CHARS / inner.len() - 20));
        assert!(refusal(&text).contains("nested deeper than 32"), "{nested}");
    }
    let long = "kind:send ".repeat(MAX_CHARS);
    assert!(refusal(&long).contains("at most 8192 characters"));
    let most = "kind:send ".repeat(MAX_CHARS / 10);
    assert!(parse(&most).is_ok());
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    assert_eq!(
        refusal("kind:send flag:dead"),
        "filter: expected a flag (to_dead, no_return, arity_only), not \"dead\", at offset 15\nkind:send flag:dead\n               ^"
    );
    // Inside a quoted pattern, and on the second line.
    let message = refusal("kind:send\nmessage~\"{:a, \\\"b\\\", c}\"");
    assert!(
        message.contains("not \"c\"")
            && message.ends_with("at offset 31\nmessage~\"{:a, \\\"b\\\", c}\"\n                     ^"),
        "{message}"
    );
    let message = refusal("knid:send");
    assert!(
        message.starts_with("filter: expected a field (class, kind, process,") && message.contains("not \"knid:send\"")
    );
    for (text, expected) in [
        ("kind", "expected : after kind, not the end at offset 4"),
        ("kind~send", "expected : after kind"),
        ("message:x", "expected ~ after message"),
        ("waiting~5ms", "expected <, <=, > or >=, or : with unknown, after waiting"),
        ("waiting>5 minutes", "expected a field"),
        ("waiting>5min", "expected a unit (s, ms, us, ns), not \"min\""),
        ("waiting>1.5ns", "expected a whole number of nanoseconds"),
        ("time>99999999s", "expected at most 9007199254740991 ns"),
        ("(kind:send", "expected a closing parenthesis, not the end at offset 10"),
        ("kind:send)", "expected a field, and, or, not, or the end, not \")\" at offset 9"),
        ("kind:send or", "expected a field"),
        ("and kind:send", "expected a field"),
        ("process:<0.1>", "expected a pid"),
        ("message~'{:a'", "expected , or }, not the end at offset 12"),
        ("message~{:a}x", "expected a space, not \"x\" at offset 12"),
        ("message~\"hello\"", "expected a pattern"),
        ("message~'\"hello'", "this text is never closed"),
        ("message~'hello", "this quote is never closed; it begins at offset 8"),
        ("id:send-1", "expected an event's id such as message-0-12"),
        ("mfa:Shop.Cart", "expected a dot and a function's name after the module"),
    ] {
        let message = refusal(text);
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn spellings_that_mean_the_same() {
    for (one, other) in [
        ("kind:send  class:message", "kind:send and class:message"),
        ("(kind:send (class:message name:a))", "kind:send class:message name::a"),
        ("module:Elixir.Shop.Cart", "module:Shop.Cart"),
        ("process:#PID<0.1.0>", "process:<0.1.0>"),
        ("message~\"{:add, \\\"x\\\"}\"", "message~{:add, \"x\"}"),
        ("message~'{:add, \"x\"}'", "message~{:add, \"x\"}"),
        ("state~%Shop.Cart{id: \"7\"}", "state~%{:__struct__ => Shop.Cart, :id => \"7\"}"),
        ("state~%{a: 1, ...}", "state~%{a: 1}"),
        ("args~[a: _x, \"b c\": 2]", "args~[{:a, _}, {:\"b c\", 2}]"),
        ("waiting>1.5ms", "waiting>1500us"),
        ("waiting>1500000", "waiting>1500µs"),
        ("result~<<104, 105>>", "result~'\"hi\"'"),
        ("result~'\"hi\" <> ...'", "result~<<104, 105, ...>>"),
        ("term~1_000", "term~1000"),
        ("mfa:gen_server.call/3", "mfa::gen_server.call/3"),
        ("", "  "),
    ] {
        assert!(parse(one).expect(one) == parse(other).expect(other), "{one} / {other}");
    }
}

#[test]
fn every_field_has_an_example_that_reads() {
    for field in FIELDS {
        let expression = parse(field.example).unwrap_or_else(|error| panic!("{}: {error}", field.example));
        assert!(expression.to_string().contains(field.name), "{}", field.example);
    }
}
