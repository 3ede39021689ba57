//! Atoms as Elixir writes them: as a literal, as a key before a colon, and as a function after a dot.
//!
//! Beyond ASCII the rule is an approximation of Elixir's (a letter is what Unicode calls alphabetic): identifiers that mix
//! scripts, or are not in normal form, may lack the quotes Elixir gives them.

use crate::elixir::Elixir;
use crate::term::inspect::text::{Escapes, escape};
use alloc::string::String;

/// What Elixir's tokenizer would take an atom's text for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Alias,
    Identifier,
    Operator,
    /// An operator that is quoted as a literal but not as a function.
    QuotedOperator,
    /// Needs no quotes as a literal, but does as a function.
    NotCallable,
    Other,
}

/// Appends `:ok`, `nil`, `Shop.Cart`, `:"hello world"`.
pub(crate) fn literal(atom: &str, elixir: Elixir, out: &mut String) {
    if matches!(atom, "nil" | "true" | "false") {
        return out.push_str(atom);
    }
    match syntax(atom) {
        Syntax::Alias => {
            let rest = atom.strip_prefix("Elixir.").filter(|rest| *rest != "Elixir" && !rest.starts_with("Elixir."));
            out.push_str(rest.unwrap_or(atom));
        }
        Syntax::QuotedOperator | Syntax::Other => {
            out.push(':');
            quoted(atom, elixir, out);
        }
        Syntax::Identifier | Syntax::Operator | Syntax::NotCallable => {
            out.push(':');
            out.push_str(atom);
        }
    }
}

/// Appends `ok:`, `"hello world":`.
pub(crate) fn key(atom: &str, elixir: Elixir, out: &mut String) {
    match syntax(atom) {
        Syntax::Alias | Syntax::QuotedOperator | Syntax::Other => quoted(atom, elixir, out),
        Syntax::Identifier | Syntax::Operator | Syntax::NotCallable => out.push_str(atom),
    }
    out.push(':');
}

/// Appends `loop`, `"hello world"`, as after `Shop.Cart.`.
pub(crate) fn function(atom: &str, elixir: Elixir, out: &mut String) {
    match syntax(atom) {
        Syntax::Identifier | Syntax::Operator | Syntax::QuotedOperator => out.push_str(atom),
        Syntax::Alias | Syntax::NotCallable | Syntax::Other => quoted(atom, elixir, out),
    }
}

/// Whether an atom names a module of Elixir, so that a list of pairs with it is no keyword list.
pub(crate) fn is_module(atom: &str) -> bool {
    atom.starts_with("Elixir.")
}

fn quoted(atom: &str, elixir: Elixir, out: &mut String) {
    out.push('"');
    escape(atom.as_bytes(), '"', usize::MAX, Escapes::string(elixir), out);
    out.push('"');
}

fn syntax(atom: &str) -> Syntax {
    match atom {
        "%" | "%{}" | "{}" | "<<>>" | "..." | ".." | "." | "..//" | "->" => Syntax::NotCallable,
        "::" | "^^^" | "~~~" | "<|>" => Syntax::QuotedOperator,
        "!" | "&" | "^" | "+" | "-" | "@" | "<-" | "\\\\" | "|" | "=" | "||" | "|||" | "&&" | "&&&" | "==" | "!="
        | "=~" | "===" | "!==" | "<" | "<=" | ">=" | ">" | "|>" | "<<<" | ">>>" | "<~" | "~>" | "<<~" | "~>>"
        | "<~>" | "++" | "--" | "<>" | "+++" | "---" | "*" | "/" | "**" => Syntax::Operator,
        _ if is_alias(atom) => Syntax::Alias,
        _ => identifier(atom),
    }
}

/// Whether an atom is written without a colon, as the name of a module.
pub(crate) fn is_alias(atom: &str) -> bool {
    let Some(rest) = atom.strip_prefix("Elixir") else { return false };
    rest.is_empty()
        || rest.strip_prefix('.').is_some_and(|names| {
            names.split('.').all(|name| {
                name.starts_with(|c: char| c.is_ascii_uppercase())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
        })
}

fn identifier(atom: &str) -> Syntax {
    let body = atom.strip_suffix(['!', '?']).unwrap_or(atom);
    let mut chars = body.chars();
    let Some(first) = chars.next().filter(|c| *c == '_' || is_letter(*c)) else { return Syntax::Other };
    if !chars.all(|c| c == '_' || c == '@' || c.is_ascii_digit() || is_letter(c)) {
        return Syntax::Other;
    }
    if first.is_uppercase() || body.contains('@') { Syntax::NotCallable } else { Syntax::Identifier }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, 'ª' | 'µ' | 'º')
}
