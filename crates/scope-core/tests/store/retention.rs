//! Limits of one class: what is held is what the limits of the class allow, whenever they were set.

use crate::eviction::check_floors;
use crate::history::{History, unlimited};
use quickcheck::{Arbitrary, Gen, QuickCheck};
use scope_core::Class;
use scope_core::event::N_CLASSES;
use scope_core::store::Retention;
use scope_core::trace::Trace;

#[derive(Clone, Debug)]
struct Change {
    retention: [Retention; N_CLASSES],
    /// The limits change after so many events.
    at: usize,
    ask_every: usize,
}

impl Arbitrary for Change {
    fn arbitrary(g: &mut Gen) -> Self {
        let retention = core::array::from_fn(|_| Retention {
            max_events: *g.choose(&[None, None, Some(0), Some(3), Some(50), Some(300)]).unwrap(),
            max_bytes: *g.choose(&[None, None, None, Some(2_000)]).unwrap(),
            max_age_ns: *g.choose(&[None, None, Some(0), Some(40), Some(1_000), Some(100_000)]).unwrap(),
        });
        Self { retention, at: usize::arbitrary(g) % 300, ask_every: 1 + usize::arbitrary(g) % 200 }
    }
}

/// The highest tick so far is the time.
fn now(seen: &History) -> u64 {
    seen.0.iter().map(|plain| plain.key.tick).max().unwrap_or_default()
}

fn check(trace: &Trace, seen: &History, retention: &[Retention; N_CLASSES]) {
    check_floors(trace, seen);
    let now = now(seen);
    for class in Class::ALL {
        let Retention { max_events, max_bytes, max_age_ns } = retention[*class as usize];
        let ticks: Vec<u64> = {
            let of_class = seen.in_order().into_iter().filter(|plain| plain.kind.class() == *class);
            of_class.map(|plain| plain.key.tick).collect()
        };
        let stored = trace.counts()[*class as usize].stored;
        let young = |age: u64| ticks.iter().filter(|tick| **tick >= now.saturating_sub(age)).count() as u64;
        let at_most = [max_events, max_age_ns.map(|age| young(age + age / 8 + 1))].into_iter().flatten().min();
        let at_least = [max_events, max_age_ns.map(young)].into_iter().flatten().min();
        let n = ticks.len() as u64;
        assert!(stored <= n.min(at_most.unwrap_or(n)), "{}: {stored} of {n} are held", class.name());
        if max_bytes.is_none() {
            assert!(stored >= n.min(at_least.unwrap_or(n)), "{}: only {stored} of {n} are held", class.name());
        }
    }
}

#[test]
fn a_class_holds_what_its_own_limits_allow() {
    fn holds(history: History, change: Change) -> bool {
        let Change { retention, at, ask_every } = change;
        let mut written = 0;
        history.record_with(unlimited(), |writer, n| {
            written = written.max(history.0[n].key.tick);
            writer.set_time(written);
            if n == at {
                writer.set_limits(unlimited(), retention);
            }
            if n >= at && (n % ask_every == 0 || n + 1 == history.0.len()) {
                check(&writer.snapshot(written), &History(history.0[..=n].to_vec()), &retention);
            }
        });
        true
    }
    QuickCheck::new().tests(300).quickcheck(holds as fn(History, Change) -> bool);
}

#[test]
fn bytes_of_a_class_are_bounded_and_those_of_others_are_not_touched() {
    let mut retention = [Retention::default(); N_CLASSES];
    retention[Class::Message as usize].max_bytes = Some(200_000);
    let history = History::some(20_000);
    let (mut writer, _) = history.record_with(unlimited(), |writer, n| {
        if n % 1_000 == 0 {
            writer.seal(u64::MAX);
        }
    });
    writer.seal(u64::MAX);
    let n_calls = writer.store().counts()[Class::Call as usize].stored;
    writer.set_limits(unlimited(), retention);
    assert_eq!(writer.store().counts()[Class::Call as usize].stored, n_calls);
    assert!(writer.store().counts()[Class::Message as usize].stored > 0);
    retention[Class::Call as usize].max_events = Some(0);
    writer.set_limits(unlimited(), retention);
    let bytes = writer.store().bytes();
    assert!((1..=200_000).contains(&bytes), "{bytes}");
}

#[test]
fn the_passing_of_time_makes_no_tiny_chunks() {
    let mut retention = [Retention::default(); N_CLASSES];
    // One event every 10 ns: a step is 100 events.
    retention[Class::Call as usize].max_age_ns = Some(8_000);
    let history = History::some(6_000);
    let (mut writer, ids) = history.record_with(unlimited(), |writer, n| {
        if n == 0 {
            writer.set_limits(unlimited(), retention);
        }
        writer.set_time(history.0[n].key.tick);
        drop(writer.snapshot(0));
    });
    let n_chunks = ids.iter().filter(|id| id.class == Class::Call).map(|id| id.chunk + 1).max().unwrap();
    assert!((2..=61).contains(&n_chunks), "{n_chunks} chunks");
    check(&writer.snapshot(0), &history, &retention);
}
