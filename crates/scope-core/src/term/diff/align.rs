//! Which elements of one list are which of another: an alignment of two sequences of numbers.
//!
//! Invariant: a pair that is kept stands in the same order on both sides; every other pair has moved.

use super::map::matching;
use alloc::vec;
use alloc::vec::Vec;

/// An element of the first list and the element of the second that it became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) before: u32,
    pub(super) after: u32,
    /// It did not move among its neighbours.
    pub(super) kept: bool,
}

/// Pairs equal numbers, as many as possible in order; `cells` is the room for the table, and what is used of it is taken away. The second value
/// reports that there was not enough.
pub(super) fn align(a: &[u32], b: &[u32], cells: &mut usize) -> (Vec<Pair>, bool) {
    let n_front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (a.get(n_front..).unwrap_or_default(), b.get(n_front..).unwrap_or_default());
    let n_back = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let middle_a = rest_a.get(..rest_a.len() - n_back).unwrap_or_default();
    let middle_b = rest_b.get(..rest_b.len() - n_back).unwrap_or_default();

    let (by_id_a, by_id_b) = (by_id(middle_a), by_id(middle_b));
    let n_cells = (middle_a.len() + 1).saturating_mul(middle_b.len() + 1);
    let mut coarse = false;
    let mut pairs = if is_unique(&by_id_a) && is_unique(&by_id_b) {
        in_order(matching(&by_id_a, &by_id_b))
    } else if n_cells <= *cells {
        *cells -= n_cells;
        with_moves(longest_common(middle_a, middle_b), &by_id_a, &by_id_b)
    } else {
        coarse = true;
        in_order(matching(&by_id_a, &by_id_b))
    };
    for pair in &mut pairs {
        pair.before += n_front as u32;
        pair.after += n_front as u32;
    }
    let kept = |before, after| Pair { before, after, kept: true };
    pairs.extend((0..n_front as u32).map(|n| kept(n, n)));
    pairs.extend((1..=n_back as u32).map(|n| kept(a.len() as u32 - n, b.len() as u32 - n)));
    pairs.sort_by_key(|pair| pair.before);
    (pairs, coarse)
}

/// Pairs of positions, sorted by the first, with those kept that make the longest run in order on both sides.
pub(super) fn in_order(mut pairs: Vec<(u32, u32)>) -> Vec<Pair> {
    pairs.sort();
    // Patience: for each length the pair with the smallest `after` that ends a run of it, and each pair's forerunner.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let after = |at: usize| pairs.get(at).map_or(0, |(_, after)| *after);
    for at in 0..pairs.len() {
        let length = ends.partition_point(|end| after(*end) < after(at));
        before.push(length.checked_sub(1).and_then(|n| ends.get(n).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = vec![false; pairs.len()];
    let mut at = ends.last().copied();
    while let Some(pair) = at {
        if let Some(kept) = kept.get_mut(pair) {
            *kept = true;
        }
        at = before.get(pair).copied().flatten();
    }
    pairs.into_iter().zip(kept).map(|((before, after), kept)| Pair { before, after, kept }).collect()
}

/// The common run, and equal numbers beside it as moved.
fn with_moves(common: Vec<(u32, u32)>, a: &[(u32, u32)], b: &[(u32, u32)]) -> Vec<Pair> {
    let mut in_a: Vec<u32> = common.iter().map(|(before, _)| *before).collect();
    let mut in_b: Vec<u32> = common.iter().map(|(_, after)| *after).collect();
    in_a.sort();
    in_b.sort();
    let beside = |all: &[(u32, u32)], used: &[u32]| -> Vec<(u32, u32)> {
        all.iter().filter(|(_, at)| used.binary_search(at).is_err()).copied().collect()
    };
    let moved = matching(&beside(a, &in_a), &beside(b, &in_b));
    let pair = |kept| move |(before, after)| Pair { before, after, kept };
    common.into_iter().map(pair(true)).chain(moved.into_iter().map(pair(false))).collect()
}

/// A longest common subsequence, by the table of lengths.
fn longest_common(a: &[u32], b: &[u32]) -> Vec<(u32, u32)> {
    let width = b.len() + 1;
    let mut lengths = vec![0u32; (a.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let length = if x == y {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            common.push((i as u32, j as u32));
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

/// Numbers with their positions, ascending.
fn by_id(ids: &[u32]) -> Vec<(u32, u32)> {
    let mut sorted: Vec<(u32, u32)> = ids.iter().copied().zip(0..).collect();
    sorted.sort();
    sorted
}

fn is_unique(sorted: &[(u32, u32)]) -> bool {
    sorted.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a != b))
}
