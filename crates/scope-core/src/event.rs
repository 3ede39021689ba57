//! What an event is: its class, kind, order key, id and the fields every kind shares.
//!
//! Every kind uses the same few columns, so that one chunk format serves all of them; the table on [`Kind`] lists what
//! `peer`, `what` and `term` mean for each.
//!
//! Invariant: a class or kind number never changes its meaning; they are written to disk.

use crate::symbols::{AtomId, EntityId, MfaId};
use core::fmt;
use core::str::FromStr;

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $number:literal => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant = $number,)+ }

        impl $name {
            /// Every value, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in requests and answers, and in Elixir as an atom.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The value of a number, or `None` for a number of a newer format.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }

            /// The value of a name, or `None`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

numbered! {
    /// The class of an event decides its sampling, its retention and the chunks it is sealed into.
    Class {
        /// What the recorder itself did: start, stop, level changes, targets, losses, marks.
        Control = 0 => "control",
        /// Process lifecycle. Critical: never sampled out.
        Process = 1 => "process",
        /// Sends, deliveries and handlings of messages.
        Message = 2 => "message",
        /// Function calls, returns and exceptions.
        Call = 3 => "call",
        /// A server's state after a callback.
        State = 4 => "state",
        /// Begin and end of telemetry spans (requests, LiveView, channels, queries).
        Span = 5 => "span",
        /// Scheduling and garbage collection.
        Runtime = 6 => "runtime",
    }
}

/// How many classes there are; arrays indexed by `Class as usize` have this length.
pub const N_CLASSES: usize = 7;

impl Class {
    /// Critical classes ignore the sample rate, use the reserve of a full buffer and have their own retention budget.
    #[must_use]
    pub const fn is_critical(self) -> bool {
        matches!(self, Self::Control | Self::Process)
    }
}

numbered! {
    /// The kind of an event. The high four bits of the number are its [`Class`].
    ///
    /// | kind | process | peer | what | term |
    /// |---|---|---|---|---|
    /// | control kinds | target or none | - | MFA or atom of the target, or none | details, a map |
    /// | `spawn` | the child | the parent | initial MFA | argument list |
    /// | `alive` | a process found by a sweep | the parent, if known | initial MFA | details, a map |
    /// | `exit` | the process | - | - | the reason |
    /// | `link`, `unlink` | the process | the other end | - | - |
    /// | `register`, `unregister` | the process | - | the name (atom) | - |
    /// | `send` | the sender | the destination | - | the message |
    /// | `delivered` | the receiver | - | - | the message |
    /// | `handled` | the receiver | - | callback module (atom), if known | the message |
    /// | `call` | the caller | - | MFA | argument list, or none |
    /// | `return` | the process | - | MFA | the value |
    /// | `exception` | the process | - | MFA | `{class, reason}` |
    /// | `state`, `terminate` | the server | - | callback module (atom) | the state |
    /// | `span_start`, `span_stop` | the process | - | event name (atom) | measurements and metadata, a map |
    /// | runtime kinds | the process | - | MFA or none | - |
    Kind {
        /// The recorder was set up; the term holds its options.
        RecorderStarted = 0x00 => "recorder_started",
        /// The recorder was stopped.
        RecorderStopped = 0x01 => "recorder_stopped",
        /// The tracing level changed.
        LevelChanged = 0x02 => "level_changed",
        /// The sample rate changed.
        RateChanged = 0x03 => "rate_changed",
        /// A process, or all processes, became a target.
        TargetAdded = 0x04 => "target_added",
        /// A target was removed.
        TargetRemoved = 0x05 => "target_removed",
        /// A function pattern was set.
        PatternAdded = 0x06 => "pattern_added",
        /// A function pattern was cleared.
        PatternRemoved = 0x07 => "pattern_removed",
        /// All processes alive were visited.
        SweepDone = 0x08 => "sweep_done",
        /// The recorder reduced or restored what it records, by itself.
        GovernorStep = 0x09 => "governor_step",
        /// Events were lost: how many, of which class, in which time, why.
        Loss = 0x0a => "loss",
        /// A note made by the user.
        Mark = 0x0b => "mark",
        /// A pattern's returns were switched off to protect the traced process.
        ReturnsOff = 0x0c => "returns_off",

        /// A process was spawned (seen from the child).
        Spawn = 0x10 => "spawn",
        /// A sweep found a process that was already alive.
        Alive = 0x11 => "alive",
        /// A process exited.
        Exit = 0x12 => "exit",
        /// A link was made.
        Link = 0x13 => "link",
        /// A link was removed.
        Unlink = 0x14 => "unlink",
        /// A name was registered.
        Register = 0x15 => "register",
        /// A name was given up.
        Unregister = 0x16 => "unregister",

        /// A message was sent.
        Send = 0x20 => "send",
        /// A message was delivered into the receiver's inner queue.
        Delivered = 0x21 => "delivered",
        /// The receiver's callback began to work on a message.
        Handled = 0x22 => "handled",

        /// A function was called.
        Call = 0x30 => "call",
        /// A function returned.
        Return = 0x31 => "return",
        /// A function was left by an exception.
        Exception = 0x32 => "exception",

        /// A server's state when it went back to waiting.
        State = 0x40 => "state",
        /// A server's state when it terminated.
        Terminate = 0x41 => "terminate",

        /// A span began.
        SpanStart = 0x50 => "span_start",
        /// A span ended.
        SpanStop = 0x51 => "span_stop",

        /// A process was scheduled in.
        ScheduledIn = 0x60 => "scheduled_in",
        /// A process was scheduled out.
        ScheduledOut = 0x61 => "scheduled_out",
        /// A garbage collection began.
        GcStart = 0x62 => "gc_start",
        /// A garbage collection ended.
        GcStop = 0x63 => "gc_stop",
    }
}

impl Kind {
    /// The class this kind belongs to.
    #[must_use]
    pub const fn class(self) -> Class {
        match (self as u8) >> 4 {
            0 => Class::Control,
            1 => Class::Process,
            2 => Class::Message,
            3 => Class::Call,
            4 => Class::State,
            5 => Class::Span,
            _ => Class::Runtime,
        }
    }

    /// Whether `what` is an [`MfaId`] for this kind (else it is an [`AtomId`] or unused).
    #[must_use]
    pub const fn has_mfa(self) -> bool {
        matches!(
            self,
            Self::Spawn
                | Self::Alive
                | Self::Call
                | Self::Return
                | Self::Exception
                | Self::PatternAdded
                | Self::PatternRemoved
                | Self::ReturnsOff
                | Self::ScheduledIn
                | Self::ScheduledOut
        )
    }

    /// Whether `what` is an [`AtomId`] for this kind.
    #[must_use]
    pub const fn has_atom(self) -> bool {
        matches!(
            self,
            Self::Register
                | Self::Unregister
                | Self::Handled
                | Self::State
                | Self::Terminate
                | Self::SpanStart
                | Self::SpanStop
                | Self::Mark
                | Self::Loss
        )
    }
}

/// A set of kinds of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kinds(u16);

impl Kinds {
    /// Every kind of any class.
    pub(crate) const ANY: Self = Self(u16::MAX);

    /// A class has at most 16 kinds.
    pub(crate) const fn only(kind: Kind) -> Self {
        Self::numbered(kind as u8)
    }

    /// The kind with this number, which there must be.
    pub(crate) const fn numbered(kind: u8) -> Self {
        Self(1 << (kind & 15))
    }

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they have a kind in common.
    pub(crate) const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Bits that qualify an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// `send`: the destination did not exist.
    pub const TO_DEAD: Self = Self(1);
    /// `call`: no return will be recorded for this call (a call-only pattern).
    pub const NO_RETURN: Self = Self(2);
    /// `call`: the arguments were not captured, only their number.
    pub const ARITY_ONLY: Self = Self(4);

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The total order of a trace: time, then capture thread, then position among that thread's events of the same tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// Nanoseconds since the recorder's epoch, through the recorder's one monotone clock map. Below 2^53.
    pub tick: u64,
    /// The capture thread's number in this recording.
    pub thread: u16,
    /// 0 for the first event of `thread` at `tick`, 1 for the second, and so on.
    pub tie: u32,
}

impl OrderKey {
    /// No key is larger.
    pub const MAX: Self = Self { tick: u64::MAX, thread: u16::MAX, tie: u32::MAX };

    /// The smallest key at a time.
    #[must_use]
    pub const fn at(tick: u64) -> Self {
        Self { tick, thread: 0, tie: 0 }
    }

    /// The largest key at a time.
    #[must_use]
    pub const fn end_of(tick: u64) -> Self {
        Self { tick, thread: u16::MAX, tie: u32::MAX }
    }

    /// The key right behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        let Self { tick, thread, tie } = self;
        if tie < u32::MAX {
            Self { tick, thread, tie: tie + 1 }
        } else if thread < u16::MAX {
            Self { tick, thread: thread + 1, tie: 0 }
        } else {
            Self::at(tick.saturating_add(1))
        }
    }

    /// The key right before this one; `None` when there is none.
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        let Self { tick, thread, tie } = self;
        if let Some(tie) = tie.checked_sub(1) {
            Some(Self { tick, thread, tie })
        } else if let Some(thread) = thread.checked_sub(1) {
            Some(Self { tick, thread, tie: u32::MAX })
        } else if let Some(tick) = tick.checked_sub(1) {
            Some(Self::end_of(tick))
        } else {
            None
        }
    }
}

/// The largest time in requests and answers, 2^53 - 1 ns (104 days): every language can hold it exactly.
pub const MAX_TICK: u64 = (1 << 53) - 1;

/// An event's lasting name: class, chunk sequence number within the class, row within the chunk. Shown as `message-12-345`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The class of the event, and of its chunk.
    pub class: Class,
    /// The chunk's number among the chunks of its class in this recording, from 0.
    pub chunk: u32,
    /// The row in the chunk, from 0, in order of arrival.
    pub row: u32,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.class.name(), self.chunk, self.row)
    }
}

impl FromStr for EventId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '-');
        let class = parts.next().and_then(Class::from_name).ok_or(())?;
        let mut number = || parts.next().filter(|p| is_plain_number(p)).and_then(|p| p.parse().ok()).ok_or(());
        Ok(Self { class, chunk: number()?, row: number()? })
    }
}

/// Digits without sign or leading zero, so that an id has one spelling.
fn is_plain_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

/// An event's fixed fields, with ids of the dictionary it is read against: [`Symbols`](crate::Symbols) when it is being
/// recorded, the chunk's own dictionary when it is read from a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the total order.
    pub key: OrderKey,
    /// What happened.
    pub kind: Kind,
    /// Qualifying bits.
    pub flags: Flags,
    /// The process it happened in; [`EntityId::NONE`] for recorder-wide control events.
    pub process: EntityId,
    /// The other party, by kind.
    pub peer: EntityId,
    /// An [`MfaId`] or [`AtomId`] number, by kind; 0 for none.
    pub what: u32,
}

impl Event {
    /// `what` as an MFA, for the kinds that have one.
    #[must_use]
    pub const fn mfa(&self) -> Option<MfaId> {
        if self.kind.has_mfa() && self.what != 0 { Some(MfaId(self.what)) } else { None }
    }

    /// `what` as an atom, for the kinds that have one.
    #[must_use]
    pub const fn atom(&self) -> Option<AtomId> {
        if self.kind.has_atom() && self.what != 0 { Some(AtomId(self.what)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_kind_belongs_to_the_class_of_its_number() {
        for kind in Kind::ALL {
            assert_eq!(kind.class() as u8, (*kind as u8) >> 4, "{}", kind.name());
            assert_eq!(Kind::from_number(*kind as u8), Some(*kind));
            assert_eq!(Kind::from_name(kind.name()), Some(*kind));
        }
        assert_eq!(Class::ALL.len(), N_CLASSES);
    }

    #[test]
    fn an_event_id_is_written_one_way() {
        let id = EventId { class: Class::Message, chunk: 12, row: 345 };
        assert_eq!(id.to_string(), "message-12-345");
        assert_eq!("message-12-345".parse(), Ok(id));
        for bad in
            ["", "message", "message-1", "message-01-2", "message-+1-2", "message-1-2-3", "mess-1-2", "message-1-"]
        {
            assert_eq!(bad.parse::<EventId>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn the_order_key_orders_time_first_then_thread_then_tie() {
        let key = |tick, thread, tie| OrderKey { tick, thread, tie };
        assert!(key(1, 9, 9) < key(2, 0, 0));
        assert!(key(1, 0, 9) < key(1, 1, 0));
        assert!(key(1, 1, 0) < key(1, 1, 1));
        assert!(OrderKey::at(5) <= key(5, 0, 0) && key(5, 7, 7) < OrderKey::end_of(5));
    }
}
