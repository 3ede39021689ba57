//! Walks the parts of a stored term and writes them as text.

mod erlang;
mod structure;

use crate::elixir::Elixir;
use crate::term::cursor::{Damage, Item};
use crate::term::inspect::text::{Escapes, escape, is_charlist_char, is_printable, whole_chars};
use crate::term::inspect::{Limits, atom, number};
use crate::term::part::Part;
use crate::term::read::reference_words;
use crate::term::{MAX_DEPTH, Names, Opaque};
use crate::{AtomId, EntityId};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// Bytes of the widest integer written out; the work grows with its square.
const MAX_BIG_BYTES: usize = 4096;

/// Why a rendering stops early.
pub(crate) enum Stop {
    Damaged,
    Full,
}

impl From<Damage> for Stop {
    fn from(_: Damage) -> Self {
        Self::Damaged
    }
}

pub(crate) type Printed = Result<(), Stop>;

/// What a term inherits from those around it.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    /// How many elements a collection may show.
    limit: usize,
    /// Whether lists of printable characters are shown as charlists.
    charlists: bool,
    depth: usize,
}

impl Around {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, charlists: true, depth: 0 }
    }

    /// The same one level further in; `None` at the deepest.
    pub(crate) const fn inside(self, deepest: usize) -> Option<Self> {
        if self.depth < deepest { Some(Self { depth: self.depth + 1, ..self }) } else { None }
    }

    pub(crate) const fn without_charlists(self) -> Self {
        Self { charlists: false, ..self }
    }
}

pub(crate) struct Printer<'a> {
    pub(crate) names: &'a dyn Names,
    limits: Limits,
    pub(crate) elixir: Elixir,
    /// What is left of the limit, where it is spent; see [`Elixir::spends_the_limit`].
    left: usize,
    pub(crate) out: String,
}

impl<'a> Printer<'a> {
    pub(crate) const fn new(names: &'a dyn Names, limits: Limits, elixir: Elixir, elements: usize) -> Self {
        Self { names, limits, elixir, left: elements, out: String::new() }
    }

    pub(crate) fn term(&mut self, part: Part<'_>, around: Around) -> Printed {
        if part.size > 0 && around.depth == MAX_DEPTH {
            return Err(Stop::Damaged);
        }
        let around = Around { depth: around.depth + 1, ..around };
        match part.item()? {
            Item::Integer(value) => self.show(format_args!("{value}")),
            Item::Big(negative, magnitude) => self.big(negative, magnitude),
            Item::Float(value) => {
                number::float(value, &mut self.out);
                self.push("")
            }
            Item::Atom(id) => {
                atom::literal(self.names.atom_text(AtomId(id as u32)), self.elixir, &mut self.out);
                self.push("")
            }
            Item::Pid(id) => match self.names.process(EntityId(id as u32)) {
                Some(process) => self.show(format_args!("#PID{process}")),
                None => self.push(opaque(Opaque::Other)),
            },
            Item::Reference(words) => {
                let numbers: String = reference_words(words).rev().map(|word| format!(".{word}")).collect();
                self.show(format_args!("#Reference<0{numbers}>"))
            }
            Item::Port(number) => self.show(format_args!("#Port<0.{number}>")),
            Item::Binary(bytes) => self.binary(bytes, false, around.limit),
            Item::BinaryCut(bytes, _) => self.binary(bytes, true, around.limit),
            Item::Opaque(kind, _) => self.push(opaque(kind)),
            Item::Redacted => self.push("#Redacted<>"),
            Item::Cut => self.push("..."),
            Item::Nil => self.push("[]"),
            Item::List(n) => {
                let elements = part.children().take(n as usize).map(|child| child.part);
                let tail = part.children().nth(n as usize).map(|child| child.part);
                self.list(elements, tail, around)
            }
            Item::Tuple(_) => self.tuple(part, false, around),
            Item::TupleCut { .. } => self.tuple(part, true, around),
            Item::Map(_) => self.map(part, false, around),
            Item::MapCut { .. } => self.map(part, true, around),
            Item::Record(_) => erlang::record(self, part, around),
        }
    }

    /// Writes a list of these elements; a tail that was cut is dots, any other makes the list improper.
    pub(crate) fn list<'t>(
        &mut self,
        elements: impl Iterator<Item = Part<'t>> + Clone,
        tail: Option<Part<'t>>,
        around: Around,
    ) -> Printed {
        let is_cut = tail.is_some_and(|tail| matches!(tail.item(), Ok(Item::Cut)));
        let tail = tail.filter(|_| !is_cut);
        if tail.is_none() && around.charlists && self.is_charlist(elements.clone()) {
            let text: Vec<u8> = elements.clone().map_while(charlist_byte).collect();
            let is_cut = is_cut || elements.clone().nth(text.len()).is_some();
            let (open, quote) = if self.elixir.has_charlist_sigil() { ("~c", '"') } else { ("", '\'') };
            self.push(open)?;
            return self.quoted(&text, quote, is_cut, " ++ ...");
        }
        let is_keyword = tail.is_none() && elements.clone().all(|element| self.keyword_pair(element).is_some());
        self.push("[")?;
        let left = self.each(elements, is_cut, around, |printer, element, inner| {
            match printer.keyword_pair(element).filter(|_| is_keyword) {
                Some((key, value)) => printer.keyword(key, value, inner),
                None => printer.term(element, inner),
            }
        })?;
        if let (Some(tail), Some(limit)) = (tail, left) {
            self.push(" | ")?;
            let before = self.spend();
            self.term(tail, Around { limit, ..around })?;
            self.left = before;
        }
        self.push("]")
    }

    fn is_charlist<'t>(&self, elements: impl Iterator<Item = Part<'t>> + Clone) -> bool {
        let is_empty = elements.clone().next().is_none();
        !is_empty && elements.take(self.limits.printable).all(|element| charlist_byte(element).is_some())
    }

    fn tuple(&mut self, part: Part<'_>, is_cut: bool, around: Around) -> Printed {
        self.push("{")?;
        self.each(part.children(), is_cut, around, |printer, child, inner| printer.term(child.part, inner))?;
        self.push("}")
    }

    fn map(&mut self, part: Part<'_>, is_cut: bool, around: Around) -> Printed {
        if structure::print(self, part, is_cut, around)? {
            return Ok(());
        }
        let pairs = part.children().filter_map(|child| Some((child.key?, child.part)));
        let is_keyword = pairs.clone().all(|(key, _)| self.keyword_key(key).is_some());
        self.push("%{")?;
        self.each(pairs, is_cut, around, |printer, (key, value), inner| {
            if let Some(key) = printer.keyword_key(key).filter(|_| is_keyword) {
                return printer.keyword(key, value, inner);
            }
            printer.term(key, inner)?;
            printer.push(" => ")?;
            printer.term(value, inner)
        })?;
        self.push("}")
    }

    /// Writes elements with `print`, as many as the limit allows, and dots for the others and for what was cut. Gives what is
    /// left of the limit if all were written.
    pub(crate) fn each<T>(
        &mut self,
        elements: impl Iterator<Item = T>,
        is_cut: bool,
        around: Around,
        mut print: impl FnMut(&mut Self, T, Around) -> Printed,
    ) -> Result<Option<usize>, Stop> {
        let mut limit = around.limit;
        let mut is_first = true;
        for element in elements {
            if !is_first {
                self.push(", ")?;
            }
            is_first = false;
            if (if self.elixir.spends_the_limit() { self.left } else { limit }) == 0 {
                self.push("...")?;
                return Ok(None);
            }
            limit = limit.saturating_sub(1);
            self.spend();
            print(self, element, Around { limit, ..around })?;
        }
        if is_cut {
            self.push(if is_first { "..." } else { ", ..." })?;
        }
        Ok(Some(limit))
    }

    /// Writes a term that takes nothing from what is left of the limit.
    pub(crate) fn aside(&mut self, part: Part<'_>, around: Around) -> Printed {
        let before = self.left;
        self.term(part, around)?;
        self.left = before;
        Ok(())
    }

    /// Takes one element from what is left of the limit, unless that is infinite; gives what was left before.
    fn spend(&mut self) -> usize {
        let before = self.left;
        if before != usize::MAX {
            self.left = before.saturating_sub(1);
        }
        before
    }

    pub(crate) fn keyword(&mut self, key: &str, value: Part<'_>, around: Around) -> Printed {
        atom::key(key, self.elixir, &mut self.out);
        self.push(" ")?;
        self.term(value, around)
    }

    /// A pair as it stands in a keyword list.
    fn keyword_pair<'t>(&self, element: Part<'t>) -> Option<(&'a str, Part<'t>)> {
        if !matches!(element.item(), Ok(Item::Tuple(2))) {
            return None;
        }
        let mut children = element.children();
        Some((self.keyword_key(children.next()?.part)?, children.next()?.part))
    }

    /// The text of a key that can be written before a colon.
    pub(crate) fn keyword_key(&self, key: Part<'_>) -> Option<&'a str> {
        match key.item() {
            Ok(Item::Atom(id)) => Some(self.names.atom_text(AtomId(id as u32))).filter(|text| !atom::is_module(text)),
            _ => None,
        }
    }

    fn binary(&mut self, bytes: &[u8], is_cut: bool, limit: usize) -> Printed {
        if is_printable(bytes, is_cut, self.limits.printable) {
            let shown = if is_cut { whole_chars(bytes) } else { bytes };
            return self.quoted(shown, '"', is_cut, " <> ...");
        }
        self.push("<<")?;
        let around = Around::new(limit);
        self.each(bytes.iter(), is_cut, around, |printer, byte, _| printer.show(format_args!("{byte}")))?;
        self.push(">>")
    }

    fn quoted(&mut self, text: &[u8], quote: char, is_cut: bool, more: &str) -> Printed {
        self.out.push(quote);
        let is_all = escape(text, quote, self.limits.printable, Escapes::string(self.elixir), &mut self.out);
        self.out.push(quote);
        self.push(if is_all && !is_cut { "" } else { more })
    }

    fn big(&mut self, negative: bool, magnitude: &[u8]) -> Printed {
        if number::big(negative, magnitude, MAX_BIG_BYTES, &mut self.out) {
            self.push("")
        } else {
            self.push(opaque(Opaque::Integer))
        }
    }

    fn show(&mut self, text: fmt::Arguments<'_>) -> Printed {
        self.out.write_fmt(text).map_err(|_| Stop::Full)?;
        self.push("")
    }

    pub(crate) fn push(&mut self, text: &str) -> Printed {
        self.out.push_str(text);
        if self.out.len() <= self.limits.text_bytes { Ok(()) } else { Err(Stop::Full) }
    }
}

fn charlist_byte(element: Part<'_>) -> Option<u8> {
    match element.item() {
        Ok(Item::Integer(code)) if is_charlist_char(code) => u8::try_from(code).ok(),
        _ => None,
    }
}

const fn opaque(kind: Opaque) -> &'static str {
    match kind {
        Opaque::Function => "#Function<...>",
        Opaque::Bitstring => "#Bitstring<...>",
        Opaque::RemotePid => "#PID<...>",
        Opaque::Reference => "#Reference<...>",
        Opaque::RemotePort => "#Port<...>",
        Opaque::Integer => "#Integer<...>",
        Opaque::Other => "#Opaque<...>",
    }
}
