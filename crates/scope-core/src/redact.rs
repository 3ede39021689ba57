//! Which values must never be kept.
//!
//! A value is redacted when its key (an atom, a binary or a list of character codes) equals one of the keys, ignoring ASCII case,
//! `-` and `_`, or ends with one of them after a separator (`user_password`, `x-api-key`). Keys are looked for in maps and in two-element tuples
//! (keyword lists, headers). A redacted value is replaced by one tag; a sensitive value that the capture walk had cut goes whole.

use alloc::string::String;
use alloc::vec::Vec;

/// The keys redacted unless told otherwise.
pub const DEFAULT_KEYS: &[&str] =
    &["password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "private_key"];

/// A set of sensitive keys.
#[derive(Clone, Debug)]
pub struct Redactor {
    keys: Vec<String>,
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
        Self { keys: keys.iter().map(|key| normal(key.as_bytes())).collect() }
    }

    /// Whether a value under this key must go.
    #[must_use]
    pub fn is_sensitive(&self, key: &[u8]) -> bool {
        let _ = (key, &self.keys);
        unimplemented!()
    }
}

fn normal(key: &[u8]) -> String {
    let _ = key;
    unimplemented!()
}
