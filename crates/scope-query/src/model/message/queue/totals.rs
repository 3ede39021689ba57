//! Counts and sums by process.

use alloc::vec::Vec;

/// What was counted of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its number.
    pub(crate) process: u32,
    pub(crate) n: u64,
    pub(crate) amount: u64,
}

/// Where the sum of each process is, while a totals is made.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// By the number of the process; 0 for none, else one more than the place.
    places: Vec<u32>,
}

/// One sum for each process, in the order they are met. Places are left as they were, to be used again.
pub(crate) fn totals(items: impl Iterator<Item = (u32, u64)> + Clone, Places { places }: &mut Places) -> Vec<Sum> {
    let most = items.clone().map(|(process, _)| process as usize).max().unwrap_or(0);
    if places.len() <= most {
        places.resize(most + 1, 0);
    }
    let mut sums: Vec<Sum> = Vec::new();
    for (process, amount) in items {
        let Some(place) = places.get_mut(process as usize) else { continue };
        if *place == 0 {
            sums.push(Sum { process, n: 0, amount: 0 });
            *place = sums.len() as u32;
        }
        if let Some(sum) = sums.get_mut(*place as usize - 1) {
            (sum.n, sum.amount) = (sum.n + 1, sum.amount.saturating_add(amount));
        }
    }
    for sum in &sums {
        places.get_mut(sum.process as usize).into_iter().for_each(|place| *place = 0);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    quickcheck::quickcheck! {
        fn totals_are_what_was_added(items: Vec<(u8, u32)>) -> bool {
            let items: Vec<(u32, u64)> = items.into_iter().map(|(process, ns)| (process.into(), ns.into())).collect();
            let mut naive = BTreeMap::<u32, (u64, u64)>::new();
            for (process, ns) in &items {
                let sum = naive.entry(*process).or_default();
                *sum = (sum.0 + 1, sum.1 + ns);
            }
            let naive = naive.into_iter().map(|(process, (n, amount))| Sum { process, n, amount });
            let naive: Vec<Sum> = naive.collect();
            let mut places = Places::default();
            (0..2).all(|_| {
                let mut sums = totals(items.iter().copied(), &mut places);
                sums.sort_by_key(|sum| sum.process);
                sums == naive
            })
        }
    }
}
