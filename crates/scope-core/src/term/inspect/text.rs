//! Strings as Elixir writes them: what is printable, and how the rest is escaped.

use crate::elixir::Elixir;
use alloc::format;
use alloc::string::String;

/// Whether the first `limit` characters of a binary can be shown as a string; of a binary that was cut, its last character may
/// be incomplete.
pub(crate) fn is_printable(bytes: &[u8], is_cut: bool, limit: usize) -> bool {
    let mut n_chars = 0;
    let mut rest = bytes;
    while n_chars < limit && !rest.is_empty() {
        match next_char(rest) {
            Some((c, after)) if is_printable_char(c) => rest = after,
            Some(_) => return false,
            None => return is_cut && is_incomplete_char(rest),
        }
        n_chars += 1;
    }
    true
}

/// A valid UTF-8 character at the front of `bytes`, and what follows it.
fn next_char(bytes: &[u8]) -> Option<(char, &[u8])> {
    if let [byte @ ..0x80, rest @ ..] = bytes {
        return Some((char::from(*byte), rest));
    }
    let (head, _) = bytes.split_at(bytes.len().min(4));
    let valid = match core::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => core::str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
    };
    let c = valid.chars().next()?;
    Some((c, bytes.get(c.len_utf8()..)?))
}

/// Without a last character of which only some bytes were kept.
pub(crate) fn whole_chars(bytes: &[u8]) -> &[u8] {
    match core::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or_default(),
        _ => bytes,
    }
}

fn is_incomplete_char(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

const fn is_printable_char(c: char) -> bool {
    matches!(c, '\x07'..='\r' | '\x1b' | ' '..='\x7f' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a character code may stand in a charlist.
pub(crate) const fn is_charlist_char(code: i32) -> bool {
    matches!(code, 7..=13 | 27 | 32..=126)
}

/// Which escapes a kind of text has besides those of all texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Escapes {
    /// Backslashes, and what has no letter in a regular expression.
    string: bool,
    /// Characters that are not seen; see [`Elixir::escapes_invisible`].
    invisible: bool,
}

impl Escapes {
    /// Those of strings and charlists.
    pub(crate) const fn string(elixir: Elixir) -> Self {
        Self { string: true, invisible: elixir.escapes_invisible() }
    }

    /// Those of regular expressions.
    pub(crate) const fn regex(elixir: Elixir) -> Self {
        Self { string: false, invisible: elixir.escapes_invisible() }
    }
}

/// Appends the first `limit` characters of `bytes`, escaped for text between two `quote`s. Whether that was all.
pub(crate) fn escape(bytes: &[u8], quote: char, limit: usize, escapes: Escapes, out: &mut String) -> bool {
    let mut rest = bytes;
    let mut n_chars = 0;
    while !rest.is_empty() {
        if n_chars == limit {
            return false;
        }
        n_chars += 1;
        if let Some(after) = rest.strip_prefix(b"#{") {
            out.push_str("\\#{");
            rest = after;
        } else if let Some((c, after)) = next_char(rest) {
            escape_char(c, quote, escapes, out);
            rest = after;
        } else if let Some((byte, after)) = rest.split_first() {
            escape_code(u32::from(*byte), out);
            rest = after;
        }
    }
    true
}

fn escape_char(c: char, quote: char, escapes: Escapes, out: &mut String) {
    let short = match c {
        '\x07' => "\\a",
        '\x0b' => "\\v",
        '\x0c' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\0' => "\\0",
        '\u{feff}' => "\\uFEFF",
        '\x08' if escapes.string => "\\b",
        '\x1b' if escapes.string => "\\e",
        '\x7f' if escapes.string => "\\d",
        '\\' if escapes.string => "\\\\",
        _ if c == quote => {
            out.push('\\');
            return out.push(c);
        }
        _ if escapes.invisible && is_invisible(c) => return out.push_str(&format!("\\u{:04X}", c as u32)),
        ' '..='~' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => return out.push(c),
        _ => return escape_code(c as u32, out),
    };
    out.push_str(short);
}

/// Whether a character has no width, is a space that looks like another, or changes the direction of others.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{34f}' | '\u{61c}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{205f}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
    )
}

fn escape_code(code: u32, out: &mut String) {
    out.push_str(&if code < 0x100 { format!("\\x{code:02X}") } else { format!("\\x{{{code:04X}}}") });
}
