//! The characters of a filter, each with its place, and the smallest things made of them: words, texts, numbers.
//!
//! Invariant: every mistake names a place of the text as it was written, also inside a quoted pattern.

use crate::error::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The longest filter, in characters; all work on one is bounded by it.
pub(crate) const MAX_CHARS: usize = 8_192;
/// The deepest nesting of parentheses, `not`s and patterns together.
pub(super) const MAX_DEPTH: usize = 32;
/// Characters of the line shown on either side of a mistake.
const MAX_SHOWN: usize = 60;

/// A place where a filter cannot be read.
#[derive(Debug)]
pub(super) struct Mistake {
    /// In characters from the start.
    offset: usize,
    what: String,
}

pub(super) type Read<T> = core::result::Result<T, Mistake>;

impl Mistake {
    /// The error with the line of the place and a caret under it.
    pub(super) fn error(&self, field: &str, text: &str) -> Error {
        let before: Vec<_> = text.chars().take(self.offset).collect();
        let column = before.iter().rev().take_while(|c| **c != '\n').count();
        let n_cut = column.saturating_sub(MAX_SHOWN);
        let line = text.chars().skip(self.offset - column + n_cut).take_while(|c| *c != '\n');
        let line: String = line.take(2 * MAX_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let caret: String = (n_cut..column).map(|_| ' ').collect();
        Error::BadArgument(format!("{field}: {} at offset {}\n{line}\n{caret}^", self.what, self.offset))
    }
}

/// A position in a filter, or in the pattern quoted in one.
#[derive(Debug)]
pub(super) struct Lexer {
    chars: Vec<(usize, char)>,
    pos: usize,
    /// The place behind the last character.
    end: usize,
}

impl Lexer {
    pub(super) fn new(text: &str) -> Read<Self> {
        let chars: Vec<_> = text.chars().take(MAX_CHARS + 1).enumerate().collect();
        if chars.len() > MAX_CHARS {
            let what = format!("a filter has at most {MAX_CHARS} characters; it goes on");
            return Err(Mistake { offset: MAX_CHARS, what });
        }
        Ok(Self { end: chars.len(), chars, pos: 0 })
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.pos + ahead).map(|(_, c)| *c)
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += 1;
        Some(c)
    }

    /// The place of the next character.
    pub(super) fn offset(&self) -> usize {
        self.chars.get(self.pos).map_or(self.end, |(offset, _)| *offset)
    }

    /// Tries to read something; what was gone over comes again when it is not there.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let pos = self.pos;
        let found = read(self);
        if found.is_none() {
            self.pos = pos;
        }
        found
    }

    /// Goes over `text` if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = text.chars().enumerate().all(|(ahead, c)| self.peek_at(ahead) == Some(c));
        if found {
            self.pos += text.chars().count();
        }
        found
    }

    pub(super) fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.pos += 1;
        }
    }

    /// Takes characters while they are wanted.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.peek().filter(|c| wanted(*c)) {
            taken.push(c);
            self.pos += 1;
        }
        taken
    }

    /// A value up to the next space or parenthesis.
    pub(super) fn word(&mut self) -> String {
        self.take_while(|c| !c.is_whitespace() && !matches!(c, '(' | ')'))
    }

    /// What comes next, for a message.
    pub(super) fn shown(&self) -> String {
        let rest = self.chars.iter().skip(self.pos).map(|(_, c)| *c);
        let word: String = rest.take_while(|c| !c.is_whitespace()).take(20).collect();
        if word.is_empty() { "the end".into() } else { format!("{word:?}") }
    }

    /// A mistake here: what was expected instead of what is there.
    pub(super) fn expected<T>(&self, what: &str) -> Read<T> {
        self.mistake(self.offset(), format!("expected {what}, not {}", self.shown()))
    }

    pub(super) fn mistake<T>(&self, offset: usize, what: String) -> Read<T> {
        Err(Mistake { offset, what })
    }

    /// The characters between two quotes, of which the first is next: a lexer of their own, in which every character keeps its place.
    /// A backslash stands before a quote or a backslash that is meant.
    pub(super) fn quoted(&mut self) -> Read<Self> {
        let start = self.offset();
        let quote = self.next();
        let mut chars = Vec::new();
        loop {
            let offset = self.offset();
            match self.next() {
                None => return self.mistake(start, "this quote is never closed; it begins".into()),
                end if end == quote => return Ok(Self { chars, pos: 0, end: offset }),
                Some('\\') if matches!(self.peek(), Some('\\')) || self.peek() == quote => {
                    chars.extend(self.next().map(|c| (offset, c)));
                }
                Some(c) => chars.push((offset, c)),
            }
        }
    }

    /// The bytes of a text in double quotes, of which the first is next, with Elixir's escapes.
    pub(super) fn string(&mut self) -> Read<Vec<u8>> {
        let start = self.offset();
        self.pos += 1;
        let mut out = String::new();
        let mut bytes = Vec::new();
        loop {
            let offset = self.offset();
            match self.next() {
                None => return self.mistake(start, "this text is never closed; it begins".into()),
                Some('"') => break,
                Some('\\') => match self.escape(offset)? {
                    Escaped::Char(c) => out.push(c),
                    Escaped::Byte(byte) => {
                        bytes.extend_from_slice(out.as_bytes());
                        out.clear();
                        bytes.push(byte);
                    }
                },
                Some(c) => out.push(c),
            }
        }
        bytes.extend_from_slice(out.as_bytes());
        Ok(bytes)
    }

    fn escape(&mut self, offset: usize) -> Read<Escaped> {
        let c = match self.next() {
            Some('a') => '\x07',
            Some('b') => '\x08',
            Some('d') => '\x7f',
            Some('e') => '\x1b',
            Some('f') => '\x0c',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('s') => ' ',
            Some('t') => '\t',
            Some('v') => '\x0b',
            Some('0') => '\0',
            Some(letter @ ('x' | 'u')) => return self.code(letter, offset),
            Some(c) => c,
            None => return self.mistake(offset, "expected a character after the backslash".into()),
        };
        Ok(Escaped::Char(c))
    }

    /// `\xHH` is a byte, `\x{H..}`, `\uHHHH` and `\u{H..}` are characters.
    fn code(&mut self, letter: char, offset: usize) -> Read<Escaped> {
        let braced = self.eat("{");
        let n_digits = match (braced, letter) {
            (true, _) => 6,
            (false, 'x') => 2,
            (false, _) => 4,
        };
        let mut code = 0;
        let mut n = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(16)).filter(|_| n < n_digits) {
            code = code * 16 + digit;
            n += 1;
            self.pos += 1;
        }
        let closed = if braced { n > 0 && self.eat("}") } else { n == n_digits };
        match (closed, letter, braced) {
            (true, 'x', false) => Ok(Escaped::Byte(code as u8)),
            (true, ..) => match char::from_u32(code) {
                Some(c) => Ok(Escaped::Char(c)),
                None => self.mistake(offset, "expected the code of a character".into()),
            },
            _ => self.mistake(offset, format!("expected hexadecimal digits after \\{letter}")),
        }
    }
}

enum Escaped {
    Char(char),
    /// A byte that need not be a character.
    Byte(u8),
}
