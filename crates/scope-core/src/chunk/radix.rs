//! Sorting numbers by their digits, lowest first: one pass a digit, and none where all have the same.
//!
//! Invariant: numbers that do not differ in what they are sorted by keep their order.

use alloc::vec::Vec;

const DIGIT_BITS: u32 = 8;
const N_DIGITS: usize = 1 << DIGIT_BITS;

/// Sorts by all bits from `lowest_bit` on.
pub(super) fn sort_from_bit(numbers: &mut Vec<u64>, lowest_bit: u32) {
    let first = numbers.first().copied().unwrap_or(0);
    let differing = numbers.iter().fold(0, |differing, number| differing | (number ^ first));
    let mut sorted = alloc::vec![0; numbers.len()];
    for shift in (lowest_bit..u64::BITS).step_by(DIGIT_BITS as usize) {
        if digit(differing, shift) != 0 {
            sort_by_digit(numbers, &mut sorted, shift);
            core::mem::swap(numbers, &mut sorted);
        }
    }
}

fn sort_by_digit(numbers: &[u64], sorted: &mut [u64], shift: u32) {
    let mut places = [0u32; N_DIGITS];
    for number in numbers {
        places[digit(*number, shift)] += 1;
    }
    let mut end = 0;
    for place in &mut places {
        end += *place;
        *place = end - *place;
    }
    for number in numbers {
        let place = &mut places[digit(*number, shift)];
        if let Some(slot) = sorted.get_mut(*place as usize) {
            *slot = *number;
        }
        *place += 1;
    }
}

const fn digit(number: u64, shift: u32) -> usize {
    (number >> shift) as usize % N_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn it_is_the_stable_sort(numbers: Vec<u64>, narrow: u32, lowest_bit: u32) -> bool {
            let lowest_bit = lowest_bit % u64::BITS;
            let numbers: Vec<u64> = numbers.into_iter().map(|number| number >> (narrow % u64::BITS)).collect();
            let (mut ours, mut theirs) = (numbers.clone(), numbers);
            sort_from_bit(&mut ours, lowest_bit);
            theirs.sort_by_key(|number| number >> lowest_bit);
            ours == theirs
        }
    }
}
