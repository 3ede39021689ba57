//! Whether some bytes occur in many.
//!
//! Blocks are compared with the first and the last of the bytes at once, which compilers turn into vector instructions; only where both
//! occur the bytes between are parsed.

const BLOCK: usize = 64;

/// Whether `wanted` occurs in `bytes`.
pub(crate) fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let [first, .., last] = wanted else { return wanted.first().is_none_or(|only| bytes.contains(only)) };
    let n_between = wanted.len() - 1;
    let Some(ends) = bytes.get(n_between..) else { return false };
    let blocks = bytes.chunks(BLOCK).zip(ends.chunks(BLOCK));
    (0..).step_by(BLOCK).zip(blocks).any(|(begin, (starts, ends))| {
        let both = starts.iter().zip(ends).fold(0, |met, (a, b)| met | u8::from(a == first) & u8::from(b == last));
        both != 0 && (begin..begin + ends.len()).any(|at| bytes.get(at..).is_some_and(|rest| rest.starts_with(wanted)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    quickcheck::quickcheck! {
        fn what_a_window_shows_is_contained(bytes: Vec<bool>, wanted: Vec<bool>) -> bool {
            // Two different bytes only, so that there is something to find.
            let of = |bits: Vec<bool>| bits.into_iter().map(u8::from).collect::<Vec<_>>();
            let (bytes, wanted) = (of(bytes).repeat(3), of(wanted));
            let naive = |wanted: &[u8]| wanted.is_empty() || bytes.windows(wanted.len()).any(|window| window == wanted);
            (0..=wanted.len().min(9)).all(|n| contains(&bytes, &wanted[..n]) == naive(&wanted[..n]))
        }
    }
}
