//! Counts and sums by process, for a process that meets few others often.
//!
//! Invariant: it takes memory for the processes met, not for how often they were.

use alloc::vec::Vec;

/// Entries added before they are summed up for the first time.
const FEW: usize = 64;

/// What was counted of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its number.
    pub(crate) process: u32,
    pub(crate) n: u32,
    pub(crate) ns: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// The first of them are one for each process, the others are to be summed up.
    sums: Vec<Sum>,
    n_summed: usize,
}

/// For all tallies, where the sum of each process is while one of them is summed up.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// By the number of the process; 0 for none, else one more than the place.
    places: Vec<u32>,
}

impl Tally {
    pub(super) fn add(&mut self, process: u32, ns: u64, places: &mut Places) {
        if self.sums.len() >= FEW + 2 * self.n_summed {
            self.sum_up(places);
        }
        self.sums.push(Sum { process, n: 1, ns });
    }

    /// What was counted of a process, once all is summed up.
    pub(crate) fn of(&self, process: usize) -> Option<&Sum> {
        self.sums.iter().find(|sum| sum.process as usize == process)
    }

    /// One sum for each process, once all is summed up.
    pub(crate) fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// Makes one sum for each process.
    pub(super) fn sum_up(&mut self, Places { places }: &mut Places) {
        let mut n_summed = 0;
        for idx in 0..self.sums.len() {
            let Some(next) = self.sums.get(idx).copied() else { break };
            let process = next.process as usize;
            if places.len() <= process {
                places.resize(process + 1, 0);
            }
            let Some(place) = places.get_mut(process) else { break };
            if *place == 0 {
                *place = n_summed + 1;
                if let Some(sum) = self.sums.get_mut(n_summed as usize) {
                    *sum = next;
                }
                n_summed += 1;
            } else if let Some(sum) = self.sums.get_mut(*place as usize - 1) {
                sum.n += next.n;
                sum.ns = sum.ns.saturating_add(next.ns);
            }
        }
        self.n_summed = n_summed as usize;
        self.sums.truncate(self.n_summed);
        for sum in &self.sums {
            if let Some(place) = places.get_mut(sum.process as usize) {
                *place = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    quickcheck::quickcheck! {
        fn a_tally_is_what_was_added(added: Vec<(u8, u32)>) -> bool {
            let (mut tally, mut places) = (Tally::default(), Places::default());
            let mut naive = BTreeMap::<u32, (u32, u64)>::new();
            for (process, ns) in added.iter().cycle().take(added.len() * 20) {
                tally.add(u32::from(*process), u64::from(*ns), &mut places);
                let sum = naive.entry(u32::from(*process)).or_default();
                *sum = (sum.0 + 1, sum.1 + u64::from(*ns));
            }
            tally.sum_up(&mut places);
            tally.sums().len() == naive.len()
                && naive.into_iter().all(|(process, (n, ns))| tally.of(process as usize) == Some(&Sum { process, n, ns }))
        }
    }
}
