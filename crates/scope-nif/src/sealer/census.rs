//! Which processes live by what was recorded, to be compared with those the VM has.
//!
//! Where they differ, a spawn or an exit was not traced. Each comparison is of one moment, and a process may begin or end meanwhile: who asks
//! takes a difference for real when it is still there the next time.
//!
//! Invariant: bounded by the processes of the node, as those that it no longer has are removed by exits that are written by hand.

use hashbrown::HashSet;
use scope_core::Kind;

/// The living, as words.
#[derive(Debug, Default)]
pub(crate) struct Census {
    living: HashSet<u64>,
}

/// How recorded processes and those of the VM differ, at most so many of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Alive by what was recorded, and not there.
    pub(crate) gone: Vec<u64>,
    /// There, and not known to live.
    pub(crate) unknown: Vec<u64>,
}

impl Census {
    /// Takes in an event.
    pub(crate) fn see(&mut self, kind: Kind, process: u64) {
        match kind {
            Kind::Spawn | Kind::Alive => {
                self.living.insert(process);
            }
            Kind::Exit => {
                self.living.remove(&process);
            }
            _ => {}
        }
    }

    /// Compares with the processes there are.
    pub(crate) fn compare(&self, listed: &[u64], max: usize) -> Difference {
        let unknown = listed.iter().copied().filter(|word| !self.living.contains(word)).take(max).collect();
        let there: HashSet<u64> = listed.iter().copied().collect();
        let mut gone: Vec<u64> = self.living.difference(&there).copied().collect();
        gone.sort_unstable();
        gone.truncate(max);
        Difference { gone, unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn who_ended_unseen_is_gone_and_who_began_unseen_is_unknown() {
        let mut census = Census::default();
        for (kind, process) in [(Kind::Alive, 1), (Kind::Spawn, 2), (Kind::Spawn, 3), (Kind::Send, 4), (Kind::Exit, 2)]
        {
            census.see(kind, process);
        }
        assert_eq!(census.compare(&[1, 3], 10), Difference::default());
        assert_eq!(census.compare(&[5, 3], 10), Difference { gone: vec![1], unknown: vec![5] });
    }

    #[test]
    fn it_is_the_difference_of_two_sets() {
        // Every pair of sets of five processes.
        let members = |bits: u64| (0..5).filter(|i| bits >> i & 1 == 1).collect::<BTreeSet<u64>>();
        for (living, there) in (0..32).flat_map(|a| (0..32).map(move |b| (members(a), members(b)))) {
            let mut census = Census::default();
            living.iter().for_each(|process| census.see(Kind::Spawn, *process));
            let list: Vec<u64> = there.iter().copied().collect();
            for max in 1..=5 {
                let first =
                    |a: &BTreeSet<u64>, b: &BTreeSet<u64>| a.difference(b).copied().take(max).collect::<Vec<_>>();
                let expected = Difference { gone: first(&living, &there), unknown: first(&there, &living) };
                assert_eq!(census.compare(&list, max), expected, "{living:?} {there:?} {max}");
            }
        }
    }
}
