//! Shows a stored term the way the `inspect/2` of the recorded node's own Elixir (1.14 to 1.20) would, with limits.
//!
//! The referee is real Elixir: a test compares thousands of generated terms with `inspect/2` of the same value. Known
//! differences: the fields of a struct come in the order of the captured map (their declared order is not in the trace); a
//! struct is shown as one even if its module is not loaded; `@derive Inspect` and custom implementations other than those of
//! `Range`, `MapSet`, `Regex` and the calendar types are not known; `#PID<0.1.0>~2` tells apart processes that shared a pid.
//!
//! Invariant: the text is never longer than the limit and three dots, and rendering stops where it is reached.

mod atom;
mod number;
mod printer;
mod text;

use crate::Symbols;
use crate::elixir::Elixir;
use crate::term::part::part;
use crate::term::write::write_stored;
use crate::term::{Names, Term};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use printer::{Around, Printer, Stop};

const DAMAGED: &str = "#Damaged<>";

/// How much of a term is shown.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Elements shown per collection (Elixir's `:limit`; each level of nesting starts with what is left of it); `None` is the default of the
    /// node's Elixir, `usize::MAX` its `:infinity`.
    pub elements: Option<usize>,
    /// Characters of a binary or charlist shown (Elixir's `:printable_limit`). Default 4096.
    pub printable: usize,
    /// Bytes of text after which the rendering stops with `...`. Default 8192.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { elements: None, printable: 4096, text_bytes: 8192 }
    }
}

/// The text of a stored term. Damaged bytes render as `#Damaged<>`; cut places as `...`, redacted ones as `#Redacted<>`,
/// opaque ones as `#Function<...>`, `#Reference<...>` and so on.
pub fn inspect(bytes: &[u8], names: &dyn Names, limits: Limits) -> String {
    let Ok(Some(whole)) = part(bytes, &[]) else { return DAMAGED.into() };
    let elixir = names.elixir();
    let elements = limits.elements.unwrap_or(elixir.default_elements());
    let mut printer = Printer::new(names, limits, elixir, elements);
    match printer.term(whole, Around::new(elements)) {
        Ok(()) => printer.out,
        Err(Stop::Damaged) => DAMAGED.into(),
        Err(Stop::Full) => {
            let mut text = printer.out;
            text.truncate(text.floor_char_boundary(limits.text_bytes));
            text.push_str("...");
            text
        }
    }
}

/// The text of a term that is a tree in memory, with the usual limits.
#[must_use]
pub fn inspect_tree(term: &Term) -> String {
    let (mut symbols, mut bytes) = (Symbols::new(), Vec::new());
    write_stored(term, &mut symbols, &mut bytes);
    inspect(&bytes, &symbols, Limits::default())
}

/// An atom as Elixir writes it.
///
/// ```
/// use scope_core::term::inspect::atom_text;
/// assert_eq!(atom_text("ok"), ":ok");
/// assert_eq!(atom_text("Elixir.Shop.Cart"), "Shop.Cart");
/// assert_eq!(atom_text("hello world"), ":\"hello world\"");
/// ```
#[must_use]
pub fn atom_text(atom: &str) -> String {
    let mut out = String::new();
    atom::literal(atom, Elixir::default(), &mut out);
    out
}

/// A function as Elixir writes it.
///
/// ```
/// use scope_core::term::inspect::mfa_text;
/// assert_eq!(mfa_text("Elixir.Shop.Cart", "add", 2), "Shop.Cart.add/2");
/// assert_eq!(mfa_text("gen_server", "loop", 7), ":gen_server.loop/7");
/// assert_eq!(mfa_text("Elixir.Shop.Cart", "-add/2-fun-0-", 1), "Shop.Cart.\"-add/2-fun-0-\"/1");
/// ```
#[must_use]
pub fn mfa_text(module: &str, function: &str, arity: u32) -> String {
    let mut out = atom_text(module);
    out.push('.');
    atom::function(function, Elixir::default(), &mut out);
    out.push_str(&format!("/{arity}"));
    out
}
