//! Reads a request written in JSON, as RFC 8259 has it.
//!
//! A request is a few fields; serde_json's reader, which is made for more, takes 20 KB of a WebAssembly module and this one takes 3.
//!
//! Invariant: any text is read or refused, in time proportional to its length and no deeper than [`MAX_DEPTH`].

use super::given::{self, Given};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Lists and objects within each other; no request has more than a few.
const MAX_DEPTH: usize = 128;

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(super) struct Mistake {
    at: usize,
    what: &'static str,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a request in JSON has {} at byte {}", self.what, self.at)
    }
}

type Read<T> = Result<T, Mistake>;

/// The value that a text is.
pub(super) fn read(text: &str) -> Read<Given> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value()?;
    reader.space();
    if reader.at < text.len() { reader.mistake("something behind its end") } else { Ok(value) }
}

struct Reader<'t> {
    text: &'t str,
    /// In bytes; always where a character begins.
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn mistake<T>(&self, what: &'static str) -> Read<T> {
        let what = if self.at < self.text.len() { what } else { "EOF where something is missing" };
        Err(Mistake { at: self.at, what })
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let is_there = self.rest().starts_with(wanted);
        self.at += if is_there { wanted.len() } else { 0 };
        is_there
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read<Given> {
        self.space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => self.string().map(Given::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.eat("null") => Ok(Given::Null),
            _ if self.eat("true") => Ok(Given::Bool(true)),
            _ if self.eat("false") => Ok(Given::Bool(false)),
            _ => self.mistake("no value"),
        }
    }

    fn nested(&mut self, inside: fn(&mut Self) -> Read<Given>) -> Read<Given> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.mistake("too many lists and objects within each other");
        }
        self.at += 1;
        let value = inside(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Read<Given> {
        let mut items = Vec::new();
        while self.more(items.is_empty(), "]")? {
            items.push(self.value()?);
        }
        Ok(Given::List(items))
    }

    fn object(&mut self) -> Read<Given> {
        let mut fields = Vec::new();
        while self.more(fields.is_empty(), "}")? {
            self.space();
            let at = self.at;
            let name = self.string()?;
            self.space();
            if !self.eat(":") {
                return self.mistake("no `:`");
            }
            let value = self.value()?;
            if !given::add(&mut fields, name, value) {
                return Err(Mistake { at, what: "a duplicate field" });
            }
        }
        Ok(Given::Fields(fields))
    }

    /// Whether there is another element; goes to it, or behind the end.
    fn more(&mut self, is_first: bool, end: &str) -> Read<bool> {
        self.space();
        if self.eat(end) {
            return Ok(false);
        }
        if !is_first && !self.eat(",") {
            return self.mistake("no `,`");
        }
        Ok(true)
    }

    fn number(&mut self) -> Read<Given> {
        let start = self.at;
        let is_negative = self.eat("-");
        let mut is_integer = true;
        if !self.eat("0") {
            self.digits()?;
        }
        if self.eat(".") {
            is_integer = false;
            self.digits()?;
        }
        if self.eat("e") || self.eat("E") {
            is_integer = false;
            let _ = self.eat("+") || self.eat("-");
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let integer = || match is_negative {
            true => text.parse().ok().filter(|value| *value != 0).map(Given::Negative),
            false => text.parse().ok().map(Given::Natural),
        };
        let value = Some(is_integer).filter(|is| *is).and_then(|_| integer());
        let float = || text.parse().ok().filter(|float: &f64| float.is_finite());
        match value.or_else(|| float().map(Given::Float)) {
            Some(value) => Ok(value),
            None => Err(Mistake { at: start, what: "a number out of range" }),
        }
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.mistake("no digit") } else { Ok(()) }
    }

    fn string(&mut self) -> Read<String> {
        if !self.eat("\"") {
            return self.mistake("no `\"`");
        }
        let mut text = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return self.mistake("a text without an end") };
            match c {
                '"' | '\\' => self.at += 1,
                '\0'..='\x1f' => return self.mistake("a control character"),
                c => self.at += c.len_utf8(),
            }
            match c {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped()?),
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        const SHORT: [(&str, char); 8] = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\x08'),
            ("f", '\x0c'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        if let Some((_, c)) = SHORT.iter().find(|(short, _)| self.eat(short)) {
            return Ok(*c);
        }
        let unit = self.unit()?;
        let code = match unit {
            // Half of a character of two units; the other half has to follow.
            0xD800..0xDC00 if self.eat("\\") => match self.unit()? {
                low @ 0xDC00..0xE000 => 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00),
                _ => return self.mistake("half a character"),
            },
            unit => unit,
        };
        match char::from_u32(code) {
            Some(c) => Ok(c),
            None => self.mistake("half a character"),
        }
    }

    /// `u` and four digits.
    fn unit(&mut self) -> Read<u32> {
        if self.eat("u") {
            let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            if let Some(unit) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                self.at += 4;
                return Ok(unit);
            }
        }
        self.mistake("an escape that is none")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;
    use quickcheck::{Arbitrary, Gen};
    use serde_json::Value;

    /// As serde_json reads it; its floats may be off by their last digit.
    fn theirs(text: &str) -> Option<Given> {
        serde_json::from_str(text).ok()
    }

    fn alike(ours: &Given, theirs: &Given) -> bool {
        match (ours, theirs) {
            (Given::Float(a), Given::Float(b)) => a == b || (a - b).abs() <= a.abs() * 1e-15,
            (Given::List(a), Given::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
            (Given::Fields(a), Given::Fields(b)) => {
                let same = |((a, own), (b, other)): (&(String, Given), &(String, Given))| a == b && alike(own, other);
                a.len() == b.len() && a.iter().zip(b).all(same)
            }
            (a, b) => format!("{a:?}") == format!("{b:?}"),
        }
    }

    fn check(text: &str) -> bool {
        let same = match (read(text), theirs(text)) {
            (Ok(ours), Some(theirs)) => alike(&ours, &theirs),
            (ours, theirs) => ours.is_err() && theirs.is_none(),
        };
        assert!(same, "{text:?}: {:?}, and serde_json: {:?}", read(text), theirs(text));
        true
    }

    #[derive(Clone, Debug)]
    struct Json(Value);

    impl Arbitrary for Json {
        fn arbitrary(g: &mut Gen) -> Self {
            fn value(g: &mut Gen, depth: u8) -> Value {
                let n = u8::arbitrary(g) % 4;
                match u8::arbitrary(g) % if depth == 0 { 6 } else { 8 } {
                    0 => Value::Null,
                    1 => bool::arbitrary(g).into(),
                    2 => u64::arbitrary(g).into(),
                    3 => i64::arbitrary(g).into(),
                    4 => f64::arbitrary(g).into(),
                    5 => String::arbitrary(g).into(),
                    6 => (0..n).map(|_| value(g, depth - 1)).collect(),
                    _ => Value::Object((0..n).map(|_| (String::arbitrary(g), value(g, depth - 1))).collect()),
                }
            }
            Self(value(g, 4))
        }
    }

    #[test]
    fn what_is_json_and_what_is_not() {
        for text in [
            "",
            " ",
            "nul",
            "nullx",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":1,\"a\":2}",
            "{\"a\" : 1 , \"b\":[ ] }",
            "01",
            "-",
            "-0",
            "-01",
            "1.",
            ".5",
            "1.5e",
            "1e+",
            "1E+2",
            "-0.0",
            "1e400",
            "+1",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ud83d\\n\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"a\nb\"",
            "\"\\b\\f\\n\\r\\t\\/\\\\\\\"\"",
            "\"\u{7f}é😀\"",
            "[] []",
            "\u{feff}1",
            "\u{a0}1",
        ] {
            check(text);
        }
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(read(&deep(MAX_DEPTH)).is_ok() && read(&deep(MAX_DEPTH + 1)).is_err());
        assert!(read(&"[".repeat(1 << 20)).is_err());
    }

    quickcheck::quickcheck! {
        fn a_value_is_read_as_serde_json_reads_it(json: Json) -> bool {
            check(&json.0.to_string()) && check(&serde_json::to_string_pretty(&json.0).unwrap_or_default())
        }

        fn a_damaged_one_too(json: Json, at: usize, with: char, keep: bool) -> bool {
            let mut text: Vec<char> = json.0.to_string().chars().collect();
            let at = at % text.len();
            text.splice(at..at + usize::from(!keep), [with]);
            check(&text.iter().collect::<String>()) && check(&text.iter().take(at).collect::<String>())
        }
    }
}
