//! Counts and sums by process.

use alloc::vec::Vec;
use scope_core::hashed::HashMap;

/// What was counted of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its number.
    pub(crate) process: u32,
    pub(crate) n: u64,
    pub(crate) amount: u64,
}

/// One sum for each process, in the order they are met.
pub(crate) fn tally(items: impl IntoIterator<Item = (u32, u64)>) -> Vec<Sum> {
    let mut sums: Vec<Sum> = Vec::new();
    let mut places: HashMap<u32, usize> = HashMap::default();
    for (process, amount) in items {
        let place = *places.entry(process).or_insert(sums.len());
        match sums.get_mut(place) {
            Some(sum) => (sum.n, sum.amount) = (sum.n + 1, sum.amount.saturating_add(amount)),
            None => sums.push(Sum { process, n: 1, amount }),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    quickcheck::quickcheck! {
        fn a_tally_is_what_was_added(items: Vec<(u8, u32)>) -> bool {
            let items: Vec<(u32, u64)> = items.into_iter().map(|(process, ns)| (process.into(), ns.into())).collect();
            let mut naive = BTreeMap::<u32, (u64, u64)>::new();
            for (process, ns) in &items {
                let sum = naive.entry(*process).or_default();
                *sum = (sum.0 + 1, sum.1 + ns);
            }
            let naive = naive.into_iter().map(|(process, (n, amount))| Sum { process, n, amount });
            let mut sums = tally(items);
            sums.sort_by_key(|sum| sum.process);
            sums == naive.collect::<Vec<Sum>>()
        }
    }
}
