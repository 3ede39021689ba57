//! Writes floats with the fewest digits that read back as the same one, by the plain algorithm of Steele and White.
//!
//! The standard library's writer is faster, and takes ten kilobytes of a WebAssembly module.
//!
//! Invariant: of the shortest decimals within reach of a float it gives the nearest.

use super::{MIN_EXPONENT, N_BITS, Natural};
use alloc::format;
use alloc::string::String;

/// The digits of a float's magnitude, and the place of the decimal point among them: 0 is before the first.
pub(crate) fn shortest(value: f64) -> (String, i32) {
    // Only modules are small for it.
    if cfg!(target_family = "wasm") { by_division(value) } else { by_library(value) }
}

/// A float as Rust displays it, without an exponent, and with a point.
///
/// ```
/// assert_eq!(scope_core::term::decimal::text(-1e21), "-1000000000000000000000.0");
/// ```
#[must_use]
pub fn text(value: f64) -> String {
    let (digits, point) = shortest(value);
    let mut out = String::from(if value.is_sign_negative() { "-" } else { "" });
    let (whole, fraction) = digits.split_at(point.clamp(0, digits.len() as i32) as usize);
    out.push_str(if whole.is_empty() { "0" } else { whole });
    push_zeros(point - digits.len() as i32, &mut out);
    out.push('.');
    push_zeros(-point, &mut out);
    out.push_str(if fraction.is_empty() { "0" } else { fraction });
    out
}

/// Appends so many zeros; none of less than one.
pub(crate) fn push_zeros(n: i32, out: &mut String) {
    (0..n).for_each(|_| out.push('0'));
}

fn by_library(value: f64) -> (String, i32) {
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    (mantissa.chars().filter(|c| *c != '.').collect(), exponent.parse::<i32>().unwrap_or_default() + 1)
}

/// A float and how far it may be missed, as integers of which `unit` make one.
struct Rest {
    rest: Natural,
    unit: Natural,
    /// Half of the way to the next float, and to the one before.
    above: Natural,
    below: Natural,
    /// Whether a number just halfway reads back as this float.
    is_even: bool,
}

impl Rest {
    fn of(value: f64) -> Self {
        let bits = value.abs().to_bits();
        let fraction = bits & ((1 << (N_BITS - 1)) - 1);
        let biased = (bits >> (N_BITS - 1)) as i32;
        let significand = if biased == 0 { fraction } else { fraction | 1 << (N_BITS - 1) };
        // In quarters: floats above a power of two lie twice as far from each other as those below it.
        let exponent = biased.max(1) - 1 + MIN_EXPONENT - 2;
        let below = if fraction == 0 && biased > 1 { 1 } else { 2 };
        let [mut rest, mut unit, mut above, mut below] = [significand * 4, 1, 2, below].map(Natural::of);
        if exponent < 0 {
            unit.shift(exponent.unsigned_abs());
        } else {
            [&mut rest, &mut above, &mut below].into_iter().for_each(|number| number.shift(exponent.unsigned_abs()));
        }
        Self { rest, unit, above, below, is_even: significand & 1 == 0 }
    }

    fn scale(&mut self) {
        [&mut self.rest, &mut self.above, &mut self.below].into_iter().for_each(|number| number.scale(10, 0));
    }

    fn is_within(&self, distance: &Natural, reach: &Natural) -> bool {
        let mut left = reach.clone();
        left.subtract(distance) && (self.is_even || left.n_bits() > 0)
    }

    /// Whether nothing is as good as what is left.
    fn reaches_zero(&self) -> bool {
        self.is_within(&self.rest, &self.below)
    }

    /// Whether one is as good.
    fn reaches_one(&self) -> bool {
        let mut distance = self.unit.clone();
        !distance.subtract(&self.rest) || self.is_within(&distance, &self.above)
    }

    fn is_nearer_to_one(&self) -> bool {
        let mut twice = self.rest.clone();
        twice.scale(2, 0);
        twice.subtract(&self.unit)
    }

    fn take_digit(&mut self) -> u8 {
        let mut digit = b'0';
        while self.rest.subtract(&self.unit) {
            digit += 1;
        }
        digit
    }
}

fn by_division(value: f64) -> (String, i32) {
    if value == 0.0 {
        return ("0".into(), 1);
    }
    let mut left = Rest::of(value);
    let mut point = 0;
    while left.reaches_one() {
        left.unit.scale(10, 0);
        point += 1;
    }
    left.scale();
    while !left.reaches_one() {
        left.scale();
        point -= 1;
    }
    let mut digits = String::new();
    loop {
        let digit = left.take_digit();
        let (down, up) = (left.reaches_zero(), left.reaches_one());
        digits.push(char::from(digit));
        if down || up {
            if up && (!down || left.is_nearer_to_one()) {
                point += i32::from(round_up(&mut digits));
            }
            return (digits, point);
        }
        left.scale();
    }
}

/// Makes the last digit one more; whether all were nines, so that the number has a digit more.
fn round_up(digits: &mut String) -> bool {
    while let Some(digit) = digits.pop() {
        if digit != '9' {
            digits.push(char::from(digit as u8 + 1));
            return false;
        }
    }
    digits.push('1');
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(value: f64) -> bool {
        assert_eq!(by_division(value), by_library(value), "{value:e}");
        let shown = format!("{value}");
        assert_eq!(text(value), if shown.contains('.') { shown } else { shown + ".0" });
        true
    }

    #[test]
    fn powers_of_two_and_of_ten() {
        for exponent in 0..0x7ff {
            let power = f64::from_bits(exponent << 52);
            assert!(same(power) && same(power.next_down().abs()) && same(power.next_up()));
        }
        let tens = (-323..=308).filter_map(|power| super::super::float(&format!("1e{power}")));
        tens.for_each(|ten| assert!(same(ten) && same(ten.next_up()) && same(ten.next_down())));
        assert!(same(0.0) && same(-0.0) && same(9e15) && same(1e16) && same(9.5) && same(f64::MAX));
    }

    quickcheck::quickcheck! {
        fn any_float(bits: u64) -> bool {
            let value = f64::from_bits(bits);
            !value.is_finite() || same(value)
        }

        fn short_ones(digits: u32, power: i8) -> bool {
            super::super::float(&format!("{digits}e{power}")).is_none_or(same)
        }
    }
}
