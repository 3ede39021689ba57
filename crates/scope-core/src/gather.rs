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
    /// use scope_core::gather::Gather;
    ///
    /// assert_eq!((1..4).map(|n| n * n).gathered(), [1, 4, 9]);
    /// ```
    #[must_use]
    fn gathered(self) -> Vec<Self::Item> {
        let mut items = Vec::new();
        for item in self {
            items.push(item);
        }
        items
    }
}

impl<I: Iterator> Gather for I {}
