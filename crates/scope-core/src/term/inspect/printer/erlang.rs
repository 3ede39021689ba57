//! Native records, as Elixir 1.20 shows them: in Erlang's own syntax, with what they hold.
//!
//! Known differences: the text is one line (Erlang breaks it at 80 columns), and of a list or a binary that was cut the rest is three dots.

use crate::term::MAX_DEPTH;
use crate::term::Opaque;
use crate::term::cursor::Item;
use crate::term::inspect::number;
use crate::term::inspect::printer::{Around, Printed, Printer};
use crate::term::part::Part;
use crate::term::read::reference_words;
use crate::{AtomId, EntityId};
use alloc::format;
use alloc::string::String;

/// Words of Erlang that are quoted as atoms.
const RESERVED: &[&str] = &[
    "after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond", "div",
    "else", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
];

/// Writes a native record.
pub(crate) fn record(printer: &mut Printer<'_>, part: Part<'_>, around: Around) -> Printed {
    let mut parts = part.children().map(|child| child.part);
    let (Some(module), Some(name), Some(fields)) = (parts.next(), parts.next(), parts.next()) else {
        return printer.push("#Opaque<...>");
    };
    printer.push("#")?;
    term(printer, module, around)?;
    printer.push(":")?;
    term(printer, name, around)?;
    printer.push("{")?;
    pairs(printer, fields, " = ", around)?;
    printer.push("}")
}

fn pairs(printer: &mut Printer<'_>, map: Part<'_>, between: &str, around: Around) -> Printed {
    for child in map.children() {
        if child.step > 0 {
            printer.push(",")?;
        }
        if let Some(key) = child.key {
            term(printer, key, around)?;
            printer.push(between)?;
        }
        term(printer, child.part, around)?;
    }
    match map.item() {
        Ok(Item::MapCut { .. }) => printer.push(if map.size > 0 { ",..." } else { "..." }),
        _ => Ok(()),
    }
}

fn term(printer: &mut Printer<'_>, part: Part<'_>, around: Around) -> Printed {
    let Some(around) = around.inside(MAX_DEPTH) else { return printer.push("...") };
    match part.item()? {
        Item::Atom(id) => {
            let text = atom(printer.names.atom_text(AtomId(id as u32)));
            printer.push(&text)
        }
        Item::Pid(id) => match printer.names.process(EntityId(id as u32)) {
            Some(process) => printer.push(&format!("{process}")),
            None => printer.push("..."),
        },
        Item::Port(number) => printer.push(&format!("#Port<0.{number}>")),
        Item::Reference(words) => {
            let numbers: String = reference_words(words).rev().map(|word| format!(".{word}")).collect();
            printer.push(&format!("#Ref<0{numbers}>"))
        }
        Item::Float(value) => {
            number::float(value, &mut printer.out);
            printer.push("")
        }
        Item::Binary(bytes) => binary(printer, bytes, false),
        Item::BinaryCut(bytes, _) => binary(printer, bytes, true),
        Item::List(_) => list(printer, part, around),
        Item::Tuple(_) | Item::TupleCut { .. } => {
            printer.push("{")?;
            elements(printer, part, around)?;
            printer.push(if matches!(part.item(), Ok(Item::TupleCut { .. })) { ",...}" } else { "}" })
        }
        Item::Map(_) | Item::MapCut { .. } => {
            printer.push("#{")?;
            pairs(printer, part, " => ", around)?;
            printer.push("}")
        }
        Item::Record(_) => record(printer, part, around),
        Item::Opaque(Opaque::Function, _) => printer.push("#Fun<...>"),
        // Integers, the empty list and what was not kept look as in Elixir.
        _ => printer.term(part, around),
    }
}

fn elements(printer: &mut Printer<'_>, part: Part<'_>, around: Around) -> Printed {
    for child in part.children() {
        if child.step > 0 {
            printer.push(",")?;
        }
        term(printer, child.part, around)?;
    }
    Ok(())
}

fn list(printer: &mut Printer<'_>, part: Part<'_>, around: Around) -> Printed {
    if !part.has_tail() {
        let code = |part: Part<'_>| match part.item() {
            Ok(Item::Integer(code)) => u8::try_from(code).ok().filter(|code| is_printable(*code)),
            _ => None,
        };
        if part.children().all(|child| code(child.part).is_some()) {
            let text: String = part.children().filter_map(|child| code(child.part)).map(char::from).collect();
            return quoted(printer, text.as_bytes());
        }
    }
    printer.push("[")?;
    let n_elements = part.size - u64::from(part.has_tail());
    for child in part.children() {
        if u64::from(child.step) == n_elements {
            printer.push("|")?;
        } else if child.step > 0 {
            printer.push(",")?;
        }
        term(printer, child.part, around)?;
    }
    printer.push("]")
}

/// Whether a byte may stand in a text between quotes. (Erlang counts Latin-1 among them, and then writes UTF-8 as it is.)
const fn is_printable(byte: u8) -> bool {
    matches!(byte, 8..=13 | 27 | 32..=126)
}

fn binary(printer: &mut Printer<'_>, bytes: &[u8], is_cut: bool) -> Printed {
    let text =
        core::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|byte| byte >= 160 || is_printable(byte)));
    printer.push("<<")?;
    match text {
        Some(text) if !text.is_empty() => quoted(printer, text.as_bytes())?,
        _ => {
            for (i, byte) in bytes.iter().enumerate() {
                printer.push(&if i > 0 { format!(",{byte}") } else { format!("{byte}") })?;
            }
        }
    }
    printer.push(match (is_cut, bytes.is_empty()) {
        (true, false) => ",...>>",
        (true, true) => "...>>",
        (false, _) => ">>",
    })
}

/// Text between quotes; the bytes are UTF-8.
fn quoted(printer: &mut Printer<'_>, text: &[u8]) -> Printed {
    let mut out = String::from("\"");
    escape(text, '"', &mut out);
    out.push('"');
    printer.push(&out)
}

fn escape(text: &[u8], quote: char, out: &mut String) {
    for c in core::str::from_utf8(text).unwrap_or_default().chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x1b' => out.push_str("\\e"),
            '\\' => out.push_str("\\\\"),
            _ if c == quote => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
}

fn atom(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@'))
        && !RESERVED.contains(&text);
    if is_plain {
        return text.into();
    }
    let mut out = String::from("'");
    escape(text.as_bytes(), '\'', &mut out);
    out.push('\'');
    out
}
