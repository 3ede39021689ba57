//! Which values must never be kept.
//!
//! A value is redacted when its key (an atom, a binary or a list of character codes) equals one of the keys, ignoring ASCII case,
//! `-` and `_`, or ends with one of them after a separator or a change of case (`user_password`, `x-api-key`, `accessToken`).
//! Keys are found in maps and in two-element tuples (keyword lists, headers). A redacted value is replaced by one tag;
//! a sensitive value that the capture walk had cut goes whole. A key that was itself cut counts as sensitive.
//!
//! Invariant: deciding allocates nothing.

use alloc::string::String;
use alloc::vec::Vec;

/// The keys redacted by default.
pub const DEFAULT_KEYS: &[&str] =
    &["password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "private_key"];

/// A binary or list longer than this is not a key. Raising it redacts the second element of more tuples whose first is cut.
pub const MAX_KEY_BYTES: usize = 256;

/// A set of sensitive keys.
#[derive(Clone, Debug)]
pub struct Redactor {
    keys: Vec<String>,
    /// Whether some key ends with this byte: one test rules out most values that are not sensitive.
    is_last_byte: [bool; 256],
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new(DEFAULT_KEYS)
    }
}

impl Redactor {
    /// A redactor for these keys; none redacts nothing.
    #[must_use]
    pub fn new(keys: &[&str]) -> Self {
        let keys: Vec<_> = keys.iter().map(|key| normal(key)).filter(|key| !key.is_empty()).collect();
        let mut is_last_byte = [false; 256];
        for last in keys.iter().filter_map(|key| key.bytes().last()) {
            is_last_byte[usize::from(last)] = true;
        }
        Self { keys, is_last_byte }
    }

    /// Whether it redacts at all.
    #[must_use]
    pub const fn redacts_any(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether a value under this key must go.
    ///
    /// ```
    /// let redactor = scope_core::term::redact::Redactor::default();
    /// assert!(redactor.is_sensitive(b"X-Api-Key"));
    /// assert!(!redactor.is_sensitive(b"token_count"));
    /// ```
    #[must_use]
    pub fn is_sensitive(&self, key: &[u8]) -> bool {
        let key = without_separators_at_end(key);
        let Some(last) = key.last() else { return false };
        self.is_last_byte[usize::from(last.to_ascii_lowercase())]
            && key.len() <= MAX_KEY_BYTES
            && self.keys.iter().any(|sensitive| ends_with_word(key, sensitive.as_bytes()))
    }
}

fn normal(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

fn without_separators_at_end(mut text: &[u8]) -> &[u8] {
    while let [before @ .., b'-' | b'_'] = text {
        text = before;
    }
    text
}

/// Whether `text`, read backwards without `-` and `_`, begins with the whole of `word` and a word of `text` begins there.
fn ends_with_word(text: &[u8], word: &[u8]) -> bool {
    let mut rest = text;
    let mut first = 0;
    for expected in word.iter().rev() {
        rest = without_separators_at_end(rest);
        let [before @ .., last] = rest else { return false };
        if last.to_ascii_lowercase() != *expected {
            return false;
        }
        (rest, first) = (before, *last);
    }
    match rest.last() {
        None => true,
        Some(before) if before.is_ascii() && !before.is_ascii_alphanumeric() => true,
        Some(before) => first.is_ascii_uppercase() && !before.is_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_compared_as_people_vary_them() {
        let redactor = Redactor::default();
        for key in [
            "password",
            "Password",
            "PASSWORD",
            "pass_word",
            "user_password",
            "x-api-key",
            "API_KEY",
            "apikey",
            "apiKey",
            "Set-Cookie",
            "accessToken",
            "csrf.token",
            "db password",
            "_token",
            "token_",
            "Elixir.Token",
            "PRIVATE-KEY",
        ] {
            assert!(redactor.is_sensitive(key.as_bytes()), "{key}");
        }
        for key in
            ["", "_", "pass", "passwords", "notpassword", "tokens", "token_count", "keyapi", "ID", "éToken1", "key"]
        {
            assert!(!redactor.is_sensitive(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn no_keys_redact_nothing() {
        for redactor in [Redactor::new(&[]), Redactor::new(&["", "_-"])] {
            assert!(!redactor.redacts_any());
            assert!(!redactor.is_sensitive(b"password"));
            assert!(!redactor.is_sensitive(b"x_"));
        }
    }
}
