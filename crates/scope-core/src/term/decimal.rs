//! Reads floats from decimal text: the nearest one, ties to even, by plain long division of integers as long as they have to be.
//!
//! The standard library's reader is faster by a table of ten kilobytes, which is a lot in a WebAssembly module for the few floats that
//! requests have.

mod shortest;

pub use shortest::text;
pub(crate) use shortest::{push_zeros, shortest};

use alloc::vec::Vec;

/// More digits than any boundary between two floats has; what comes behind them can only be above such a boundary or not.
const MAX_DIGITS: usize = 800;
/// Beyond these powers of ten, of the number's first digit, every number is infinite or zero.
const MAX_POWER: i64 = 310;
const MIN_POWER: i64 = -326;
/// The bits of the significand, and the exponent of the smallest float.
const N_BITS: i32 = 53;
const MIN_EXPONENT: i32 = -1074;

/// The nearest float; `None`: it is no number, or infinite.
///
/// ```
/// use scope_core::term::decimal::float;
///
/// assert_eq!(float("-1.5e-3"), Some(-0.0015));
/// assert_eq!(float("1e400"), None);
/// assert_eq!(float("1.5x"), None);
/// ```
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (significand, exponent) = match text.split_once(['e', 'E']) {
        Some((significand, exponent)) => (significand, power(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
    let mut digits = Vec::new();
    for digit in whole.bytes().chain(fraction.bytes()) {
        digits.push(digit.checked_sub(b'0').filter(|digit| *digit <= 9)?);
    }
    if digits.is_empty() {
        return None;
    }
    let n_zeros = digits.iter().take_while(|digit| **digit == 0).count();
    // The power of ten of the first digit that counts.
    let first = exponent.saturating_add((whole.len() as i64) - 1 - n_zeros as i64);
    digits.drain(..n_zeros);
    if digits.len() > MAX_DIGITS {
        let is_more = digits.drain(MAX_DIGITS..).any(|digit| digit != 0);
        digits.push(u8::from(is_more));
    }
    let magnitude = match first {
        _ if digits.is_empty() || first < MIN_POWER => Some(0),
        first if first > MAX_POWER => None,
        first => nearest(&digits, first as i32 + 1 - digits.len() as i32),
    };
    magnitude.map(|bits| f64::from_bits(u64::from(is_negative) << 63 | bits))
}

/// An exponent; one of too many digits is as good as the largest.
fn power(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let add = |sum: i64, digit: u8| (sum * 10 + i64::from(digit - b'0')).min(1 << 40);
    is_number.then(|| sign * digits.bytes().fold(0, add))
}

/// The bits of the float nearest to `digits * 10^exponent`, which is neither zero nor far beyond the floats.
fn nearest(digits: &[u8], exponent: i32) -> Option<u64> {
    let mut above = Natural::default();
    let mut below = Natural(Vec::from([1]));
    digits.iter().for_each(|digit| above.scale(10, u32::from(*digit)));
    for _ in 0..exponent.unsigned_abs() {
        if exponent < 0 { &mut below } else { &mut above }.scale(10, 0);
    }
    // A power of two that leaves a quotient of 54 or 55 bits, one or two more than are kept.
    let shift = N_BITS + 1 - (above.n_bits() - below.n_bits());
    if shift < 0 { &mut below } else { &mut above }.shift(shift.unsigned_abs());
    let mut quotient = 0u64;
    below.shift(N_BITS as u32 + 2);
    for _ in 0..N_BITS + 3 {
        quotient = quotient << 1 | u64::from(above.subtract(&below));
        above.scale(2, 0);
    }
    let is_exact = above.0.iter().all(|limb| *limb == 0);

    let n_bits = (u64::BITS - quotient.leading_zeros()) as i32;
    let unit = (n_bits - N_BITS - shift).max(MIN_EXPONENT);
    let n_dropped = (unit + shift) as u32;
    let kept = quotient.checked_shr(n_dropped).unwrap_or(0);
    let dropped = quotient - kept.checked_shl(n_dropped).unwrap_or(0);
    let half = 1u64.checked_shl(n_dropped.saturating_sub(1)).unwrap_or(u64::MAX);
    let is_above = dropped > half || dropped == half && (!is_exact || kept & 1 == 1);
    let mut significand = kept + u64::from(n_dropped > 0 && is_above);
    let mut unit = unit;
    if significand == 1 << N_BITS {
        significand >>= 1;
        unit += 1;
    }
    // A significand without its upper bit is that of a number below the normal ones, whose exponent is written as 0.
    let is_normal = significand >> (N_BITS - 1) == 1;
    let biased = if is_normal { (unit - MIN_EXPONENT + 1) as u64 } else { 0 };
    (biased < 0x7FF).then_some(biased << (N_BITS - 1) | significand & !(1 << (N_BITS - 1)))
}

/// A natural number; the lowest 32 bits first.
#[derive(Clone, Default)]
struct Natural(Vec<u32>);

impl Natural {
    fn of(number: u64) -> Self {
        Self(Vec::from([number as u32, (number >> 32) as u32]))
    }

    fn scale(&mut self, by: u32, add: u32) {
        let mut carry = u64::from(add);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(by);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn shift(&mut self, n_bits: u32) {
        let mut limbs = alloc::vec![0; n_bits as usize / 32];
        limbs.append(&mut self.0);
        self.0 = limbs;
        (0..n_bits % 32).for_each(|_| self.scale(2, 0));
    }

    fn n_bits(&self) -> i32 {
        let upper = self.0.iter().rposition(|limb| *limb != 0).unwrap_or(0);
        upper as i32 * 32 + self.0.get(upper).map_or(0, |limb| 32 - limb.leading_zeros() as i32)
    }

    /// Takes the other one away, if it is not larger; whether it did.
    fn subtract(&mut self, other: &Self) -> bool {
        let at = |limbs: &[u32], at: usize| limbs.get(at).copied().unwrap_or(0);
        let n = self.0.len().max(other.0.len());
        let differs = (0..n).rev().find(|limb| at(&self.0, *limb) != at(&other.0, *limb));
        if differs.is_some_and(|limb| at(&self.0, limb) < at(&other.0, limb)) {
            return false;
        }
        let mut borrow = 0;
        for (limb, own) in self.0.iter_mut().enumerate() {
            let rest = i64::from(*own) - i64::from(at(&other.0, limb)) - borrow;
            borrow = i64::from(rest < 0);
            *own = rest as u32;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    /// The standard library's reading.
    fn theirs(text: &str) -> Option<f64> {
        text.parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn same(text: &str) -> bool {
        let (ours, theirs) = (float(text).map(f64::to_bits), theirs(text).map(f64::to_bits));
        assert_eq!(ours, theirs, "{text}");
        true
    }

    #[test]
    fn the_edges_of_floats() {
        for text in [
            "0.0",
            "-0.0",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e-400",
            "9007199254740993.0",
            "9007199254740993.00000000000000000000000000001",
            "0.1",
            "1e23",
            "8.5e22",
            "123456789012345678901234567890.0",
            "0e999999999999999999999",
            "1e-999999999999999999999",
            "1e99999999999999999999",
            ".5",
            "5.",
            "5.e1",
            ".",
            "",
            "e5",
            "-",
            "1e",
            "1e+",
            "+1.5",
            "1.5.5",
            "--1",
            "1_0.0",
            "inf",
            "nan",
            "1 ",
            "1.5E3",
        ] {
            if !matches!(text, "inf" | "nan") {
                same(text);
            }
        }
        assert_eq!((float("inf"), float("nan")), (None, None));
    }

    quickcheck::quickcheck! {
        fn every_float_reads_back(bits: u64) -> bool {
            let value = f64::from_bits(bits);
            !value.is_finite() || same(&format!("{value:e}")) && same(&format!("{value:.3e}")) && same(&format!("{value}"))
        }

        fn halfway_between_two_floats_the_even_one_is_nearest(upper: u64, n_zeros: u8) -> bool {
            // A number of 54 bits with the lowest set lies between two floats; so it does times a power of two, and exactly.
            let odd = upper >> 10 | 1 << 53 | 1;
            let halfway = u128::from(odd) << (n_zeros % 74);
            let small: String = format!("{}{}", odd, "5".repeat(usize::from(n_zeros % 3)));
            same(&format!("{halfway}")) && same(&format!("{}", halfway - 1)) && same(&format!("{halfway}.{}1", "0".repeat(900)))
                && same(&format!("{small}e-{n_zeros}"))
        }

        fn any_digits(whole: u64, fraction: u64, power: i16) -> bool {
            let power = power % 400;
            same(&format!("{whole}.{fraction}e{power}")) && same(&format!("{whole}{fraction}{whole}{fraction}e{power}"))
                && same(&format!("0.000{fraction}{whole}e{power}"))
        }
    }
}
