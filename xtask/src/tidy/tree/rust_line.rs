//! Rust source line by line, without comments and without test code.
//!
//! This is a scanner of lines, not a parser: it relies on rustfmt's layout, which is checked apart.

use super::{File, Tree};

/// The Rust files that are compiled into a crate's library or program: neither tests nor benches nor examples.
pub(in crate::tidy) fn product(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.with_extension(&["rs"])
        .filter(|file| !["/tests/", "/benches/", "/examples/"].iter().any(|dir| file.path.contains(dir)))
        .filter(|file| file.stem() != "tests")
}

/// The lines outside `#[cfg(test)]` items, numbered from 1, comments cut off.
pub(in crate::tidy) fn code_lines(text: &str) -> Vec<(usize, &str)> {
    let mut kept = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            skip_item(&mut lines);
        } else {
            kept.push((at + 1, without_comment(line)));
        }
    }
    kept
}

/// Skips one item: up to its semicolon, or to the brace that closes it.
fn skip_item<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) {
    let mut depth = 0_usize;
    for (_at, line) in lines {
        let code = without_comment(line);
        let opened = depth > 0 || code.contains('{');
        depth += code.matches('{').count();
        depth = depth.saturating_sub(code.matches('}').count());
        if (opened && depth == 0) || (!opened && code.trim_end().ends_with(';')) {
            return;
        }
    }
}

/// The line up to its comment; a `//` inside a string is taken for a comment, which hides the rest of that line.
fn without_comment(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _comment)| code)
}

/// Whether `word` stands in `line` by itself, not as a part of another name.
pub(in crate::tidy) fn has_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(is_name)
            && !line[at + word.len()..].chars().next().is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_comments_are_not_code() {
        let text = "use a;\n#[cfg(test)]\nextern crate std;\n// std\nfn f() {}\n#[cfg(test)]\nmod tests {\n  fn g() { }\n}\nend";
        let lines: Vec<_> = code_lines(text).into_iter().filter(|(_, line)| !line.is_empty()).collect();
        assert_eq!(lines, [(1, "use a;"), (5, "fn f() {}"), (10, "end")]);
    }

    #[test]
    fn a_word_is_not_a_part_of_a_name() {
        assert!(has_word("unsafe { }", "unsafe") && has_word("x=unsafe{", "unsafe"));
        assert!(!has_word("deny(unsafe_code)", "unsafe") && !has_word("no_unsafe", "unsafe"));
    }
}
