//! Counts and sums by process.

use alloc::vec::Vec;
use scope_core::ordered;

/// What was counted of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its number.
    pub(crate) process: u32,
    pub(crate) n: u64,
    pub(crate) amount: u64,
}

/// One sum for each process, in order of their numbers.
pub(crate) fn tally(mut items: Vec<(u32, u64)>) -> Vec<Sum> {
    ordered::sort_by_key(&mut items, |(process, _)| *process);
    let mut sums: Vec<Sum> = Vec::new();
    for (process, amount) in items {
        match sums.last_mut().filter(|sum| sum.process == process) {
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
            tally(items) == naive.collect::<Vec<Sum>>()
        }
    }
}
