//! Bytes added to bytes without carry, as polynomials over two elements are.

/// Makes each byte the sum of the bytes at its place in four others. Bytes that do not stand in all of them stay.
#[inline(never)]
pub fn put_sum(to: &mut [u8], [a, b, c, d]: [&[u8]; 4]) {
    for ((((to, a), b), c), d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = a ^ b ^ c ^ d;
    }
}

/// Adds bytes to the first of others.
#[inline(never)]
pub fn add(to: &mut [u8], bytes: &[u8]) {
    to.iter_mut().zip(bytes).for_each(|(to, byte)| *to ^= byte);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    quickcheck::quickcheck! {
        fn sums_are_those_of_each_place(to: Vec<u8>, a: Vec<u8>, b: Vec<u8>, c: Vec<u8>, d: Vec<u8>) -> bool {
            let mut sum = to.clone();
            put_sum(&mut sum, [&a, &b, &c, &d]);
            let mut others = to.clone();
            add(&mut others, &a);
            let summed = |at: usize| Some(a.get(at)? ^ b.get(at)? ^ c.get(at)? ^ d.get(at)?);
            (0..to.len()).all(|at| sum[at] == summed(at).unwrap_or(to[at]))
                && (0..to.len()).all(|at| others[at] == to[at] ^ a.get(at).copied().unwrap_or(0))
        }
    }
}
