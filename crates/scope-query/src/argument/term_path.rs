//! A place in a term as people write it, and what is there in a given term.
//!
//! Invariant: what a difference writes as a path leads, read here, to the same place.
//! Invariant: a place beyond what was recorded is unknown, never absent.

use crate::argument::name_syntax;
use crate::error::{Error, Result};
use crate::model::term_ref::TermRef;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::term::inspect::{Limits, atom_text, inspect};
use scope_core::term::part::{Child, Part, part};

/// A path, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `.name`.
    Name(String),
    /// `[what]`: a position, or a key as `inspect` shows it.
    Bracket(String),
}

/// What is at a place of one term.
#[derive(Debug)]
pub(crate) enum There<'a> {
    /// A part, and the numbers of the steps to it.
    Part(TermRef<'a>, Vec<u32>),
    /// Nothing.
    Absent,
    /// The way there was not recorded.
    Unknown,
}

impl Place {
    /// Reads `.items[0].quantity`, `[:total]`, `items`, or nothing for the whole term.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            Error::BadArgument(format!(
                "path: {text:?} {why}; paths look like .items[0].quantity, [:total], [\"key\"] or items"
            ))
        };
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let end = bracket_end(inner).ok_or_else(|| refused("has a [ without its ]"))?;
                let (what, after) = inner.split_at(end);
                if what.is_empty() {
                    return Err(refused("has nothing between [ and ]"));
                }
                steps.push(Step::Bracket(what.to_string()));
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            let name = match rest.strip_prefix('.') {
                Some(name) => name,
                None if steps.is_empty() => rest,
                None => return Err(refused("has something after a ] that is neither . nor [")),
            };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            if name.is_empty() {
                return Err(refused("has a . without a name"));
            }
            steps.push(Step::Name(name.to_string()));
            rest = after;
        }
        Ok(Self { steps })
    }

    /// The path as text, in one spelling: what the paths of a difference begin with.
    pub(crate) fn text(&self) -> String {
        let step = |step: &Step| match step {
            Step::Name(name) => format!(".{name}"),
            Step::Bracket(what) => format!("[{what}]"),
        };
        self.steps.iter().map(step).collect()
    }

    /// What is at the place in a term.
    pub(crate) fn find<'a>(&self, whole: &TermRef<'a>) -> Result<There<'a>> {
        let mut at = part(whole.term.bytes, &[])?.ok_or_else(|| Error::NotFound("the term is empty".into()))?;
        let mut numbers = Vec::new();
        for step in &self.steps {
            let Some((child, more)) = step.child(&at, whole) else {
                return Ok(if may_hide(&at) { There::Unknown } else { There::Absent });
            };
            numbers.push(child.step);
            at = child.part;
            if let Some(value) = more {
                numbers.push(value.step);
                at = value.part;
            }
        }
        Ok(whole.part(&numbers)?.map_or(There::Absent, |part| There::Part(part, numbers)))
    }
}

impl Step {
    /// The child it leads to; in a keyword list the pair and its value.
    fn child<'a>(&self, at: &Part<'a>, whole: &TermRef<'_>) -> Option<(Child<'a>, Option<Child<'a>>)> {
        match at.kind {
            "map" => {
                let is_it = |child: &Child<'_>| child.key.is_some_and(|key| self.is_key(&key, whole));
                at.children().find(is_it).map(|child| (child, None))
            }
            "list" | "tuple" => {
                let n_elements = at.size - u64::from(at.has_tail());
                match self {
                    Self::Bracket(what) if what == "tail" => {
                        at.children().nth(usize::try_from(n_elements).ok()?).map(|tail| (tail, None))
                    }
                    Self::Bracket(what) if what.bytes().all(|byte| byte.is_ascii_digit()) => {
                        let n = what.parse().ok().filter(|n: &u64| *n < n_elements)?;
                        at.children().nth(usize::try_from(n).ok()?).map(|element| (element, None))
                    }
                    _ if at.kind == "list" => at.children().find_map(|pair| {
                        let [key, value] = as_pair(&pair)?;
                        self.is_key(&key.part, whole).then_some((pair, Some(value)))
                    }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_key(&self, key: &Part<'_>, whole: &TermRef<'_>) -> bool {
        let text = || inspect(key.bytes, &whole.names, Limits::default());
        match self {
            Self::Name(name) => key.kind == "atom" && text() == atom_text(name),
            Self::Bracket(what) if key.kind == "atom" && what.starts_with(':') => {
                name_syntax::atom(what).is_some_and(|name| text() == atom_text(&name))
            }
            Self::Bracket(what) => text() == *what,
        }
    }
}

/// Key and value of a pair of a keyword list.
fn as_pair<'a>(element: &Child<'a>) -> Option<[Child<'a>; 2]> {
    let mut parts = element.part.children();
    let (key, value) = (parts.next()?, parts.next()?);
    let is_pair = element.part.kind == "tuple" && element.part.size == 2 && key.part.kind == "atom";
    is_pair.then_some([key, value])
}

/// Whether a child that is not found may have been there.
fn may_hide(at: &Part<'_>) -> bool {
    at.is_cut()
        || match at.kind {
            "map" => at.children().any(|child| child.key.is_none_or(|key| !key.is_complete())),
            "list" => at.children().any(|child| {
                let cut = |child: &Child<'_>| matches!(child.part.kind, "cut" | "redacted" | "opaque");
                cut(&child) || (child.part.kind == "tuple" && child.part.children().next().is_some_and(|key| cut(&key)))
            }),
            _ => false,
        }
}

/// Where the bracket that is open ends; brackets and quotes inside a key are its own.
fn bracket_end(inner: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted && depth == 0 => return Some(at),
            ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_one_way() {
        let text = |path: &str| Place::parse(path).map(|place| place.text());
        for (written, spelled) in [
            ("", ""),
            ("items", ".items"),
            (".items[0].quantity", ".items[0].quantity"),
            ("[:total]", "[:total]"),
            (r#"["a]b"].c"#, r#"["a]b"].c"#),
            ("[[1, 2]][tail]", "[[1, 2]][tail]"),
        ] {
            assert_eq!(text(written), Ok(spelled.into()));
        }
        for bad in ["a..b", "[", "[]", "[0]x", ".", r#"["a]"#] {
            assert_eq!(text(bad).map_err(|error| error.code()), Err("bad_argument"), "{bad}");
        }
    }
}
