//! Where a page ended: the `next` of one answer and the `after` of the next request.
//!
//! Invariant: a cursor names the last row by what never changes (order key and id), so it is stable in a growing live trace and equal
//! in a dump.

use crate::error::{Error, Result};
use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;
use scope_core::{EventId, OrderKey, ProcessKey};

/// The most rows one answer may have; more would make answers of hundreds of megabytes.
pub const MAX_LIMIT: u32 = 100_000;
/// Rows in an answer when the request names no limit.
pub const DEFAULT_LIMIT: u32 = 1_000;

/// The last row of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) key: OrderKey,
    pub(crate) id: EventId,
}

impl Cursor {
    /// The opaque text of a cursor of the request `kind`.
    pub(crate) fn text(self, kind: &str) -> String {
        format!("{kind}.{:x}.{:x}.{:x}.{}", self.key.tick, self.key.thread, self.key.tie, self.id)
    }

    /// The cursor a request of this kind was given, if any.
    pub(crate) fn parse(kind: &str, after: Option<&str>) -> Result<Option<Self>> {
        let Some(text) = after else { return Ok(None) };
        Self::read(kind, text).map(Some).ok_or_else(|| refused(kind, text))
    }

    fn read(kind: &str, text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(kind)?.strip_prefix('.')?.splitn(4, '.');
        let tick = u64::from_str_radix(parts.next()?, 16).ok()?;
        let thread = u16::from_str_radix(parts.next()?, 16).ok()?;
        let tie = u32::from_str_radix(parts.next()?, 16).ok()?;
        let cursor = Self { key: OrderKey { tick, thread, tie }, id: parts.next()?.parse().ok()? };
        // One spelling only: `+1` and `01` parse too.
        (cursor.text(kind) == text).then_some(cursor)
    }
}

/// A filter that lets rows pass that come after the cursor, given rows in order from the cursor's key (inclusive) on.
pub(crate) fn resume(after: Option<Cursor>) -> impl FnMut(OrderKey, EventId) -> bool {
    let mut passed = false;
    move |key, id| match after {
        Some(cursor) if cursor.key == key && !passed => {
            passed = cursor.id == id;
            false
        }
        _ => true,
    }
}

/// The cursor of a request that numbers what it lists: so many were shown.
pub(crate) fn count_text(kind: &str, n_shown: u64) -> String {
    format!("{kind}.{n_shown:x}")
}

/// How many of what such a request lists were shown before.
pub(crate) fn count(kind: &str, after: Option<&str>) -> Result<u64> {
    let Some(text) = after else { return Ok(0) };
    text.strip_prefix(kind)
        .and_then(|rest| u64::from_str_radix(rest.strip_prefix('.')?, 16).ok())
        .filter(|n_shown| count_text(kind, *n_shown) == text)
        .ok_or_else(|| refused(kind, text))
}

/// The process that a page of processes ended with.
pub(crate) fn process_text(kind: &str, process: ProcessKey) -> String {
    format!("{kind}.{:x}.{:x}.{:x}", process.number, process.serial, process.incarnation)
}

/// The process after which a page of processes begins.
pub(crate) fn after_process(kind: &str, after: Option<&str>) -> Result<Option<ProcessKey>> {
    let Some(text) = after else { return Ok(None) };
    let read = || {
        let mut parts = text.strip_prefix(kind)?.strip_prefix('.')?.splitn(3, '.');
        let mut number = || u32::from_str_radix(parts.next()?, 16).ok();
        Some(ProcessKey { number: number()?, serial: number()?, incarnation: number()? })
    };
    // One spelling only.
    let process = read().filter(|process| process_text(kind, *process) == text);
    process.map(Some).ok_or_else(|| refused(kind, text))
}

/// The limit of a request.
pub(crate) fn limit(asked: Option<u32>) -> Result<usize> {
    within("limit", asked, DEFAULT_LIMIT, 1..=MAX_LIMIT)
}

/// A number of a request that has bounds of its own.
pub(crate) fn within(field: &str, asked: Option<u32>, default: u32, bounds: RangeInclusive<u32>) -> Result<usize> {
    let number = asked.unwrap_or(default);
    if bounds.contains(&number) {
        return Ok(number as usize);
    }
    let (least, most) = bounds.into_inner();
    Err(Error::BadArgument(format!("{field}: {number} is not between {least} and {most}")))
}

fn refused(kind: &str, text: &str) -> Error {
    Error::BadArgument(format!("after: {text:?} is not the `next` of an answer to {kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_core::Class;

    const CURSOR: Cursor = Cursor {
        key: OrderKey { tick: 1000, thread: 2, tie: 3 },
        id: EventId { class: Class::Message, chunk: 4, row: 5 },
    };

    #[test]
    fn a_cursor_reads_back() {
        assert_eq!(CURSOR.text("events"), "events.3e8.2.3.message-4-5");
        assert_eq!(Cursor::parse("events", Some("events.3e8.2.3.message-4-5")), Ok(Some(CURSOR)));
        assert_eq!(Cursor::parse("events", None), Ok(None));
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        let bad = [
            "",
            "events",
            "events.1.2.3",
            "events.+1.2.3.message-4-5",
            "events.1.2.3.message-4",
            "state_timeline.1.2.3.state-4-5",
        ];
        for text in bad {
            let error = Cursor::parse("events", Some(text)).expect_err(text);
            assert_eq!(error, Error::BadArgument(format!("after: {text:?} is not the `next` of an answer to events")));
        }
        assert!(count("term", Some("term.01")).is_err() && count("term", Some("3")).is_err());
        assert_eq!(count("term", Some("term.1f")), Ok(31));
    }

    #[test]
    fn rows_with_the_key_of_the_cursor_pass_only_after_its_id() {
        let mut after = resume(Some(CURSOR));
        let id = |row| EventId { row, ..CURSOR.id };
        assert!(!after(CURSOR.key, id(4)));
        assert!(!after(CURSOR.key, id(5)));
        assert!(after(CURSOR.key, id(6)));
        assert!(after(OrderKey::at(2000), id(7)));
    }

    #[test]
    fn a_cursor_of_processes_reads_back() {
        let process = ProcessKey { number: 0x17, serial: 1, incarnation: 2 };
        assert_eq!(process_text("snapshot_at", process), "snapshot_at.17.1.2");
        assert_eq!(after_process("snapshot_at", Some("snapshot_at.17.1.2")), Ok(Some(process)));
        assert_eq!(after_process("snapshot_at", None), Ok(None));
        for text in ["snapshot_at.17.1", "events.17.1.2", "snapshot_at.017.1.2", "snapshot_at.17.1.2.3"] {
            assert!(after_process("snapshot_at", Some(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_limit_has_bounds() {
        assert_eq!(limit(None), Ok(1000));
        assert_eq!(limit(Some(100_000)), Ok(100_000));
        assert_eq!(limit(Some(0)), Err(Error::BadArgument("limit: 0 is not between 1 and 100000".into())));
        assert!(limit(Some(100_001)).is_err());
    }
}
