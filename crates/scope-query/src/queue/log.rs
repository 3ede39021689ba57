//! What happened to the queues in a stretch of the recording, to be summed up process by process.
//!
//! A trace is walked in order of time, and then every next row is about another process. What is kept of thousands of processes is in no
//! cache; so the walk notes what happened, and the sums of one process are made from all its notes at once.
//!
//! Invariant: the notes of a process come out in the order they went in.

use alloc::vec::Vec;

/// Items of a stretch, at least: more where there are more processes. Tests are to see many stretches.
const STRETCH: usize = if cfg!(debug_assertions) { 8 } else { 1 << 16 };

/// A message was handled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handled {
    pub(super) tick: u64,
    /// When it came.
    pub(super) arrived: u64,
    /// The number of who sent it, or `NOBODY`.
    pub(super) sender: u32,
    pub(super) known: Known,
}

/// What is known of where a handled message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Its delivery was not recorded.
    Nothing,
    /// It is one of several equal ones.
    Ambiguous,
    Arrival,
}

/// A reply was waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waited {
    pub(super) ns: u64,
    /// The number of the process it is from.
    pub(super) by: u32,
}

/// What happened to a queue besides.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// A message came to a process whose handlings are not recorded: when, and from whom.
    Arrived(u64, u32),
    /// The process took a message itself.
    Taken,
}

/// What happened in a stretch: a list for each kind, as one kind is gone through at once.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) handled: Grouped<Handled>,
    /// From handling to the next state.
    pub(super) handling: Grouped<u64>,
    /// From sending to delivery.
    pub(super) delivery: Grouped<u64>,
    pub(super) waited: Grouped<Waited>,
    pub(super) notes: Grouped<Note>,
}

/// What happened to one process in a stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share<'a> {
    pub(super) handled: &'a [Handled],
    pub(super) handling: &'a [u64],
    pub(super) delivery: &'a [u64],
    pub(super) waited: &'a [Waited],
    pub(super) notes: &'a [Note],
}

impl Log {
    /// Whether it is time to sum up, with so many processes.
    pub(super) fn is_full(&self, n_processes: usize) -> bool {
        self.len() >= STRETCH.max(n_processes)
    }

    pub(super) const fn len(&self) -> usize {
        self.handled.len() + self.handling.len() + self.delivery.len() + self.waited.len() + self.notes.len()
    }

    /// Sorts what was added by process.
    pub(super) fn group(&mut self, n_processes: usize) {
        self.handled.group(n_processes);
        self.handling.group(n_processes);
        self.delivery.group(n_processes);
        self.waited.group(n_processes);
        self.notes.group(n_processes);
    }

    /// What happened to a process, once all is grouped.
    pub(super) fn of(&self, process: usize) -> Share<'_> {
        Share {
            handled: self.handled.of(process),
            handling: self.handling.of(process),
            delivery: self.delivery.of(process),
            waited: self.waited.of(process),
            notes: self.notes.of(process),
        }
    }
}

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

    const fn len(&self) -> usize {
        self.added.len()
    }

    /// Sorts what was added by process.
    fn group(&mut self, n_processes: usize) {
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
    fn of(&self, process: usize) -> &[T] {
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
