//! How people write atoms, module names and registered names.

use alloc::format;
use alloc::string::String;

/// The atom meant by `Shop.Cart`, `Elixir.Shop.Cart`, `:cart`, `:"a b"` or `cart`; `None` when nothing can be meant.
pub(crate) fn atom(text: &str) -> Option<String> {
    let atom = match text.strip_prefix(':') {
        Some(rest) => match rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => unescaped(quoted)?,
            None => rest.into(),
        },
        None if text.starts_with(|c: char| c.is_ascii_uppercase())
            && text != "Elixir"
            && !text.starts_with("Elixir.") =>
        {
            format!("Elixir.{text}")
        }
        None => text.into(),
    };
    (!atom.is_empty()).then_some(atom)
}

/// An atom as [`atom`] reads it.
pub(crate) fn written(atom: &str) -> String {
    if is_identifier(atom) {
        return format!(":{atom}");
    }
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match atom.strip_prefix("Elixir.") {
        Some(module) if module.split('.').all(is_name) && !format!("{module}.").starts_with("Elixir.") => module.into(),
        _ => format!(":{}", quoted(atom)),
    }
}

/// A function's name as it stands after `Shop.Cart.`: as it is, or in quotes.
pub(crate) fn written_function(name: &str) -> String {
    if is_identifier(name) { name.into() } else { quoted(name) }
}

fn is_identifier(text: &str) -> bool {
    let body = text.strip_suffix(['!', '?']).unwrap_or(text);
    body.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The name meant as a registered name: what [`atom`] reads, but not a pid gone wrong.
pub(crate) fn registered_name(text: &str) -> Option<String> {
    if text.starts_with(['<', '#', '"', '{', '[']) { None } else { atom(text) }
}

fn unescaped(quoted: &str) -> Option<String> {
    let mut out = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().filter(|c| matches!(c, '"' | '\\'))?),
            '"' => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_an_atom() {
        let reads = |text: &str| atom(text);
        assert_eq!(reads("Shop.Cart").as_deref(), Some("Elixir.Shop.Cart"));
        assert_eq!(reads("Elixir.Shop.Cart").as_deref(), Some("Elixir.Shop.Cart"));
        assert_eq!(reads("Elixir").as_deref(), Some("Elixir"));
        assert_eq!(reads("ElixirScope").as_deref(), Some("Elixir.ElixirScope"));
        assert_eq!(reads(":gen_server").as_deref(), Some("gen_server"));
        assert_eq!(reads("gen_server").as_deref(), Some("gen_server"));
        assert_eq!(reads(":Up").as_deref(), Some("Up"));
        assert_eq!(reads(r#":"a \"b\" \\c""#).as_deref(), Some(r#"a "b" \c"#));
        assert_eq!(reads(r#":"a"b""#), None);
        assert_eq!(reads(":"), None);
        assert_eq!(reads(""), None);
        for atom in
            ["cart", "Elixir.Shop.Cart", "Up", "a b", r#"a "b" \c"#, "Elixir", "Elixir.", "Elixir.Elixir.A", "ok?"]
        {
            assert_eq!(reads(&written(atom)).as_deref(), Some(atom), "{}", written(atom));
        }
        assert_eq!(registered_name("<0.1"), None);
        assert_eq!(registered_name("#PID<1>"), None);
    }
}
