//! Counts and sums by process, for a process that meets few others often.
//!
//! Invariant: it takes memory for the processes met, not for how often they were.

use alloc::vec::Vec;
use scope_core::ordered;

/// Entries added before they are summed up for the first time.
const FEW: usize = 64;

/// What was counted of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its number.
    pub(crate) process: u32,
    pub(crate) n: u64,
    pub(crate) ns: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The first of them are one for each process, the others are to be summed up.
    sums: Vec<Sum>,
    n_summed: usize,
}

impl Tally {
    pub(super) fn add(&mut self, process: u32, ns: u64) {
        if self.sums.len() >= FEW + 2 * self.n_summed {
            self.sum_up();
        }
        self.sums.push(Sum { process, n: 1, ns });
    }

    /// What was counted of a process, once all is summed up.
    pub(crate) fn of(&self, process: usize) -> Option<&Sum> {
        let at = self.sums.binary_search_by_key(&(process as u32), |sum| sum.process).ok()?;
        self.sums.get(at)
    }

    /// One sum for each process, by number, once all is summed up.
    pub(crate) fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// Makes one sum for each process.
    pub(super) fn sum_up(&mut self) {
        ordered::sort_by_key(&mut self.sums, |sum| sum.process);
        self.sums.dedup_by(|next, sum| {
            let same = next.process == sum.process;
            if same {
                sum.n += next.n;
                sum.ns = sum.ns.saturating_add(next.ns);
            }
            same
        });
        self.n_summed = self.sums.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    quickcheck::quickcheck! {
        fn a_tally_is_what_was_added(added: Vec<(u8, u32)>) -> bool {
            let (mut tally, mut naive) = (Tally::default(), BTreeMap::<u32, (u64, u64)>::new());
            for (process, ns) in added.iter().cycle().take(added.len() * 20) {
                tally.add(u32::from(*process), u64::from(*ns));
                let sum = naive.entry(u32::from(*process)).or_default();
                *sum = (sum.0 + 1, sum.1 + u64::from(*ns));
            }
            tally.sum_up();
            tally.sums().iter().all(|sum| tally.of(sum.process as usize) == Some(sum))
                && tally.sums() == naive.into_iter().map(|(process, (n, ns))| Sum { process, n, ns }).collect::<Vec<_>>()
        }
    }
}
