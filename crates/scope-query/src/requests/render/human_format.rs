//! Figures of sentences: durations, shares and counts as people read them.

use alloc::format;
use alloc::string::String;

/// A duration in its unit: `870 ns`, `12.5 us`, `5.02 ms`, `1.30 s`.
pub(crate) fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{} us", three_digits(ns, 1_000)),
        1_000_000..1_000_000_000 => format!("{} ms", three_digits(ns, 1_000_000)),
        _ => format!("{} s", three_digits(ns, 1_000_000_000)),
    }
}

/// A share of `whole` in per cent, with one decimal.
pub(crate) fn share(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1_000 / u128::from(whole.max(1))) as u64;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// A count with its noun: `1 message`, `2 messages`.
pub(crate) fn count(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A quotient with as many decimals as make three digits.
fn three_digits(ns: u64, unit: u64) -> String {
    let (whole, rest) = (ns / unit, ns % unit);
    match whole {
        100.. => format!("{whole}"),
        10.. => format!("{whole}.{}", rest * 10 / unit),
        _ => format!("{whole}.{:02}", rest * 100 / unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let shown = [0, 999, 1_000, 12_599, 5_020_000, 999_999_999, 1_300_000_000, u64::MAX].map(duration);
        let expected =
            ["0 ns", "999 ns", "1.00 us", "12.5 us", "5.02 ms", "999 ms", "1.30 s", "18446744073 s"].map(String::from);
        assert_eq!(shown, expected);
        assert_eq!([share(982, 1_000), share(1, 0), share(u64::MAX, u64::MAX)], ["98.2%", "100.0%", "100.0%"]);
        assert_eq!([count(1, "message"), count(0, "message")], ["1 message", "0 messages"]);
    }
}
