//! Collecting into a vector by the plainest loop.
//!
//! `collect` chooses among several ways, each of which is compiled for every iterator it is given: a quarter of a kilobyte of a WebAssembly
//! module for each of hundreds. Where a vector is made once a question or a row of an answer, the loop is as good.

use alloc::vec::Vec;

/// See [`gathered`](Self::gathered).
pub trait Gather: Iterator + Sized {
    /// All that is left, in order.
    ///
    /// ```
    /// use scope_core::gather::Gather as _;
    ///
    /// assert_eq!((1..4).map(|n| n * n).gathered(), [1, 4, 9]);
    /// ```
    #[must_use]
    fn gathered(self) -> Vec<Self::Item> {
        // Only modules are small for it.
        if cfg!(target_family = "wasm") { by_pushing(self) } else { self.collect() }
    }
}

impl<I: Iterator> Gather for I {}

fn by_pushing<T>(from: impl Iterator<Item = T>) -> Vec<T> {
    let mut items = Vec::new();
    for item in from {
        items.push(item);
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn both_ways_are_the_same(items: Vec<u16>) -> bool {
            let from = || items.iter().filter(|item| *item % 3 > 0).map(|item| u32::from(*item) * 2);
            by_pushing(from()) == from().gathered()
        }
    }
}
