//! A recorder that names ever new processes and references stays bounded, and what it recorded stays right.

use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::symbols::PeerKey;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, Resolved, resolve};
use scope_core::term::write::{Term, write};
use scope_core::trace::Direction;
use scope_core::writer::Writer;
use scope_core::{Class, Entity, EntityId, Event, Flags, Kind, OrderKey, ProcessKey};

const N: u32 = 350_000;

fn event(tick: u64, kind: Kind, process: EntityId, peer: EntityId) -> Event {
    Event { key: OrderKey::at(tick), kind, flags: Flags::NONE, process, peer, what: 0 }
}

/// A term of the writer's dictionary, ready to be taken in.
fn resolved(writer: &mut Writer, term: &Term) -> (Vec<u8>, Resolved) {
    let (mut raw, mut bytes, seed) = (Vec::new(), Vec::new(), writer.seed());
    write(term, writer.symbols(), &mut raw);
    let resolved = resolve(&raw, &mut Ids, writer.symbols(), &Redactor::default(), seed, &mut bytes).unwrap();
    (bytes, resolved)
}

fn words(n: u32) -> scope_core::symbols::ReferenceWords {
    [n, 2, 3].into_iter().collect()
}

#[test]
fn the_dictionary_remains_bounded_and_match_keys_stay_equal() {
    let mut writer = Writer::new(Header::default(), Limits { max_events: 50_000, ..Limits::default() }, 7);
    let server = ProcessKey::first(7, 0);
    let message = Term::Tuple(vec![Term::Atom("add".into()), Term::Pid(server)]);
    let (_, before) = resolved(&mut writer, &message);
    let mut most = 0;
    for n in 0..N {
        let tick = u64::from(n) * 10;
        let id = writer.symbols().intern_process(server);
        let client = writer.symbols().intern_process(ProcessKey::first(100 + n, 0));
        let alias = writer.symbols().intern_entity(&Entity::Reference(words(n)));
        let (bytes, resolved) = resolved(&mut writer, &message);
        writer.push(&event(tick, Kind::Spawn, client, id), None).unwrap();
        writer.push(&event(tick + 1, Kind::Send, id, alias), Some((&bytes, resolved))).unwrap();
        writer.push(&event(tick + 2, Kind::Exit, client, EntityId::NONE), None).unwrap();
        writer.tidy_symbols();
        most = most.max(writer.symbols().counts().1);
    }
    let (_, after) = resolved(&mut writer, &message);
    assert_eq!(before, after);
    assert!(most < 350_000, "{most} entities were held at once, of {}", 2 * N);

    let trace = writer.snapshot(u64::MAX);
    let all = |class: &[Class]| trace.rows(class, OrderKey::default(), OrderKey::MAX, Direction::Forward);
    let last: Vec<_> = all(&[Class::Message]).collect();
    assert_eq!(last.len(), 50_000);
    for (row, n) in last.iter().zip(N - 50_000..) {
        let chunk = trace.chunk(row);
        let event = chunk.event(row.row);
        assert_eq!(chunk.entity(event.peer), Some(&Entity::Reference(words(n))));
        assert_eq!(chunk.entity(event.process), Some(&Entity::Process(server)));
    }
    let one = PeerKey::Reference(words(N - 3));
    assert_eq!(
        trace.peer_rows(&one, &[Class::Message], OrderKey::default(), OrderKey::MAX, Direction::Forward).count(),
        1
    );
    for row in all(&[Class::Process]) {
        let chunk = trace.chunk(&row);
        let number = 100 + (row.key.tick / 10) as u32;
        assert_eq!(chunk.entity(chunk.event(row.row).process), Some(&Entity::Process(ProcessKey::first(number, 0))));
    }
}
