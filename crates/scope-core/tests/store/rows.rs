//! Walking a trace gives what sorting its events gives.

use crate::history::{History, Peer, Plain, plains, unlimited};
use quickcheck::{Arbitrary, Gen, QuickCheck};
use scope_core::symbols::PeerKey;
use scope_core::trace::{Direction, RowRef, Run, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

#[derive(Clone, Debug)]
struct Question {
    classes: Vec<Class>,
    from: OrderKey,
    to: OrderKey,
    direction: Direction,
    process: ProcessKey,
    seal_every: usize,
}

impl Arbitrary for Question {
    fn arbitrary(g: &mut Gen) -> Self {
        let span = *g.choose(&[10, 1000, u64::MAX]).unwrap();
        let a = OrderKey { tick: u64::arbitrary(g) % span, thread: 1, tie: u32::arbitrary(g) % 3 };
        let b = OrderKey { tick: u64::arbitrary(g) % span, thread: 1, tie: u32::arbitrary(g) % 3 };
        Self {
            classes: Class::ALL.iter().copied().filter(|_| u8::arbitrary(g) % 3 > 0).collect(),
            from: *g.choose(&[a, OrderKey::default()]).unwrap(),
            to: *g.choose(&[b, OrderKey::MAX]).unwrap(),
            direction: *g.choose(&[Direction::Forward, Direction::Backward]).unwrap(),
            process: ProcessKey { number: u32::arbitrary(g) % 7, serial: 0, incarnation: 1 },
            seal_every: 1 + usize::arbitrary(g) % 40,
        }
    }
}

/// What a plain list of the events answers.
fn expected(history: &History, question: &Question, wanted: impl Fn(&Plain) -> bool) -> Vec<Plain> {
    let mut found: Vec<Plain> = history.in_order().into_iter().cloned().collect();
    found.retain(|plain| question.classes.contains(&plain.kind.class()) && wanted(plain));
    found.retain(|plain| question.from <= plain.key && plain.key <= question.to);
    if question.direction == Direction::Backward {
        found.reverse();
    }
    found
}

fn recorded(history: &History, seal_every: usize) -> Trace {
    let (mut writer, _) = history.record_with(unlimited(), |writer, n| {
        if n % seal_every == seal_every - 1 {
            writer.seal(u64::MAX);
        }
    });
    writer.snapshot(u64::MAX)
}

/// Asks a recording of a history, and a plain list of its events.
fn check(history: &History, question: &Question) -> Trace {
    let trace = recorded(history, question.seal_every);
    let Question { classes, from, to, direction, process, .. } = question;
    let all = plains(&trace, trace.rows(classes, *from, *to, *direction));
    let own = plains(&trace, trace.process_rows(*process, classes, *from, *to, *direction));
    let peer = |key: PeerKey| plains(&trace, trace.peer_rows(&key, classes, *from, *to, *direction));
    let reference = [2, 1, 2];
    assert_eq!(all, expected(history, question, |_| true));
    assert_eq!(own, expected(history, question, |plain| plain.process == Some(*process)));
    for kind in [Kind::Send, Kind::Delivered, Kind::Call] {
        let of_kind = trace.process_rows_of_kind(*process, kind, *from, *to, *direction);
        let wanted = |plain: &Plain| plain.process == Some(*process) && plain.kind == kind;
        let one = Question { classes: vec![kind.class()], ..question.clone() };
        assert_eq!(plains(&trace, of_kind), expected(history, &one, wanted));
    }
    for (key, wanted) in [
        (PeerKey::Process(*process), Peer::Process(*process)),
        (PeerKey::Name("größe".into()), Peer::Name("größe".into())),
        (PeerKey::Reference(reference.as_slice().into()), Peer::Reference(reference)),
    ] {
        assert_eq!(peer(key), expected(history, question, |plain| plain.peer.as_ref() == Some(&wanted)));
    }
    trace
}

#[test]
fn walking_gives_what_sorting_gives() {
    fn holds(history: History, question: Question) -> bool {
        check(&history, &question);
        true
    }
    QuickCheck::new().tests(600).quickcheck(holds as fn(History, Question) -> bool);
}

/// So many chunks that what is known of eight times eight of them is kept together.
#[test]
fn walking_many_chunks_gives_what_sorting_gives() {
    let history = History::some(1_500);
    for (number, direction) in (100..107).zip([Direction::Forward, Direction::Backward].into_iter().cycle()) {
        let process = ProcessKey::first(number, 0);
        let (from, to) = (OrderKey::default(), OrderKey::MAX);
        let question = Question { classes: Class::ALL.to_vec(), from, to, direction, process, seal_every: 3 };
        let trace = check(&history, &question);
        assert!(trace.chunks(Class::Message).len() > 72);
    }
}

#[test]
fn runs_are_the_same_rows() {
    fn holds(history: History, question: Question) -> bool {
        let trace = recorded(&history, question.seal_every);
        let Question { classes, from, to, .. } = &question;
        let row =
            |run: &Run<'_>, row| RowRef { class: run.class, chunk_idx: run.chunk_idx, row, key: run.chunk.key(row) };
        let found = trace.runs(classes, *from, *to);
        let found: Vec<_> = found.flat_map(|run| run.rows().map(|at| row(&run, at)).collect::<Vec<_>>()).collect();
        found.into_iter().eq(trace.rows(classes, *from, *to, Direction::Forward))
    }
    QuickCheck::new().tests(600).quickcheck(holds as fn(History, Question) -> bool);
}

#[test]
fn every_id_finds_its_row_live_and_later() {
    fn holds(history: History, question: Question) -> bool {
        let (mut writer, ids) = history.record_with(unlimited(), |writer, n| {
            if n % question.seal_every == 0 {
                writer.seal(u64::MAX);
            }
        });
        let trace = writer.snapshot(0);
        ids.iter().zip(&history.0).all(|(id, event)| {
            let Some(row) = trace.find(*id) else { return false };
            trace.event_id(&row) == *id && plains(&trace, std::iter::once(row)) == std::slice::from_ref(event)
        })
    }
    QuickCheck::new().tests(200).quickcheck(holds as fn(History, Question) -> bool);
}

#[test]
fn the_processes_of_a_trace_are_those_its_events_and_terms_name() {
    fn holds(history: History, question: Question) -> bool {
        let trace = recorded(&history, question.seal_every);
        let mut named: Vec<ProcessKey> = Vec::new();
        for plain in &history.0 {
            named.extend(plain.process);
            if let Some(Peer::Process(process)) = plain.peer {
                named.push(process);
            }
            if let Some(scope_core::term::write::Term::Map(pairs)) = &plain.term {
                named.extend(pairs.iter().filter_map(|(_, value)| match value {
                    scope_core::term::write::Term::Pid(process) => Some(*process),
                    _ => None,
                }));
            }
        }
        named.sort();
        named.dedup();
        let of_pid: Vec<_> = named.iter().copied().filter(|p| p.number == question.process.number).collect();
        let ticks = history.in_order();
        let span = ticks.first().zip(ticks.last()).map(|(first, last)| (first.key.tick, last.key.tick));
        trace.processes() == named && trace.incarnations(question.process.number, 0) == of_pid && trace.span() == span
    }
    QuickCheck::new().tests(200).quickcheck(holds as fn(History, Question) -> bool);
}
