//! After eviction the answers are those of the full history above the low_watermark, and the baseline's are those below it.

use crate::history::{History, Peer, Plain, plains, unlimited};
use quickcheck::{Arbitrary, Gen, QuickCheck};
use scope_core::baseline::Baseline;
use scope_core::chunk::StoredTerm;
use scope_core::store::Limits;
use scope_core::term::read;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey, Symbols};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
struct Bounds {
    limits: Limits,
    /// A snapshot is taken after every so many events.
    ask_every: usize,
    seal_every: usize,
}

impl Arbitrary for Bounds {
    fn arbitrary(g: &mut Gen) -> Self {
        let limit = |g: &mut Gen| *g.choose(&[0, 1, 7, 40, 300, 1000]).unwrap();
        let limits = Limits {
            max_events: limit(g),
            max_critical_events: limit(g),
            max_bytes: *g.choose(&[0, 20_000, u64::MAX, u64::MAX]).unwrap(),
            max_baseline_bytes: u64::MAX,
        };
        Self { limits, ask_every: 1 + usize::arbitrary(g) % 400, seal_every: 1 + usize::arbitrary(g) % 400 }
    }
}

/// What is known of a process from its events.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Known {
    parent: Option<ProcessKey>,
    call: Option<String>,
    names: BTreeSet<String>,
    links: BTreeSet<ProcessKey>,
    state: Option<(OrderKey, String)>,
    origin: Option<(OrderKey, String)>,
}

/// The naive baseline: all events below the low_watermarks, in order.
fn baseline_of(history: &History, low_watermark: impl Fn(Class) -> OrderKey) -> BTreeMap<ProcessKey, Known> {
    let mut known: BTreeMap<ProcessKey, Known> = BTreeMap::new();
    let mut exited = BTreeSet::new();
    for plain in history.in_order() {
        let class = plain.kind.class();
        let Some(process) = plain.process.filter(|_| plain.key < low_watermark(class)) else { continue };
        if matches!(class, Class::Process | Class::State) {
            if plain.kind == Kind::Exit {
                exited.insert(process);
            } else {
                learn(&mut known, process, plain);
            }
        }
    }
    known.retain(|process, _| !exited.contains(process));
    known.values_mut().for_each(|other| other.links.retain(|link| !exited.contains(link)));
    known
}

fn learn(known: &mut BTreeMap<ProcessKey, Known>, process: ProcessKey, plain: &Plain) {
    let peer = match plain.peer {
        Some(Peer::Process(peer)) => Some(peer),
        _ => None,
    };
    let entry = known.entry(process).or_default();
    let name = plain.what.clone().unwrap_or_default();
    match plain.kind {
        Kind::Spawn | Kind::Alive => {
            entry.parent = peer.or(entry.parent);
            entry.call = plain.what.clone().or(entry.call.take());
            entry.origin = Some((plain.key, format!("{:?}", plain.term)));
        }
        Kind::Register => {
            entry.names.insert(name);
        }
        Kind::Unregister => {
            entry.names.remove(&name);
        }
        Kind::Link => {
            entry.links.extend(peer);
            if let Some(peer) = peer {
                known.entry(peer).or_default().links.insert(process);
            }
        }
        Kind::Unlink => {
            entry.links.retain(|link| Some(*link) != peer);
            if let Some(other) = peer.and_then(|peer| known.get_mut(&peer)) {
                other.links.remove(&process);
            }
        }
        Kind::State | Kind::Terminate => entry.state = Some((plain.key, format!("{:?}", plain.term))),
        _ => {}
    }
}

pub(crate) fn known_to(baseline: &Baseline) -> BTreeMap<ProcessKey, Known> {
    let entries = baseline.processes().iter().map(|entry| {
        let read = |(term, names): (StoredTerm<'_>, &Symbols)| read::read(term.bytes, names).expect("it reads");
        let term = baseline.state_term(entry.process).map(read);
        let begun = baseline.origin_term(entry.process).map(read);
        let known = Known {
            parent: entry.parent,
            call: entry.initial_call.as_ref().map(|(module, _, _)| module.clone()),
            names: entry.names.iter().map(|(name, _)| name.clone()).collect(),
            links: entry.links.iter().copied().collect(),
            state: entry.state.as_ref().map(|state| (state.key, format!("{term:?}"))),
            origin: entry.origin.map(|origin| (origin.key, format!("{begun:?}"))),
        };
        (entry.process, known)
    });
    entries.collect()
}

/// What is shown are the events at or above each class's low_watermark, all of them; what is remembered are those below.
pub(crate) fn check_floors(trace: &Trace, seen: &History) {
    // A process of a chunk that is gone is not named by what is left of the index.
    let held = Class::ALL.iter().flat_map(|class| trace.chunks(*class)).flat_map(|chunk| chunk.processes());
    let kept = trace.baseline().map_or(&[][..], |baseline| baseline.processes()).iter().map(|entry| entry.process);
    let named: BTreeSet<ProcessKey> = held.chain(kept).collect();
    assert_eq!(trace.processes(), named.into_iter().collect::<Vec<_>>());
    let shown = |class: Class| trace.rows(&[class], OrderKey::default(), OrderKey::MAX, Direction::Forward);
    for class in Class::ALL {
        let of_class = seen.in_order().into_iter().filter(|plain| plain.kind.class() == *class);
        let (below, above): (Vec<_>, Vec<_>) =
            of_class.cloned().partition(|plain| plain.key < trace.low_watermark(*class));
        assert_eq!(plains(trace, shown(*class)), above, "{}", class.name());
        let counts = trace.counts()[*class as usize];
        for process in trace.processes() {
            let n = above.iter().filter(|plain| plain.process == Some(process)).count() as u64;
            assert_eq!(trace.n_rows_of(process, *class), n, "{} of {process}", class.name());
        }
        assert_eq!((counts.stored, counts.evicted), (above.len() as u64, below.len() as u64), "{}", class.name());
        assert!(counts.balanced());
    }
    let mut known = trace.baseline().map(known_to).unwrap_or_default();
    for (process, expected) in baseline_of(seen, |class| trace.low_watermark(class)) {
        assert_eq!(known.remove(&process), Some(expected), "{process}");
    }
    assert_eq!(known, BTreeMap::new(), "no process else is remembered");
}

fn check(trace: &Trace, seen: &History, limits: &Limits) {
    check_floors(trace, seen);
    let mut n_shown = 0;
    for class in Class::ALL {
        let stored = trace.counts()[*class as usize].stored;
        if class.is_critical() {
            assert!(stored <= limits.max_critical_events);
        } else {
            n_shown += stored;
        }
    }
    let n_regular = seen.0.iter().filter(|plain| !plain.kind.class().is_critical()).count() as u64;
    match limits.max_bytes {
        u64::MAX => assert_eq!(n_shown, n_regular.min(limits.max_events)),
        _ => assert!(n_shown <= limits.max_events),
    }
}

#[test]
fn answers_after_eviction_are_those_of_the_full_history() {
    fn holds(history: History, bounds: Bounds) -> bool {
        let Bounds { limits, ask_every, seal_every } = bounds;
        history.record_with(limits.clone(), |writer, n| {
            if n % seal_every == seal_every - 1 {
                writer.seal(u64::MAX);
                let chunk_bytes = writer.store().bytes();
                assert!(chunk_bytes <= limits.max_bytes, "{chunk_bytes}");
            }
            if n % ask_every == ask_every - 1 || n + 1 == history.0.len() {
                check(&writer.snapshot(0), &History(history.0[..=n].to_vec()), &limits);
            }
        });
        true
    }
    QuickCheck::new().tests(500).quickcheck(holds as fn(History, Bounds) -> bool);
}

#[test]
fn asking_does_not_seal_while_the_window_holds() {
    fn holds(history: History) -> bool {
        let (mut writer, _) = history.record_with(unlimited(), |writer, _| drop(writer.snapshot(0)));
        let trace = writer.snapshot(0);
        Class::ALL.iter().all(|class| trace.chunks(*class).len() <= 1)
    }
    QuickCheck::new().tests(20).quickcheck(holds as fn(History) -> bool);
}

#[test]
fn a_baseline_keeps_within_its_bytes_and_says_what_it_dropped() {
    fn holds(history: History, max_bytes: u16) -> bool {
        let limits =
            Limits { max_events: 5, max_critical_events: 5, max_baseline_bytes: max_bytes.into(), ..unlimited() };
        let (mut writer, _) = history.record(limits.clone());
        let (bounded, whole) = (writer.snapshot(0), {
            let (mut writer, _) = history.record(Limits { max_baseline_bytes: u64::MAX, ..limits });
            writer.snapshot(0)
        });
        let Some((bounded, whole)) = bounded.baseline().zip(whole.baseline()) else { return true };
        let entries_dropped = bounded.n_dropped() > 0;
        bounded.n_bytes() <= u64::from(max_bytes)
            && whole.processes().iter().all(|entry| match bounded.process(entry.process) {
                Some(kept) => entries_dropped || kept.state == entry.state || kept.state_dropped,
                None => entries_dropped,
            })
    }
    QuickCheck::new().tests(200).quickcheck(holds as fn(History, u16) -> bool);
}
