//! Traces that are structurally valid and absurd: small files that made answers long, large or wrong, and their like.
//!
//! Each is named by what is absurd about it, and small enough to be mutated.

use crate::corpus::{Step, all_are_traced, atom, dump, spawned, step};
use anyhow::{Result, ensure};
use scope_core::store::Limits;
use scope_core::term::Term;
use scope_core::{Kind, ProcessKey};
use std::fs;
use std::path::Path;

/// More would be slow to mutate.
const MOST_BYTES: usize = 20_000;

type Story = fn() -> Vec<Step>;

const STORIES: &[(&str, Story)] = &[
    ("all_linked_to_all", all_linked_to_all),
    ("calls_without_end", calls_without_end),
    ("deep_terms", deep_terms),
    ("equal_messages", equal_messages),
    ("messages_in_a_circle", messages_in_a_circle),
    ("moments_in_disorder", moments_in_disorder),
    ("one_large_term_in_many_states", one_large_term_in_many_states),
    ("parents_in_a_circle", parents_in_a_circle),
    ("returns_without_calls", returns_without_calls),
    ("the_same_pid_again_and_again", the_same_pid_again_and_again),
];

/// Writes all of them.
pub(super) fn write(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, story) in STORIES {
        let trace = dump(&story(), Limits::default())?;
        ensure!(trace.len() <= MOST_BYTES, "{name}: {} bytes, more than {MOST_BYTES}", trace.len());
        fs::write(folder.join(name).with_extension("scope"), trace)?;
    }
    Ok(())
}

fn process(n: u64) -> ProcessKey {
    ProcessKey::first(200 + n as u32, 0)
}

fn traced(steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
    let steps = (0..).zip(steps).map(|(tie, step)| step.by(0, tie));
    std::iter::once(all_are_traced()).chain(steps).collect()
}

fn all_linked_to_all() -> Vec<Step> {
    const N: u64 = 60;
    let born = (0..N).map(|n| spawned(1, process(n)));
    let links = (0..N * N).map(|n| step(2, Kind::Link, process(n / N)).peer(process(n % N)));
    let ends = (0..N).map(|n| step(9, Kind::Exit, process(n)).term(atom("boom")));
    traced(born.chain(links).chain(ends))
}

fn calls_without_end() -> Vec<Step> {
    traced((0..2_000).map(|tick| step(tick, Kind::Call, process(1)).function("Elixir.Deep", "down", 1)))
}

fn deep_terms() -> Vec<Step> {
    let wrap = |n: u64, inner| match n % 3 {
        0 => Term::List(vec![inner], Some(Box::new(atom("tail")))),
        1 => Term::Map(vec![(inner, atom("value"))]),
        _ => Term::Tuple(vec![inner]),
    };
    traced((0..40).map(|n| {
        let deep = (0..94).fold(Term::Integer(n), |inner, depth| wrap(depth + n as u64, inner));
        step(n as u64, Kind::State, process(1)).atom("Elixir.Deep").term(deep)
    }))
}

fn equal_messages() -> Vec<Step> {
    const N: u64 = 800;
    let message = || atom("tick");
    let sent = (0..N).map(|n| step(n, Kind::Send, process(n % 2)).peer(process(9)).term(message()));
    let delivered = (0..N).map(|n| step(N + n, Kind::Delivered, process(9)).term(message()));
    let handled = (0..N).map(|n| step(2 * N + n, Kind::Handled, process(9)).atom("Elixir.M").term(message()));
    traced(sent.chain(delivered).chain(handled))
}

/// At one moment, so that each has led to each.
fn messages_in_a_circle() -> Vec<Step> {
    traced((0..300).flat_map(|n| {
        let (from, to) = (process(n % 3), process((n + 1) % 3));
        let message = || Term::Tuple(vec![atom("hop"), Term::Integer(n as i64 % 7)]);
        [
            step(7, Kind::Send, from).peer(to).term(message()),
            step(7, Kind::Delivered, to).term(message()),
            step(7, Kind::Handled, to).atom("Elixir.M").term(message()),
            step(7, Kind::State, to).atom("Elixir.M").term(Term::Integer(n as i64)),
        ]
    }))
}

/// Every kind of event of few processes, at moments from 0 to the last there can be.
fn moments_in_disorder() -> Vec<Step> {
    const KINDS: &[Kind] = &[
        Kind::Spawn,
        Kind::Exit,
        Kind::Link,
        Kind::Unlink,
        Kind::Register,
        Kind::Send,
        Kind::Delivered,
        Kind::Handled,
        Kind::Call,
        Kind::Return,
        Kind::Exception,
        Kind::State,
        Kind::Terminate,
    ];
    let mut random = 0x1234_5678_9abc_def1_u64;
    let mut below = move |n: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) % n
    };
    traced((0..600).map(|_| {
        let tick = below(1 << 53) >> below(54);
        let kind = KINDS[below(KINDS.len() as u64) as usize];
        let event = step(tick, kind, process(below(8))).peer(process(below(8))).term(Term::Integer(below(3) as i64));
        if kind.has_mfa() { event.function("Elixir.M", "f", 1) } else { event.atom("name") }
    }))
}

fn one_large_term_in_many_states() -> Vec<Step> {
    let large = Term::Binary(vec![7; 400_000]);
    traced((0..200).map(|n| step(n, Kind::State, process(n)).atom("Elixir.M").term(large.clone())))
}

fn parents_in_a_circle() -> Vec<Step> {
    const N: u64 = 120;
    traced((0..N).map(|n| {
        let ancestors = (0..8).map(|k| Term::Pid(process((n + k) % N))).collect();
        let supervisor = process((n + 1) % N);
        let child = Term::Map(vec![(atom("id"), atom("c")), (atom("supervisor"), Term::Pid(supervisor))]);
        let found = vec![
            (atom("module"), atom("Elixir.Sup")),
            (atom("ancestors"), Term::List(ancestors, None)),
            (atom("supervisor"), Term::Map(vec![(atom("intensity"), Term::Integer(i64::MAX))])),
            (atom("child"), child),
        ];
        step(n, Kind::Alive, process(n)).peer(supervisor).term(Term::Map(found))
    }))
}

fn returns_without_calls() -> Vec<Step> {
    let back = |tick| step(tick, Kind::Return, process(1)).function("Elixir.Up", "up", 1).term(atom("ok"));
    traced((0..2_000).map(back))
}

fn the_same_pid_again_and_again() -> Vec<Step> {
    traced((0..300).flat_map(|n: u32| {
        let key = ProcessKey { incarnation: n.wrapping_mul(40_000).max(1), ..process(1) };
        let parent = ProcessKey { incarnation: u32::MAX, ..process(1) };
        [
            step(5, Kind::Spawn, key).peer(parent).term(Term::List(vec![], None)),
            step(5, Kind::Register, key).atom("same"),
            step(5, Kind::Exit, key).term(atom("boom")),
        ]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_committed_hostile_trace_is_the_one_its_story_gives() {
        for (name, story) in STORIES {
            let committed = fs::read(super::super::traces().join(name).with_extension("scope")).unwrap();
            assert!(dump(&story(), Limits::default()).unwrap() == committed, "{name}: cargo xtask fuzz --write-traces");
        }
    }
}
