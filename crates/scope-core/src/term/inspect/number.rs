//! Numbers as Elixir writes them.

use crate::term::read::without_trailing_zeros;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Appends a float: the fewest digits that read back as the same number, laid out as Erlang's `float_to_list(F, [short])` does,
/// but without an exponent up to 1.0e16.
pub(crate) fn float(value: f64, out: &mut String) {
    let (digits, point) = shortest(value);
    if value.is_sign_negative() {
        out.push('-');
    }
    lay_out(&digits, point, value.abs(), out);
}

/// The shortest digits of a float's magnitude (of two that are equally near, the even ones, as Erlang has it), and where the decimal point stands among them: 0 is before the first.
fn shortest(value: f64) -> (String, i32) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let n_leading = all.len() - significant.len();
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return ("0".into(), 1);
    }
    let point = whole.len() as i32 - n_leading as i32 + exponent.parse::<i32>().unwrap_or_default();
    (digits.into(), point)
}

/// Appends `n` zeros; none if `n` is negative.
fn push_zeros(n: i32, out: &mut String) {
    out.extend((0..n).map(|_| '0'));
}

/// `point` is the place of the decimal point: 0 is before the first digit.
fn lay_out(digits: &str, point: i32, magnitude: f64, out: &mut String) {
    let n_digits = digits.len() as i32;
    let exponent = format!("{}", point - 1);
    let exponent_cost = exponent.len() as i32 + 1 + i32::from(n_digits == 1) + 1;
    if point > 0 && point < n_digits {
        let (whole, fraction) = digits.split_at(point as usize);
        out.extend([whole, ".", fraction]);
    } else if point >= n_digits && magnitude < 1e16 {
        out.push_str(digits);
        push_zeros(point - n_digits, out);
        out.push_str(".0");
    } else if point <= 0 && 2 - point <= exponent_cost {
        out.push_str("0.");
        push_zeros(-point, out);
        out.push_str(digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.extend([first, ".", if rest.is_empty() { "0" } else { rest }, "e", &exponent]);
    }
}

/// Appends a big integer of at most `max_bytes` bytes; whether it could.
pub(crate) fn big(negative: bool, magnitude: &[u8], max_bytes: usize, out: &mut String) -> bool {
    let magnitude = without_trailing_zeros(magnitude);
    if magnitude.len() > max_bytes {
        return false;
    }
    if negative && !magnitude.is_empty() {
        out.push('-');
    }
    for (i, group) in decimal_groups(magnitude).iter().rev().enumerate() {
        out.push_str(&if i == 0 { format!("{group}") } else { format!("{group:09}") });
    }
    true
}

/// The digits of a little-endian magnitude in groups of nine, lowest first.
fn decimal_groups(magnitude: &[u8]) -> Vec<u32> {
    const GROUP: u64 = 1_000_000_000;
    let mut groups = Vec::from([0u32]);
    for byte in magnitude.iter().rev() {
        let mut carry = u64::from(*byte);
        for group in &mut groups {
            let value = u64::from(*group) * 256 + carry;
            *group = (value % GROUP) as u32;
            carry = value / GROUP;
        }
        if carry > 0 {
            groups.push(carry as u32);
        }
    }
    groups
}
