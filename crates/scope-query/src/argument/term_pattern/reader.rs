//! Reads the literals of a pattern: atoms, integers, floats, strings, tuples, lists, keyword lists, maps and structs, `_` and `...`.
//!
//! Invariant: recursion ends at [`MAX_DEPTH`].

use super::Node;
use crate::argument::name_syntax;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::{MAX_DEPTH, Term};

type Read<T> = Result<T, &'static str>;

const MORE: &str = "ends too early";

/// Reads one whole pattern.
pub(super) fn read(text: &str) -> Read<Node> {
    let mut reader = Reader { rest: text, depth: 0 };
    let node = reader.node()?;
    reader.skip();
    if reader.rest.is_empty() { Ok(node) } else { Err("has something after the term") }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn need(&mut self, token: &str, why: &'static str) -> Read<()> {
        if self.eat(token) { Ok(()) } else { Err(why) }
    }

    /// The characters up to the first that does not belong.
    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c: char| !belongs(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn node(&mut self) -> Read<Node> {
        if self.depth == MAX_DEPTH {
            return Err("is nested too deep");
        }
        self.depth += 1;
        let node = self.inner();
        self.depth -= 1;
        node
    }

    fn inner(&mut self) -> Read<Node> {
        self.skip();
        let first = self.rest.chars().next().ok_or(MORE)?;
        match first {
            '{' => {
                self.eat("{");
                Ok(tuple(self.nodes("}")?))
            }
            '[' => {
                self.eat("[");
                Ok(list(self.nodes("]")?))
            }
            '%' => {
                self.eat("%");
                self.map()
            }
            '"' => Ok(Node::Whole(Term::Binary(self.quoted()?.into_bytes()))),
            '-' | '0'..='9' => self.number(),
            ':' => self.atom().map(|atom| Node::Whole(Term::Atom(atom))),
            'A'..='Z' => Ok(Node::Whole(Term::Atom(self.module()?))),
            _ => match self.word(is_name) {
                "_" => Ok(Node::Any),
                word @ ("true" | "false" | "nil") => Ok(Node::Whole(Term::Atom(word.into()))),
                _ => Err("is not a term as Elixir writes it; `_` stands for anything"),
            },
        }
    }

    /// Elements up to the closing token; pairs `key: value` become tuples.
    fn nodes(&mut self, end: &str) -> Read<Vec<Node>> {
        let mut nodes = Vec::new();
        while !self.eat(end) {
            if !nodes.is_empty() {
                self.need(",", "lacks a comma")?;
            }
            nodes.push(match self.keyword() {
                Some(key) => tuple([Node::Whole(Term::Atom(key)), self.node()?].into()),
                None => self.node()?,
            });
        }
        Ok(nodes)
    }

    fn map(&mut self) -> Read<Node> {
        let mut pairs = Vec::new();
        let mut open = false;
        if self.rest.starts_with(|c: char| c.is_ascii_uppercase()) {
            let module = Node::Whole(Term::Atom(self.module()?));
            pairs.push((Term::Atom("__struct__".into()), module));
            // The fields of a struct that are not named may have any value.
            open = true;
        }
        self.need("{", "has a % without its {")?;
        let mut is_first = true;
        while !self.eat("}") {
            if !is_first {
                self.need(",", "lacks a comma")?;
            }
            is_first = false;
            if self.eat("...") {
                open = true;
                self.need("}", "has something after ...")?;
                break;
            }
            let key = match self.keyword() {
                Some(key) => Term::Atom(key),
                None => {
                    let Node::Whole(key) = self.node()? else { return Err("has a wildcard in a key") };
                    self.need("=>", "has a key without =>")?;
                    key
                }
            };
            pairs.push((key, self.node()?));
        }
        Ok(map(pairs, open))
    }

    /// `key:` or `"key":`, if that is next.
    fn keyword(&mut self) -> Option<String> {
        self.skip();
        let mut ahead = Reader { rest: self.rest, depth: self.depth };
        let key = if ahead.rest.starts_with('"') { ahead.quoted().ok()? } else { ahead.word(is_name).into() };
        let rest = ahead.rest.strip_prefix(':').filter(|rest| !rest.starts_with(':'))?;
        if key.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(key)
    }

    fn atom(&mut self) -> Read<String> {
        self.need(":", MORE)?;
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let name = self.word(is_name);
        if name.is_empty() { Err("has a : without an atom") } else { Ok(name.into()) }
    }

    fn module(&mut self) -> Read<String> {
        let name = self.word(|c| is_name(c) || c == '.');
        name_syntax::atom(name).ok_or("has an empty name")
    }

    fn quoted(&mut self) -> Read<String> {
        self.need("\"", MORE)?;
        let mut text = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next().ok_or("has a \" without its end")? {
                '"' => break,
                '\\' => text.push(match chars.next().ok_or(MORE)? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    '0' => '\0',
                    c @ ('"' | '\\' | '#') => c,
                    _ => return Err("has an escape that is not known"),
                }),
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        Ok(text)
    }

    fn number(&mut self) -> Read<Node> {
        let sign = if self.eat("-") { "-" } else { "" };
        let digits = self.word(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | 'e' | '-'));
        let digits: String = [sign, digits].concat().replace('_', "");
        let integer = digits.parse().map(Term::Integer).ok();
        let float = || {
            Some(&digits)
                .filter(|digits| digits.contains('.'))
                .and_then(|digits| digits.parse().ok())
                .filter(|float: &f64| float.is_finite())
                .map(Term::Float)
        };
        integer.or_else(float).map(Node::Whole).ok_or("has a number that is none, or has more than 64 bits")
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '?' | '!' | '@')
}

/// Nodes that have no wildcard, as terms.
fn whole(nodes: Vec<Node>) -> Result<Vec<Term>, Vec<Node>> {
    if !nodes.iter().all(|node| matches!(node, Node::Whole(_))) {
        return Err(nodes);
    }
    let terms = nodes.into_iter().filter_map(|node| match node {
        Node::Whole(term) => Some(term),
        _ => None,
    });
    Ok(terms.collect())
}

fn tuple(nodes: Vec<Node>) -> Node {
    whole(nodes).map_or_else(Node::Tuple, |terms| Node::Whole(Term::Tuple(terms)))
}

fn list(nodes: Vec<Node>) -> Node {
    whole(nodes).map_or_else(Node::List, |terms| Node::Whole(Term::List(terms, None)))
}

fn map(pairs: Vec<(Term, Node)>, open: bool) -> Node {
    if open || !pairs.iter().all(|(_, node)| matches!(node, Node::Whole(_))) {
        return Node::Map(pairs, open);
    }
    let whole = pairs.into_iter().filter_map(|(key, node)| match node {
        Node::Whole(value) => Some((key, value)),
        _ => None,
    });
    Node::Whole(Term::Map(whole.collect()))
}
