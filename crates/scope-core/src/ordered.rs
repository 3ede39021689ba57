//! Maps, sets and sorting for what is met once a question: the order of keys without compiling it anew for every type.
//!
//! A balanced tree or a sort of the standard library is five to ten kilobytes of a WebAssembly module for each pair of types it is used
//! with, and an engine with many questions has many. Here the types' values lie in slots, and one piece of code orders the slots' numbers.
//!
//! Invariant: the same steps give the same order, and iterating gives ascending keys.

mod map;
mod order;
mod set;

pub use map::{Entry, Map};
pub use set::Set;

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorts; equal elements keep their order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts by a key; elements with equal keys keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison; equal elements keep their order.
///
/// ```
/// let mut words = ["pear", "fig", "plum", "kiwi"];
/// scope_core::ordered::sort_by(&mut words, |a, b| a.len().cmp(&b.len()));
/// assert_eq!(words, ["fig", "pear", "plum", "kiwi"]);
/// ```
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    // Only modules are small for it, and they are not asked of ten million events.
    if cfg!(target_family = "wasm") {
        sort_places(items, compare);
    } else {
        items.sort_by(compare);
    }
}

/// Sorts by the numbers of the elements, which is the same code for all types.
fn sort_places<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let at = |place: u32| items.get(place as usize);
    let places = arranged(items.len(), &|a, b| match (at(a), at(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    arrange(&mut { items }, places);
}

/// Elements of any type that can change places.
trait Swap {
    fn swap(&mut self, a: usize, b: usize);
}

impl<T> Swap for &mut [T] {
    fn swap(&mut self, a: usize, b: usize) {
        (**self).swap(a, b);
    }
}

/// Moves elements so that each comes from where `from` says.
fn arrange(items: &mut dyn Swap, mut from: Vec<u32>) {
    for start in 0..from.len() {
        let mut to = start;
        while let Some(slot) = from.get_mut(to) {
            let next = core::mem::replace(slot, to as u32) as usize;
            if next == start {
                break;
            }
            items.swap(to, next);
            to = next;
        }
    }
}

/// The places `0..n` in order, by a comparison of what is at two of them; equal ones as they are.
#[must_use]
pub fn arranged(n: usize, compare: &dyn Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..n as u32).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn sorting_is_the_stable_sort(items: Vec<(u8, u32)>) -> bool {
            let (mut ours, mut theirs, mut whole) = (items.clone(), items.clone(), items.clone());
            sort_places(&mut ours, |(a, _), (b, _)| a.cmp(b));
            theirs.sort_by_key(|(key, _)| *key);
            sort(&mut whole);
            ours == theirs && whole.is_sorted()
        }
    }
}
