//! Elixir source without its comments and texts, and the names of modules in it.

/// A name of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// `ElixirScope.Event`, or `__MODULE__.Event`.
    pub(super) text: String,
    pub(super) line: usize,
    /// Of the line's first word.
    pub(super) column: usize,
    /// `alias` or `defmodule`, where it stands after one.
    pub(super) keyword: String,
    /// `alias A.B, as: C`
    pub(super) renamed: Option<String>,
}

/// The same text with a space for each letter of a comment, a string or a sigil; code in `#{}` stays.
pub(super) fn code(text: &str) -> String {
    let mut reader = Reader { rest: text, out: String::with_capacity(text.len()) };
    reader.read_code(None);
    reader.out
}

struct Reader<'a> {
    rest: &'a str,
    out: String,
}

impl Reader<'_> {
    /// Up to the brace that closes an interpolation, or to the end.
    fn read_code(&mut self, closing: Option<char>) {
        let mut depth = 0_usize;
        while let Some(next) = self.rest.chars().next() {
            match next {
                '}' if closing == Some('}') && depth == 0 => return,
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            let before = self.out.chars().next_back();
            let is_in_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            if next == '#' {
                let n_bytes = self.rest.find('\n').unwrap_or(self.rest.len());
                self.blank(n_bytes);
            } else if next == '?' && !is_in_name {
                // A character: `?"`, `?\n`.
                let escaped = self.rest[1..].starts_with('\\');
                let n_bytes = self.rest.chars().take(if escaped { 3 } else { 2 }).map(char::len_utf8).sum();
                self.blank(n_bytes);
            } else if next == '~' && !is_in_name {
                self.read_sigil();
            } else if let Some(quote) = ["\"\"\"", "'''", "\"", "'"].iter().find(|quote| self.rest.starts_with(**quote))
            {
                self.blank(quote.len());
                self.read_text(quote, true);
            } else {
                self.keep(next);
            }
        }
    }

    /// `~r/../i`, `~S"""..."""`, `~w(..)a`
    fn read_sigil(&mut self) {
        self.blank(1);
        let name: String = self.rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        let Some(open) = self.rest[name.len()..].chars().next().filter(|_| !name.is_empty()) else { return };
        self.blank(name.len());
        let close = match open {
            '(' => ")",
            '[' => "]",
            '{' => "}",
            '<' => ">",
            '/' => "/",
            '|' => "|",
            '"' if self.rest.starts_with("\"\"\"") => "\"\"\"",
            '\'' if self.rest.starts_with("'''") => "'''",
            '"' => "\"",
            '\'' => "'",
            _ => return,
        };
        self.blank(close.len());
        self.read_text(close, name.starts_with(|c: char| c.is_ascii_lowercase()));
    }

    fn read_text(&mut self, close: &str, interpolates: bool) {
        while let Some(next) = self.rest.chars().next() {
            if self.rest.starts_with(close) {
                self.blank(close.len());
                return;
            }
            if interpolates && self.rest.starts_with("#{") {
                self.blank(2);
                self.read_code(Some('}'));
                self.blank(1);
            } else if next == '\\' {
                let n_bytes = self.rest.chars().take(2).map(char::len_utf8).sum();
                self.blank(n_bytes);
            } else {
                self.blank(next.len_utf8());
            }
        }
    }

    fn keep(&mut self, next: char) {
        self.out.push(next);
        self.rest = &self.rest[next.len_utf8()..];
    }

    fn blank(&mut self, n_bytes: usize) {
        let n_bytes = n_bytes.min(self.rest.len());
        let (gone, rest) = self.rest.split_at(n_bytes);
        self.out.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

/// Every name of a module in code, in order; `A.{B, C}` is two.
pub(super) fn names(code: &str) -> Vec<Name> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(start) = next_name(code, at) {
        let text = name_at(&code[start..]);
        at = start + text.len();
        let from = code[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_start = &code[from..start];
        let keyword = line_start.trim();
        let keyword = if ["alias", "defmodule"].contains(&keyword) { keyword } else { "" };
        let name = Name {
            text: text.to_owned(),
            line: code[..start].matches('\n').count() + 1,
            column: line_start.len() - line_start.trim_start().len(),
            keyword: keyword.to_owned(),
            renamed: None,
        };
        if let Some(group) = code[at..].strip_prefix(".{") {
            let inside = group.split('}').next().unwrap_or_default();
            at += 2 + inside.len();
            let members = inside.split(',').map(str::trim).filter(|member| !member.is_empty());
            names.extend(members.map(|member| Name { text: format!("{text}.{member}"), ..name.clone() }));
        } else if let Some(new) = renamed(&code[at..]).filter(|_| keyword == "alias") {
            at += code[at..].find(new).unwrap_or(0) + new.len();
            names.push(Name { renamed: Some(new.to_owned()), ..name });
        } else {
            names.push(name);
        }
    }
    names
}

/// `, as: C`
fn renamed(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(',')?.trim_start().strip_prefix("as:")?.trim_start();
    Some(name_at(rest)).filter(|name| !name.is_empty())
}

/// Where the next name begins that is no part of another word, no atom and no field.
fn next_name(code: &str, from: usize) -> Option<usize> {
    let is_start = |(at, c): &(usize, char)| {
        let before = code[..*at].chars().next_back();
        let is_free = !before.is_some_and(|c| c.is_alphanumeric() || "_.:".contains(c))
            || code[..*at].ends_with("::")
            || code[..*at].ends_with("..");
        is_free && (c.is_ascii_uppercase() || code[*at..].starts_with("__MODULE__"))
    };
    code[from..].char_indices().map(|(at, c)| (from + at, c)).find(is_start).map(|(at, _c)| at)
}

/// The longest `A.B.C` that the text starts with.
fn name_at(text: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    while let Some(rest) =
        text[end..].strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    {
        end += 1 + rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        names(&code(text)).into_iter().map(|name| name.text).collect()
    }

    #[test]
    fn texts_and_comments_are_blank_and_interpolated_code_is_not() {
        assert_eq!(
            found("x = \"A \\\" B #{C.d(\"E #{F}\")} G\" # H\n?\" <> 'I' <> ~s(J \\#{K}) <> L"),
            ["C", "F", "L"]
        );
        assert_eq!(found("~S\"\"\"\nA #{B}\n\"\"\"\n~r/C\\/D/i\n~w(E F)a\nG"), ["G"]);
        assert_eq!(found("a = b?(C)\nd? E"), ["C", "E"]);
    }

    #[test]
    fn a_name_is_neither_an_atom_nor_a_part_of_a_word() {
        assert_eq!(found(":A; a.B; aC; x::E; %F{}; &G.h/1; I.J.k(L)"), ["E", "F", "G", "I.J", "L"]);
    }

    #[test]
    fn groups_and_new_names_are_read() {
        let found = names(&code("  alias A.{B,\n    C.D}\n  alias E.F, as: G\n  defmodule H do\n"));
        let short = |name: &Name| (name.text.clone(), name.line, name.keyword.clone(), name.renamed.clone());
        let expected = [
            ("A.B", 1, "alias", None),
            ("A.C.D", 1, "alias", None),
            ("E.F", 3, "alias", Some("G")),
            ("H", 4, "defmodule", None),
        ];
        let expected = expected
            .map(|(text, line, keyword, new)| (text.to_owned(), line, keyword.to_owned(), new.map(str::to_owned)));
        assert_eq!(found.iter().map(short).collect::<Vec<_>>(), expected);
    }
}
