//! Items of many processes, sorted by process.
//!
//! A trace is walked in order of time, and then every next row is about another process. What is kept of thousands of processes is in no
//! cache; so the walk notes what happened, and what is made of it for one process is made from many notes at once.
//!
//! Invariant: the items of a process come out in the order they went in.

use alloc::vec::Vec;

/// Items by the number of their process.
#[derive(Debug)]
pub(super) struct Grouped<T> {
    added: Vec<(u32, T)>,
    sorted: Vec<T>,
    /// Where the items of each process begin in `sorted`, and the end of the last.
    starts: Vec<u32>,
}

impl<T> Default for Grouped<T> {
    fn default() -> Self {
        Self { added: Vec::new(), sorted: Vec::new(), starts: Vec::new() }
    }
}

impl<T: Copy> Grouped<T> {
    #[inline]
    pub(super) fn push(&mut self, process: u32, item: T) {
        self.added.push((process, item));
    }

    pub(super) const fn len(&self) -> usize {
        self.added.len()
    }

    /// Sorts what was added by process.
    pub(super) fn group(&mut self, n_processes: usize) {
        self.starts.clear();
        self.starts.resize(n_processes + 2, 0);
        // Counted two places further on, where a start moves one place on as items are put.
        for (process, _) in &self.added {
            if let Some(n) = self.starts.get_mut(*process as usize + 2) {
                *n += 1;
            }
        }
        let mut sum = 0;
        for n in &mut self.starts {
            sum += *n;
            *n = sum;
        }
        // Filled with anything: every place is written below.
        let Some((_, any)) = self.added.first().copied() else { return };
        self.sorted.resize(self.added.len(), any);
        for (process, item) in self.added.drain(..) {
            let Some(at) = self.starts.get_mut(process as usize + 1) else { continue };
            if let Some(place) = self.sorted.get_mut(*at as usize) {
                *place = item;
            }
            *at += 1;
        }
    }

    /// The items of a process, once they are grouped.
    pub(super) fn of(&self, process: usize) -> &[T] {
        let range = match self.starts.get(process..process + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        };
        self.sorted.get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn items_come_out_by_process_in_the_order_they_went_in(stretches: Vec<Vec<(u8, u16)>>) -> bool {
            let mut grouped = Grouped::default();
            stretches.iter().all(|items| {
                items.iter().for_each(|(process, item)| grouped.push(u32::from(*process), *item));
                grouped.group(256);
                let same = (0..=255u8).all(|process| {
                    let naive = items.iter().filter(|(other, _)| *other == process).map(|(_, item)| item);
                    grouped.of(usize::from(process)).iter().eq(naive)
                });
                same && grouped.added.is_empty()
            })
        }
    }
}
