//! Patterns of terms, written as Elixir writes them: `{:add, _, ...}`, `%Shop.Cart{id: "7"}`, `[_, 2]`, `"ab" <> _`.
//!
//! What an answer shows can be pasted, as far as it is made of atoms, numbers, texts, pids, tuples, lists, maps and structs.

use super::lexer::{Lexer, MAX_DEPTH, Read};
use crate::argument::name_syntax;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use scope_core::symbols::PidText;
use scope_core::term::pattern::Pattern;

const EXPECTED: &str =
    "a pattern (_, :atom, Shop.Cart, 5, 1.5, \"text\", \"text\" <> _, {..}, [..], %{..}, %Shop.Cart{..}, <0.1.0>)";

/// Reads a pattern in place, or between quotes.
pub(super) fn read(lexer: &mut Lexer, depth: usize) -> Read<Pattern> {
    if !matches!(lexer.peek(), Some('"' | '\'')) {
        return term(lexer, depth);
    }
    let mut quoted = lexer.quoted()?;
    let pattern = term(&mut quoted, depth)?;
    quoted.skip_space();
    if quoted.peek().is_some() {
        return quoted.expected("the end of the pattern");
    }
    Ok(pattern)
}

/// Reads a text that is one pattern.
pub(super) fn whole(text: &str) -> Read<Pattern> {
    let mut lexer = Lexer::new(text)?;
    let pattern = term(&mut lexer, 0)?;
    lexer.skip_space();
    if lexer.peek().is_some() {
        return lexer.expected("the end of the pattern");
    }
    Ok(pattern)
}

fn term(lexer: &mut Lexer, depth: usize) -> Read<Pattern> {
    lexer.skip_space();
    if depth >= MAX_DEPTH {
        return lexer.mistake(lexer.offset(), format!("nested deeper than {MAX_DEPTH}"));
    }
    let depth = depth + 1;
    match lexer.peek() {
        Some('_') => {
            lexer.take_while(is_word);
            Ok(Pattern::Any)
        }
        Some('"') => text(lexer),
        Some('{') => {
            lexer.next();
            let (elements, open) = elements(lexer, "}", |lexer| term(lexer, depth))?;
            Ok(Pattern::Tuple(elements, open))
        }
        Some('[') => {
            lexer.next();
            let (elements, open) = elements(lexer, "]", |lexer| match keyword(lexer) {
                Some(key) => Ok(Pattern::Tuple(Vec::from([Pattern::Atom(key), term(lexer, depth)?]), false)),
                None => term(lexer, depth),
            })?;
            Ok(Pattern::List(elements, open))
        }
        Some('%') => map(lexer, depth),
        Some('<') if lexer.eat("<<") => bytes(lexer),
        Some('<' | '#') => pid(lexer),
        Some(':') => atom(lexer).map(Pattern::Atom),
        Some(c) if c.is_ascii_digit() || c == '-' => number(lexer),
        Some(c) if c.is_ascii_uppercase() => Ok(Pattern::Atom(module(lexer))),
        Some(c) if c.is_alphabetic() => word(lexer),
        _ => lexer.expected(EXPECTED),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '@'
}

/// Elements up to `end`, which is taken; `true` when `...` stands at their end.
fn elements<T>(lexer: &mut Lexer, end: &str, mut read: impl FnMut(&mut Lexer) -> Read<T>) -> Read<(Vec<T>, bool)> {
    let mut elements = Vec::new();
    lexer.skip_space();
    if lexer.eat(end) {
        return Ok((elements, false));
    }
    loop {
        lexer.skip_space();
        let open = lexer.eat("...");
        if !open {
            elements.push(read(lexer)?);
        }
        lexer.skip_space();
        if lexer.eat(end) {
            return Ok((elements, open));
        }
        if open || !lexer.eat(",") {
            return lexer.expected(&if open { format!("{end} after ...") } else { format!(", or {end}") });
        }
    }
}

/// The key of `key: value` or `"key": value`, if that is what comes next.
fn keyword(lexer: &mut Lexer) -> Option<String> {
    lexer.attempt(|lexer| {
        let key = if lexer.peek() == Some('"') {
            String::from_utf8(lexer.string().ok()?).ok()?
        } else {
            let name = lexer.take_while(is_word);
            let mark = lexer.peek().filter(|c| matches!(c, '?' | '!'));
            mark.map_or(name.clone(), |mark| {
                lexer.next();
                format!("{name}{mark}")
            })
        };
        let is_key = lexer.peek() == Some(':') && lexer.peek_at(1).is_none_or(char::is_whitespace);
        lexer.next();
        (is_key && !key.is_empty()).then_some(key)
    })
}

fn map(lexer: &mut Lexer, depth: usize) -> Read<Pattern> {
    lexer.next();
    let module = lexer.peek().filter(char::is_ascii_uppercase).map(|_| module(lexer));
    if !lexer.eat("{") {
        return lexer.expected("{ of a map or struct");
    }
    let (pairs, _) = elements(lexer, "}", |lexer| {
        if let Some(key) = keyword(lexer) {
            return Ok((Pattern::Atom(key), term(lexer, depth)?));
        }
        let key = term(lexer, depth)?;
        lexer.skip_space();
        if !lexer.eat("=>") {
            return lexer.expected("=> or a key such as id:");
        }
        Ok((key, term(lexer, depth)?))
    })?;
    Ok(match module {
        Some(module) => Pattern::of_struct(module, pairs),
        None => Pattern::Map(pairs),
    })
}

fn text(lexer: &mut Lexer) -> Read<Pattern> {
    let bytes = lexer.string()?;
    let more = lexer.attempt(|lexer| {
        lexer.skip_space();
        lexer.eat("<>").then_some(())
    });
    if more.is_none() {
        return Ok(Pattern::Binary(bytes));
    }
    lexer.skip_space();
    if lexer.eat("...") || !lexer.take_while(|c| c == '_').is_empty() {
        return Ok(Pattern::BinaryFrom(bytes));
    }
    lexer.expected("_ after <>")
}

/// The bytes of `<<1, 2>>`.
fn bytes(lexer: &mut Lexer) -> Read<Pattern> {
    let (bytes, open) = elements(lexer, ">>", |lexer| {
        let offset = lexer.offset();
        match lexer.take_while(|c| c.is_ascii_digit()).parse::<u8>() {
            Ok(byte) => Ok(byte),
            Err(_) => lexer.mistake(offset, "expected a byte from 0 to 255".into()),
        }
    })?;
    Ok(if open { Pattern::BinaryFrom(bytes) } else { Pattern::Binary(bytes) })
}

fn pid(lexer: &mut Lexer) -> Read<Pattern> {
    let offset = lexer.offset();
    let found = lexer.attempt(|lexer| {
        lexer.eat("#PID");
        let mut text = lexer.take_while(|c| c != '>' && !c.is_whitespace());
        text.extend(lexer.next());
        if lexer.eat("~") {
            text.push('~');
            text += &lexer.take_while(|c| c.is_ascii_digit());
        }
        text.parse::<PidText>().ok()
    });
    match found {
        Some(pid) => Ok(Pattern::Pid(pid)),
        None => {
            lexer.mistake(offset, format!("expected a pid (<0.1.0>, #PID<0.1.0>, <0.1.0>~2), not {}", lexer.shown()))
        }
    }
}

/// The text of an atom after its colon: a word, in quotes, or an operator.
pub(super) fn atom(lexer: &mut Lexer) -> Read<String> {
    let offset = lexer.offset();
    lexer.next();
    if lexer.peek() == Some('"') {
        return match String::from_utf8(lexer.string()?) {
            Ok(text) if !text.is_empty() => Ok(text),
            _ => lexer.mistake(offset, "expected an atom of valid text".into()),
        };
    }
    let mut name = lexer.take_while(is_word);
    if name.is_empty() {
        name = lexer.take_while(|c| "+-*/<>=!&|^~.@".contains(c));
    } else if let Some(mark) = lexer.peek().filter(|c| matches!(c, '?' | '!')) {
        lexer.next();
        name.push(mark);
    }
    if name.is_empty() { lexer.expected("the name of an atom") } else { Ok(name) }
}

/// A module such as `Shop.Cart`, as an atom's text.
pub(super) fn module(lexer: &mut Lexer) -> String {
    let mut name = lexer.take_while(is_word);
    while lexer.peek() == Some('.') && lexer.peek_at(1).is_some_and(|c| c.is_ascii_uppercase()) {
        lexer.next();
        name.push('.');
        name += &lexer.take_while(is_word);
    }
    name_syntax::atom(&name).unwrap_or(name)
}

fn word(lexer: &mut Lexer) -> Read<Pattern> {
    let offset = lexer.offset();
    let name = lexer.take_while(is_word);
    match &*name {
        "true" | "false" | "nil" => Ok(Pattern::Atom(name)),
        _ => lexer.mistake(
            offset,
            format!("expected {EXPECTED}, not {name:?}: an atom begins with a colon, a text is quoted, any term is _;"),
        ),
    }
}

fn number(lexer: &mut Lexer) -> Read<Pattern> {
    let offset = lexer.offset();
    let mut digits = String::new();
    if lexer.eat("-") {
        digits.push('-');
    }
    digits += &lexer.take_while(|c| c.is_ascii_digit() || c == '_').replace('_', "");
    let mut is_float = false;
    if lexer.peek() == Some('.') && lexer.peek_at(1).is_some_and(|c| c.is_ascii_digit()) {
        is_float = true;
        lexer.next();
        digits.push('.');
        digits += &lexer.take_while(|c| c.is_ascii_digit());
    }
    if lexer.eat("e") {
        is_float = true;
        digits.push('e');
        digits += &lexer.take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '+'));
    }
    let value = if is_float {
        digits.parse().ok().filter(|float: &f64| float.is_finite()).map(Pattern::Float)
    } else {
        digits.parse().ok().map(Pattern::Integer)
    };
    match value {
        Some(value) => Ok(value),
        None => lexer.mistake(offset, "expected an integer of 64 bits or a float".into()),
    }
}

/// A pattern as it stands in a filter: a text alone is quoted once more, as quotes there enclose a pattern.
pub(super) fn in_filter(pattern: &Pattern) -> String {
    let text = written(pattern);
    if text.starts_with('"') { format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")) } else { text }
}

/// A pattern as [`read`] reads it between quotes.
pub(super) fn written(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Any => "_".into(),
        Pattern::Integer(value) => format!("{value}"),
        Pattern::Float(value) => format!("{value:?}"),
        Pattern::Atom(text) => atom_written(text),
        Pattern::Pid(pid) => format!("{pid}"),
        Pattern::Binary(bytes) => binary(bytes, "", ""),
        Pattern::BinaryFrom(bytes) => binary(bytes, " <> _", "..."),
        Pattern::Tuple(elements, open) => format!("{{{}}}", listed(elements.iter().map(written), *open)),
        Pattern::List(elements, open) => format!("[{}]", listed(elements.iter().map(written), *open)),
        Pattern::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{} => {}", written(key), written(value)));
            format!("%{{{}}}", listed(pairs, false))
        }
    }
}

fn listed(elements: impl Iterator<Item = String>, open: bool) -> String {
    elements.chain(open.then(|| "...".into())).collect::<Vec<_>>().join(", ")
}

fn atom_written(text: &str) -> String {
    match text {
        "true" | "false" | "nil" => text.into(),
        _ if name_syntax::written(text).contains('"') => format!(":{}", quoted(text)),
        _ => name_syntax::written(text),
    }
}

fn binary(bytes: &[u8], more: &str, more_bytes: &str) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) => quoted(text) + more,
        Err(_) => {
            let more_bytes = (!more_bytes.is_empty()).then(|| more_bytes.into());
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte}")).chain(more_bytes).collect();
            format!("<<{}>>", bytes.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                // A String takes whatever is written to it.
                let _ = write!(out, "\\x{{{:X}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
