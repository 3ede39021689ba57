//! Reads a filter.
//!
//! ```text
//! filter := any
//! any    := all ("or" all)*
//! all    := one (["and"] one)*
//! one    := "not" one | "(" any ")" | test
//! test   := field ":" value | field "~" pattern | field ("<" | "<=" | ">" | ">=") quantity
//! ```
//!
//! Invariant: any text is read or refused in time linear in its length, and no nesting goes deeper than `MAX_DEPTH`.

use super::expression::{Bound, Content, Expression, Order, Party, Test};
use super::flag::FLAGS;
use super::grammar::{FIELDS, Field, Value};
use super::lexer::{Lexer, MAX_DEPTH, Read};
use super::{pattern, quantity};
use crate::argument::name_syntax;
use crate::error::Result;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::{Class, Kind};

/// Reads a filter; an empty one is everything.
pub(crate) fn parse(text: &str) -> Result<Expression> {
    read(text).map_err(|mistake| mistake.error("filter", text))
}

/// Reads what the argument `match` gives: a pattern of any term an event has. As `message~`, it is also met by the request in a message of
/// a GenServer.
pub(crate) fn matching(text: &str) -> Result<Expression> {
    let pattern = pattern::whole(text).map_err(|mistake| mistake.error("match", text))?;
    let of = |content| Expression::Test(Test::Term(content, pattern.clone()));
    Ok(Expression::any(Vec::from([of(Content::Message), of(Content::Any)])))
}

fn read(text: &str) -> Read<Expression> {
    let mut lexer = Lexer::new(text)?;
    lexer.skip_space();
    if lexer.peek().is_none() {
        return Ok(Expression::All(Vec::new()));
    }
    let expression = any(&mut lexer, 0)?;
    if lexer.peek().is_some() {
        return lexer.expected("a field, and, or, not, or the end");
    }
    Ok(expression)
}

fn any(lexer: &mut Lexer, depth: usize) -> Read<Expression> {
    let mut parts = Vec::from([all(lexer, depth)?]);
    while keyword(lexer, "or") {
        parts.push(all(lexer, depth)?);
    }
    Ok(Expression::any(parts))
}

fn all(lexer: &mut Lexer, depth: usize) -> Read<Expression> {
    let mut parts = Vec::from([one(lexer, depth)?]);
    loop {
        lexer.skip_space();
        if matches!(lexer.peek(), None | Some(')')) || is_keyword(lexer, "or") {
            return Ok(Expression::all(parts));
        }
        keyword(lexer, "and");
        parts.push(one(lexer, depth)?);
    }
}

fn one(lexer: &mut Lexer, depth: usize) -> Read<Expression> {
    lexer.skip_space();
    if depth >= MAX_DEPTH {
        return lexer.mistake(lexer.offset(), format!("nested deeper than {MAX_DEPTH}"));
    }
    if keyword(lexer, "not") {
        return Ok(Expression::Not(Box::new(one(lexer, depth + 1)?)));
    }
    if !lexer.eat("(") {
        return test(lexer, depth).map(Expression::Test);
    }
    let inside = any(lexer, depth + 1)?;
    lexer.skip_space();
    if lexer.eat(")") { Ok(inside) } else { lexer.expected("a closing parenthesis") }
}

/// Whether a word that joins comes next. No field is called so.
fn is_keyword(lexer: &Lexer, word: &str) -> bool {
    word.chars().enumerate().all(|(ahead, c)| lexer.peek_at(ahead) == Some(c))
        && lexer.peek_at(word.len()).is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'))
}

fn keyword(lexer: &mut Lexer, word: &str) -> bool {
    lexer.skip_space();
    is_keyword(lexer, word) && lexer.eat(word)
}

fn test(lexer: &mut Lexer, depth: usize) -> Read<Test> {
    let offset = lexer.offset();
    let shown = lexer.shown();
    let name = lexer.take_while(|c| c.is_ascii_lowercase() || c == '_');
    let Some(Field { value, .. }) = FIELDS.iter().find(|field| field.name == name) else {
        let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        return lexer.mistake(offset, format!("expected a field ({}), not {shown},", names.join(", ")));
    };
    match *value {
        Value::Pattern(content) => {
            operator(lexer, &name, "~")?;
            let pattern = pattern::read(lexer, depth)?;
            separated(lexer)?;
            Ok(Test::Term(content, pattern))
        }
        Value::Time => {
            let order = comparison(lexer, &name, "")?;
            Ok(Test::Time(order, quantity::read(lexer, "a time")?))
        }
        Value::Measure(measure) => {
            if lexer.eat(":") {
                let unknown = lexer.eat("unknown");
                return if unknown {
                    separated(lexer).map(|()| Test::Measure(measure, Bound::Unknown))
                } else {
                    lexer.expected("unknown")
                };
            }
            let order = comparison(lexer, &name, ", or : with unknown,")?;
            Ok(Test::Measure(measure, Bound::Compared(order, quantity::read(lexer, "a duration")?)))
        }
        named => {
            operator(lexer, &name, ":")?;
            let test = self::named(lexer, named)?;
            separated(lexer)?;
            Ok(test)
        }
    }
}

fn operator(lexer: &mut Lexer, field: &str, operator: &str) -> Read<()> {
    if lexer.eat(operator) { Ok(()) } else { lexer.expected(&format!("{operator} after {field}")) }
}

fn comparison(lexer: &mut Lexer, field: &str, or: &str) -> Read<Order> {
    match Order::ALL.iter().find(|(_, text)| lexer.eat(text)) {
        Some((order, _)) => Ok(*order),
        None => lexer.expected(&format!("<, <=, > or >={or} after {field}")),
    }
}

/// What follows a value begins behind a space.
fn separated(lexer: &Lexer) -> Read<()> {
    match lexer.peek() {
        None | Some(')') => Ok(()),
        Some(c) if c.is_whitespace() => Ok(()),
        _ => lexer.expected("a space"),
    }
}

/// A value after a colon.
fn named(lexer: &mut Lexer, value: Value) -> Read<Test> {
    Ok(match value {
        Value::Class => Test::Class(one_of(lexer, "a class", Class::ALL, Class::name)?),
        Value::Kind => Test::Kind(one_of(lexer, "a kind", Kind::ALL, Kind::name)?),
        Value::Complete => {
            Test::Complete(one_of(
                lexer,
                "true or false",
                &[true, false],
                |value| {
                    if value { "true" } else { "false" }
                },
            )?)
        }
        Value::Flag => Test::Flag(one_of(lexer, "a flag", &FLAGS, |(name, _)| name)?.1),
        Value::Id => {
            let (offset, word) = (lexer.offset(), lexer.word());
            match word.parse() {
                Ok(id) => Test::Id(id),
                Err(()) => {
                    return lexer
                        .mistake(offset, format!("expected an event's id such as message-0-12, not {word:?},"));
                }
            }
        }
        Value::Party(role) => Test::Party(role, party(lexer)?),
        Value::Name => Test::Name(atom(lexer, "a name")?),
        Value::Module => Test::Module(atom(lexer, "a module")?),
        Value::Function => {
            let (name, arity) = function(lexer)?;
            Test::Function { module: None, name, arity }
        }
        Value::Mfa => {
            let module = match lexer.peek() {
                Some(':') => pattern::atom(lexer)?,
                Some(c) if c.is_alphabetic() => pattern::module(lexer),
                _ => return lexer.expected("a function such as Shop.Cart.add/2"),
            };
            if !lexer.eat(".") {
                return lexer.expected("a dot and a function's name after the module");
            }
            let (name, arity) = function(lexer)?;
            Test::Function { module: Some(module), name, arity }
        }
        Value::Pattern(_) | Value::Time | Value::Measure(_) => return lexer.expected("a value"),
    })
}

fn one_of<T: Copy>(lexer: &mut Lexer, what: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Read<T> {
    let offset = lexer.offset();
    let word = lexer.word();
    if let Some(found) = all.iter().find(|value| name(**value) == word) {
        return Ok(*found);
    }
    let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
    lexer.mistake(offset, format!("expected {what} ({}), not {word:?},", names.join(", ")))
}

fn party(lexer: &mut Lexer) -> Read<Party> {
    let offset = lexer.offset();
    if lexer.peek() == Some(':') {
        return pattern::atom(lexer).map(Party::Name);
    }
    let word = lexer.word();
    if let Ok(pid) = word.parse() {
        return Ok(Party::Pid(pid));
    }
    match name_syntax::registered_name(&word) {
        Some(name) => Ok(Party::Name(name)),
        None => lexer.mistake(
            offset,
            format!("expected a pid (<0.1.0>, #PID<0.1.0>, <0.1.0>~2) or a registered name (Shop.Inventory, :cart), not {word:?},"),
        ),
    }
}

fn atom(lexer: &mut Lexer, what: &str) -> Read<String> {
    if lexer.peek() == Some(':') {
        return pattern::atom(lexer);
    }
    let offset = lexer.offset();
    let word = lexer.word();
    match name_syntax::atom(&word) {
        Some(atom) => Ok(atom),
        None => lexer.mistake(offset, format!("expected {what} such as Shop.Cart or :cart, not {word:?},")),
    }
}

/// A function's name and, if written, its arity.
fn function(lexer: &mut Lexer) -> Read<(String, Option<u32>)> {
    let offset = lexer.offset();
    let mistake = |lexer: &Lexer| lexer.mistake(offset, "expected a function such as add or add/2".into());
    if lexer.peek() == Some('"') {
        let Ok(name) = String::from_utf8(lexer.string()?) else { return mistake(lexer) };
        let arity = if lexer.eat("/") { Some(lexer.word()) } else { None };
        return match arity.as_deref().map(str::parse).transpose() {
            Ok(arity) => Ok((name, arity)),
            Err(_) => mistake(lexer),
        };
    }
    let word = lexer.word();
    let split = word.rsplit_once('/').and_then(|(name, arity)| Some((name, arity.parse().ok()?)));
    match split {
        Some((name, arity)) if !name.is_empty() => Ok((name.into(), Some(arity))),
        _ if word.is_empty() || word.starts_with('"') => mistake(lexer),
        _ => Ok((word, None)),
    }
}
