//! Words: texts of an answer that come from a fixed set, such as the class of an event.
//!
//! Invariant: a word is one of its set; the TypeScript, the JSON Schemas and the atoms of Elixir are made from the sets.

#[cfg(feature = "schema")]
mod schema;

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use scope_core::{Class, Kind, loss};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A set of words.
pub trait WordSet {
    /// What the set is called in TypeScript and in the JSON Schemas.
    const NAME: &'static str;
    /// What the words say.
    const DOC: &'static str;
    /// The words.
    const WORDS: &'static [&'static str];
}

/// One word of a set. It is compared with texts, and written as text.
pub struct Word<Set> {
    text: &'static str,
    set: PhantomData<fn() -> Set>,
}

impl<Set: WordSet> Word<Set> {
    /// The word with this text, if the set has it.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Set::WORDS.iter().find(|word| **word == text).map(|text| Self { text, set: PhantomData })
    }
}

impl<Set> Word<Set> {
    /// The word as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.text
    }
}

impl<Set: WordSet> From<&'static str> for Word<Set> {
    fn from(text: &'static str) -> Self {
        debug_assert!(Set::WORDS.contains(&text), "{text} is not one of the words of {}", Set::NAME);
        Self { text, set: PhantomData }
    }
}

impl<Set> Clone for Word<Set> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Set> Copy for Word<Set> {}

impl<Set> PartialEq for Word<Set> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<Set> Eq for Word<Set> {}

impl<Set> PartialEq<str> for Word<Set> {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl<Set> PartialEq<&str> for Word<Set> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl<Set> Deref for Word<Set> {
    type Target = str;

    fn deref(&self) -> &str {
        self.text
    }
}

impl<Set> fmt::Debug for Word<Set> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text, out)
    }
}

impl<Set> fmt::Display for Word<Set> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text)
    }
}

impl<Set> Serialize for Word<Set> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text)
    }
}

impl<'de, Set: WordSet> Deserialize<'de> for Word<Set> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOf<Set>(PhantomData<fn() -> Set>);

        impl<Set: WordSet> Visitor<'_> for OneOf<Set> {
            type Value = Word<Set>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "a word of {}", Set::NAME)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word<Set>, E> {
                Word::find(text).ok_or_else(|| E::unknown_variant(text, Set::WORDS))
            }
        }

        deserializer.deserialize_str(OneOf(PhantomData))
    }
}

macro_rules! names {
    ($table:expr) => {
        &{
            let mut names = [""; $table.len()];
            let mut i = 0;
            while i < names.len() {
                names[i] = $table[i].name();
                i += 1;
            }
            names
        }
    };
}

macro_rules! word_sets {
    ($(#[doc = $doc:literal] $name:ident($set:ident) = $words:expr;)*) => {
        $(
            #[doc = $doc]
            pub type $name = Word<$set>;

            #[doc = concat!("The set of [`", stringify!($name), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub enum $set {}

            impl WordSet for $set {
                const NAME: &'static str = stringify!($name);
                const DOC: &'static str = $doc.trim_ascii();
                const WORDS: &'static [&'static str] = $words;
            }
        )*

        /// Every set of words.
        pub const SETS: &[&[&str]] = &[$($set::WORDS,)*];
    };
}

word_sets! {
    /// The class of an event.
    EventClass(EventClassSet) = names!(Class::ALL);
    /// The kind of an event.
    EventKind(EventKindSet) = names!(Kind::ALL);
    /// What is special about an event: `possible` when the filter cannot decide, as what it looks at was kept in part.
    EventFlag(EventFlagSet) = &["to_dead", "no_return", "arity_only", "possible"];
    /// Why events were lost.
    LossReason(LossReasonSet) = names!(loss::Reason::ALL);
    /// How sure a conclusion is that rests on several events.
    Certainty(CertaintySet) = &["certain", "likely", "possible"];
    /// How a call ended: `open` has no return in the trace, `call_only` had no returns traced.
    CallOutcome(CallOutcomeSet) = &["returned", "raised", "open", "call_only"];
    /// What became of a message.
    MessageOutcome(MessageOutcomeSet) = &["matched", "ambiguous", "undelivered", "to_dead", "external", "not_traced"];
    /// What the receiver's loop did with a delivered message.
    MessageHandling(MessageHandlingSet) = &["handled", "not_handled", "ambiguous", "not_recorded"];
    /// How a request to a server ended.
    ServerCallOutcome(ServerCallOutcomeSet) = &["replied", "late", "to_dead", "caller_exited", "server_exited", "open"];
    /// What joins an event to a cause.
    EdgeKind(EdgeKindSet) = &[
        "reply_ref",
        "caller_ref",
        "unique_match",
        "content_match",
        "same_process_order",
        "callers",
        "link_exit",
        "monitor_exit",
        "call_exit",
        "restart",
    ];
    /// Why a chain does not go on.
    StopReason(StopReasonSet) = &["entry_point", "not_traced", "evicted", "lost", "ambiguous", "depth", "limit"];
    /// What an entry point is, or the class of the events that are not there.
    StopSubject(StopSubjectSet) = &[
        "external",
        "alive",
        "first_spawn",
        "signal",
        "own",
        "recorder",
        "control",
        "process",
        "message",
        "call",
        "state",
        "span",
        "runtime",
    ];
    /// Whether two terms are equal: `unknown` when all that was recorded of both agrees and not all was.
    Verdict(VerdictSet) = &["equal", "different", "unknown"];
    /// How a place of a term differs.
    ChangeKind(ChangeKindSet) = &["added", "removed", "changed", "moved", "unknown"];
    /// Over what an exit led to another.
    ExitPath(ExitPathSet) = &["link", "call"];
    /// Whether a process was there at a time.
    ProcessStatus(ProcessStatusSet) = &["alive", "exited", "not_yet"];
    /// What a term is: `cut` and `redacted` are not in the trace, `opaque` is kept by its identity.
    TermKind(TermKindSet) = &[
        "integer",
        "float",
        "atom",
        "pid",
        "reference",
        "port",
        "binary",
        "function",
        "opaque",
        "redacted",
        "cut",
        "list",
        "tuple",
        "map",
        "record",
    ];
    /// What a finding is about.
    FindingTopic(FindingTopicSet) = &[
        "lost",
        "evicted",
        "crashes",
        "restarts",
        "queue",
        "bottleneck",
        "own_time",
        "slowest_call",
        "call_errors",
    ];
    /// What the figure of a finding counts.
    FindingUnit(FindingUnitSet) = &["events", "ns", "messages", "calls", "crashes", "restarts"];
    /// Where a trace is read from.
    TraceSource(TraceSourceSet) = &["live", "file"];
}
