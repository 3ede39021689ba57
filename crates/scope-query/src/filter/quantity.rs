//! Lengths of time and moments as people write them: `5ms`, `1.5s`, `250us`, or plain nanoseconds.

use super::lexer::{Lexer, Read};
use alloc::format;
use alloc::string::String;
use scope_core::event::MAX_TICK;

/// Units, the longest first.
pub(super) const UNITS: [(&str, u64); 5] =
    [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("ns", 1)];
/// Digits after the point: more would be less than a nanosecond.
const MAX_FRACTION: usize = 9;

/// Reads a number of nanoseconds. `what` says what it is for.
pub(super) fn read(lexer: &mut Lexer, what: &str) -> Read<u64> {
    let offset = lexer.offset();
    let whole = lexer.take_while(|c| c.is_ascii_digit());
    if whole.is_empty() {
        return lexer.expected(&format!("{what} such as 5ms (units: s, ms, us, ns; without one it is ns)"));
    }
    let fraction = if lexer.eat(".") { Some(lexer.take_while(|c| c.is_ascii_digit())) } else { None };
    let unit_offset = lexer.offset();
    let unit = lexer.word();
    let Some((_, ns)) = UNITS.iter().find(|(name, _)| *name == unit || (unit.is_empty() && *name == "ns")) else {
        return lexer.mistake(unit_offset, format!("expected a unit (s, ms, us, ns), not {unit:?},"));
    };
    if fraction.as_ref().is_some_and(|digits| digits.is_empty() || digits.len() > MAX_FRACTION) {
        return lexer.mistake(offset, format!("expected 1 to {MAX_FRACTION} digits after the point, in the number"));
    }
    match value(&whole, fraction.as_deref().unwrap_or_default(), *ns) {
        Some(value) if value <= MAX_TICK => Ok(value),
        Some(_) => lexer.mistake(offset, format!("expected at most {MAX_TICK} ns; this is more,")),
        None => lexer.mistake(offset, "expected a whole number of nanoseconds".into()),
    }
}

/// `None` when it is no whole number of ns, or too large for any.
fn value(whole: &str, fraction: &str, unit_ns: u64) -> Option<u64> {
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit_ns).or(Some(u64::MAX))?;
    let mut share = unit_ns;
    let mut part = 0;
    for digit in fraction.bytes() {
        let digit = u64::from(digit - b'0');
        if !share.is_multiple_of(10) && digit != 0 {
            return None;
        }
        share /= 10;
        part += digit * share;
    }
    Some(whole.saturating_add(part))
}

/// A number of nanoseconds in the longest unit that it is a whole number of.
pub(super) fn ns_text(ns: u64) -> String {
    let fits = |(_, unit): &&(&str, u64)| ns.is_multiple_of(*unit);
    let (name, unit) = UNITS.iter().find(fits).copied().unwrap_or(("ns", 1));
    format!("{}{name}", ns / unit)
}
