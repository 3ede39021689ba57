//! Random recordings: a list of plain events, and the same taken in by an [`Writer`].

use quickcheck::{Arbitrary, Gen};
use scope_core::chunk::Chunk;
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::redact::Redactor;
use scope_core::term::write::Term;
use scope_core::term::{read, resolve, write};
use scope_core::trace::{RowRef, Trace};
use scope_core::writer::Writer;
use scope_core::{Class, Entity, Event, EventId, Flags, Kind, OrderKey, ProcessKey};
use std::collections::BTreeMap;

/// An event without dictionaries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plain {
    pub(crate) key: OrderKey,
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    pub(crate) process: Option<ProcessKey>,
    pub(crate) peer: Option<Peer>,
    pub(crate) what: Option<String>,
    pub(crate) term: Option<Term>,
}

/// A peer without dictionaries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Peer {
    Process(ProcessKey),
    Name(String),
    Reference([u32; 3]),
}

/// A recording, in order of arrival. No two events have the same key.
#[derive(Clone, Debug)]
pub(crate) struct History(pub(crate) Vec<Plain>);

const KINDS: &[Kind] = &[
    Kind::Send,
    Kind::Send,
    Kind::Delivered,
    Kind::Call,
    Kind::Return,
    Kind::State,
    Kind::State,
    Kind::Terminate,
    Kind::Spawn,
    Kind::Alive,
    Kind::Exit,
    Kind::Link,
    Kind::Unlink,
    Kind::Register,
    Kind::Unregister,
    Kind::Mark,
    Kind::SpanStart,
    Kind::ScheduledIn,
];

impl Arbitrary for History {
    fn arbitrary(g: &mut Gen) -> Self {
        let n = usize::arbitrary(g) % (g.size() * 30);
        // How far back in time a later arrival may lie.
        let jitter = *g.choose(&[1, 1, 4, 50, 2000]).unwrap();
        let speed = *g.choose(&[0, 1, 3, 1 << 33]).unwrap();
        let mut ties = BTreeMap::new();
        let mut now = 0u64;
        let mut dead = Vec::new();
        let mut events = Vec::new();
        for _ in 0..n {
            now += if speed == 0 { u64::from(u8::arbitrary(g) % 20 == 0) } else { u64::arbitrary(g) % speed };
            let kind = *g.choose(KINDS).unwrap();
            // Lifecycle events come in order and after what the process did before, as the VM sends them.
            let lifecycle = kind.class() == Class::Process;
            let back = if lifecycle { 0 } else { u64::arbitrary(g) % jitter };
            let (tick, thread) = (now.saturating_sub(back), if lifecycle { 2 } else { u16::arbitrary(g) % 3 });
            let tie = ties.entry((tick, thread)).or_insert(0u32);
            *tie += 1;
            let key = OrderKey { tick, thread, tie: *tie };
            let event = event(g, key, kind);
            // The dead do nothing, and no process links to them.
            let parties = event.process.into_iter().chain(event.peer.as_ref().and_then(|peer| match peer {
                Peer::Process(peer) if kind != Kind::Send => Some(*peer),
                _ => None,
            }));
            if parties.into_iter().any(|party| dead.contains(&party)) {
                continue;
            }
            dead.extend(event.process.filter(|_| kind == Kind::Exit));
            events.push(event);
        }
        Self(events)
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let events = self.0.clone();
        let n = events.len();
        let halves = [events[..n / 2].to_vec(), events[n / 2..].to_vec()].into_iter().filter(move |h| h.len() < n);
        let without = (0..n.min(60)).map(move |i| {
            let mut fewer = events.clone();
            fewer.remove(i * n / n.min(60));
            fewer
        });
        Box::new(halves.chain(without).map(Self))
    }
}

fn process(g: &mut Gen) -> ProcessKey {
    ProcessKey { number: u32::arbitrary(g) % 7, serial: 0, incarnation: 1 + u32::arbitrary(g) % 2 }
}

fn event(g: &mut Gen, key: OrderKey, kind: Kind) -> Plain {
    let process = process(g);
    let name = |g: &mut Gen| (*g.choose(&["cart", "shop", "Elixir.Shop.Cart", "größe"]).unwrap()).to_owned();
    let peer = match kind {
        Kind::Send => Some(match u8::arbitrary(g) % 4 {
            0 => Peer::Name(name(g)),
            1 => Peer::Reference([u32::arbitrary(g) % 4, 1, 2]),
            _ => Peer::Process(self::process(g)),
        }),
        Kind::Spawn | Kind::Link | Kind::Unlink => Some(Peer::Process(self::process(g))),
        _ => None,
    };
    let what = (kind.has_mfa() || kind.has_atom()).then(|| name(g));
    let has_term = matches!(kind.class(), Class::Message | Class::Call | Class::State | Class::Control);
    Plain {
        key,
        kind,
        flags: Flags(u8::arbitrary(g) % 4),
        process: (kind != Kind::Mark).then_some(process),
        peer,
        what,
        term: (has_term && u8::arbitrary(g) % 8 > 0).then(|| term(g)),
    }
}

fn term(g: &mut Gen) -> Term {
    let key = *g.choose(&["items", "total", "owner"]).unwrap();
    Term::Map(vec![
        (Term::Atom(key.into()), Term::Integer(i64::from(u8::arbitrary(g) % 12))),
        (Term::Atom("pid".into()), Term::Pid(process(g))),
        (Term::Atom("note".into()), Term::Binary(vec![b'x'; usize::from(u8::arbitrary(g)) % 40])),
    ])
}

impl History {
    /// The same events on each call: messages and calls of a few processes.
    pub(crate) fn some(n: u64) -> Self {
        let event = |n: u64| Plain {
            key: OrderKey { tick: 1000 + n * 10, thread: 0, tie: 0 },
            kind: [Kind::Send, Kind::Delivered, Kind::Call][n as usize % 3],
            flags: Flags::NONE,
            process: Some(ProcessKey::first(100 + n as u32 % 5, 0)),
            peer: n.is_multiple_of(3).then(|| Peer::Process(ProcessKey::first(100 + n as u32 % 7, 0))),
            what: (n % 3 == 2).then(|| "Elixir.Shop.Cart".to_owned()),
            term: Some(Term::Tuple(vec![
                Term::Atom("add".into()),
                Term::Integer(n as i64),
                Term::Binary(vec![n as u8; 9]),
            ])),
        };
        Self((0..n).map(event).collect())
    }

    /// Takes the events in, calling `each` after every one.
    pub(crate) fn record_with(
        &self,
        limits: Limits,
        mut each: impl FnMut(&mut Writer, usize),
    ) -> (Writer, Vec<EventId>) {
        let mut writer = Writer::new(Header { node: "test@host".into(), ..Header::default() }, limits, 7);
        let mut ids = Vec::new();
        for (n, plain) in self.0.iter().enumerate() {
            ids.push(push(&mut writer, plain));
            each(&mut writer, n);
        }
        (writer, ids)
    }

    pub(crate) fn record(&self, limits: Limits) -> (Writer, Vec<EventId>) {
        self.record_with(limits, |_, _| {})
    }

    /// The events in time order.
    pub(crate) fn in_order(&self) -> Vec<&Plain> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|plain| plain.key);
        sorted
    }
}

/// Takes one event in, and counts it as an edge would.
pub(crate) fn push(writer: &mut Writer, plain: &Plain) -> EventId {
    let seed = writer.seed();
    let symbols = writer.symbols();
    let peer = plain.peer.as_ref().map(|peer| match peer {
        Peer::Process(key) => Entity::Process(*key),
        Peer::Name(name) => Entity::Name(symbols.intern_atom(name)),
        Peer::Reference(words) => Entity::Reference(words.as_slice().into()),
    });
    let what = plain.what.as_deref().map_or(0, |what| match plain.kind.has_mfa() {
        true => symbols.intern_function(what, "run", 2).0,
        false => symbols.intern_atom(what).0,
    });
    let event = Event {
        key: plain.key,
        kind: plain.kind,
        flags: plain.flags,
        process: plain.process.map(|process| symbols.intern_process(process)).unwrap_or_default(),
        peer: peer.map(|peer| symbols.intern_entity(&peer)).unwrap_or_default(),
        what,
    };
    let mut bytes = Vec::new();
    let resolved = plain.term.as_ref().map(|term| {
        let mut raw = Vec::new();
        write::write(term, symbols, &mut raw);
        let redactor = Redactor::default();
        resolve::resolve(&raw, &mut resolve::Ids, symbols, &redactor, seed, &mut bytes)
            .expect("a term of ours resolves")
    });
    writer.store_mut().counts_mut()[plain.kind.class() as usize].emitted += 1;
    writer.push(&event, resolved.map(|resolved| (&*bytes, resolved))).expect("an event of ours is taken in")
}

/// A row of a chunk without its dictionary.
pub(crate) fn plain(chunk: &Chunk, row: u32) -> Plain {
    let event = chunk.event(row);
    let entity = |id| chunk.entity(id).cloned();
    let process = entity(event.process).map(|entity| match entity {
        Entity::Process(key) => key,
        other => panic!("{other:?} is no process"),
    });
    let peer = entity(event.peer).map(|entity| match entity {
        Entity::Process(key) => Peer::Process(key),
        Entity::Name(name) => Peer::Name(chunk.atom(name).into()),
        Entity::Reference(words) => Peer::Reference([words[0], words[1], words[2]]),
        other => panic!("{other:?} was never a peer"),
    });
    let mfa = event.mfa().and_then(|id| chunk.mfa(id));
    let what = match mfa {
        Some(mfa) => {
            assert_eq!((chunk.atom(mfa.function), mfa.arity), ("run", 2));
            Some(chunk.atom(mfa.module).to_owned())
        }
        None => event.atom().map(|atom| chunk.atom(atom).to_owned()),
    };
    let term = chunk.term(chunk.term_id(row)).map(|term| {
        assert!(term.complete);
        read::read(term.bytes, chunk).expect("a stored term reads")
    });
    Plain { key: event.key, kind: event.kind, flags: event.flags, process, peer, what, term }
}

/// The plain events of rows.
pub(crate) fn plains(trace: &Trace, rows: impl Iterator<Item = RowRef>) -> Vec<Plain> {
    rows.map(|row| plain(trace.chunk(&row), row.row)).collect()
}

/// Limits that never hide anything.
pub(crate) fn unlimited() -> Limits {
    Limits { max_events: u64::MAX, max_bytes: u64::MAX, max_critical_events: u64::MAX, max_baseline_bytes: u64::MAX }
}
