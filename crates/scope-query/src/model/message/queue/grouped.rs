//! Items of many groups, sorted by group: a process most often.
//!
//! A trace is walked in order of time, and then every next row is about another process. What is kept of thousands of processes is in no
//! cache; so the walk notes what happened, and what is made of it for one process is made from many notes at once.
//!
//! Invariant: the items of a group come out in the order they went in.

use alloc::vec::Vec;

/// Items by the number of their group.
#[derive(Debug, Default)]
pub(super) struct Grouped<T> {
    items: Vec<T>,
    /// Where the items of each group begin, and the end of the last.
    starts: Vec<u32>,
}

impl<T: Copy + Default> Grouped<T> {
    /// Groups other items, with the number of the group of each. Those that are in none of so many groups are left out.
    pub(super) fn fill(&mut self, n_groups: usize, items: impl Iterator<Item = (u32, T)> + Clone) {
        self.starts.clear();
        self.starts.resize(n_groups + 2, 0);
        // Counted two places further on, where a start moves one place on as items are put.
        for (group, _) in items.clone() {
            if let Some(n) = self.starts.get_mut((group as usize).saturating_add(2)) {
                *n += 1;
            }
        }
        let mut sum = 0;
        for n in &mut self.starts {
            sum += *n;
            *n = sum;
        }
        self.items.resize(sum as usize, T::default());
        for (group, item) in items {
            let Some(at) = self.starts.get_mut((group as usize).saturating_add(1)) else { continue };
            if let Some(place) = self.items.get_mut(*at as usize) {
                *place = item;
            }
            *at += 1;
        }
    }

    /// The items of a group.
    pub(super) fn of(&self, group: usize) -> &[T] {
        let range = match self.starts.get(group..group + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        };
        self.items.get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn items_come_out_by_group_in_the_order_they_went_in(all: Vec<Vec<(u8, u16)>>, n_groups: u8) -> bool {
            let mut grouped = Grouped::default();
            all.iter().all(|items| {
                grouped.fill(n_groups.into(), items.iter().map(|(group, item)| (u32::from(*group), *item)));
                (0..=u8::MAX).all(|group| {
                    let naive = items.iter().filter(|(other, _)| *other == group && group < n_groups).map(|(_, item)| item);
                    grouped.of(usize::from(group)).iter().eq(naive)
                })
            })
        }
    }
}
