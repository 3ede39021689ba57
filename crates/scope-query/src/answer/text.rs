//! The text of a term, written when it is read.
//!
//! Most of the time of an answer about many events is spent on these texts. A binding that shows real terms never reads them.
//!
//! Invariant: it is serialised, compared and shown as the string that it stands for.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use scope_core::chunk::{Chunk, TermId};
use scope_core::term::inspect::{Limits, inspect};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text, or the stored term that it is written from.
#[derive(Clone)]
pub struct Text(Form);

#[derive(Clone)]
enum Form {
    Written(String),
    Stored(Arc<Chunk>, TermId),
}

impl Text {
    /// The text of a term of a chunk.
    pub(crate) const fn of_term(chunk: Arc<Chunk>, term: TermId) -> Self {
        Self(Form::Stored(chunk, term))
    }

    /// The string.
    #[must_use]
    pub fn written(&self) -> Cow<'_, str> {
        match &self.0 {
            Form::Written(text) => Cow::Borrowed(text),
            Form::Stored(chunk, term) => {
                let term = chunk.term(*term);
                Cow::Owned(term.map(|term| inspect(term.bytes, &**chunk, Limits::default())).unwrap_or_default())
            }
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Form::Written(text))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.written(), out)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.written() == other.written()
    }
}

impl Eq for Text {}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.written() == *other
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
