//! Counts and sums by process, for a process that meets few others often.
//!
//! Invariant: it takes memory for the processes met, not for how often they were.

use alloc::vec::Vec;

/// Entries added before they are summed up for the first time.
const FEW: usize = 128;

/// What is summed up besides the count.
pub(crate) trait Amount: Copy + Default {
    fn add(&mut self, other: Self);
}

impl Amount for () {
    fn add(&mut self, (): ()) {}
}

/// Nanoseconds.
impl Amount for u64 {
    fn add(&mut self, other: Self) {
        *self = self.saturating_add(other);
    }
}

/// What was counted of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum<T> {
    /// Its number.
    pub(crate) process: u32,
    pub(crate) n: u32,
    pub(crate) amount: T,
}

#[derive(Debug, Default)]
pub(crate) struct Tally<T> {
    /// One for each process.
    sums: Vec<Sum<T>>,
    /// Added since they were summed up.
    added: Vec<(u32, T)>,
}

/// For all tallies, where the sum of each process is while one of them is summed up.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// By the number of the process; 0 for none, else one more than the place.
    places: Vec<u32>,
}

impl<T: Amount> Tally<T> {
    pub(super) fn add(&mut self, process: u32, amount: T, places: &mut Places) {
        if self.added.len() >= FEW + 2 * self.sums.len() {
            self.sum_up(places);
        }
        self.added.push((process, amount));
    }

    /// What was counted of a process, once all is summed up.
    pub(crate) fn of(&self, process: usize) -> Option<&Sum<T>> {
        self.sums.iter().find(|sum| sum.process as usize == process)
    }

    /// One sum for each process, once all is summed up.
    pub(crate) fn sums(&self) -> &[Sum<T>] {
        &self.sums
    }

    /// Makes one sum for each process.
    pub(super) fn sum_up(&mut self, Places { places }: &mut Places) {
        let known = self.sums.iter().map(|sum| sum.process);
        let most = known.chain(self.added.iter().map(|(process, _)| *process)).max().unwrap_or(0) as usize;
        if places.len() <= most {
            places.resize(most + 1, 0);
        }
        for (place, sum) in (1..).zip(&self.sums) {
            if let Some(slot) = places.get_mut(sum.process as usize) {
                *slot = place;
            }
        }
        for (process, amount) in self.added.drain(..) {
            let Some(place) = places.get_mut(process as usize) else { continue };
            if *place == 0 {
                self.sums.push(Sum { process, ..Sum::default() });
                *place = self.sums.len() as u32;
            }
            if let Some(sum) = self.sums.get_mut(*place as usize - 1) {
                sum.n += 1;
                sum.amount.add(amount);
            }
        }
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
                && naive.into_iter().all(|(process, (n, amount))| tally.of(process as usize) == Some(&Sum { process, n, amount }))
        }
    }
}
