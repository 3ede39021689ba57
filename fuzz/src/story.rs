//! A trace that is structurally valid whatever it says: its events are read from any bytes, seven to an event.
//!
//! Mutating a file itself mostly damages a chunk; this reaches the requests on traces that can be read.

use scope_core::event::Flags;
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, resolve};
use scope_core::term::{Term, write::write};
use scope_core::writer::Writer;
use scope_core::{Entity, EntityId, Event, Kind, OrderKey, ProcessKey};

const SEED: u64 = 7;
const ATOMS: &[&str] = &["ok", "Elixir.Cart", "cart", "normal", "$gen_call", "gen_server", "", "a\u{0}b"];
const EVENT_BYTES: usize = 7;

/// The file of the trace that bytes tell of. The first decides how much is kept.
#[must_use]
pub fn file(bytes: &[u8]) -> Vec<u8> {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let few = u64::from(*first % 8) * 16;
    let limits = match few {
        0 => Limits::default(),
        few => Limits { max_events: few, max_critical_events: 2 * few, ..Limits::default() },
    };
    let mut writer = Writer::new(Header::default(), limits, SEED);
    let mut tick = 0_u64;
    for (tie, event) in (0..).zip(rest.as_chunks::<EVENT_BYTES>().0) {
        // Time goes on slowly, stands still, leaps, and returns.
        tick = match event[0] >> 6 {
            0 => tick + u64::from(event[0]),
            1 => tick,
            2 => tick + (1 << (event[0] & 47)),
            _ => tick.saturating_sub(u64::from(event[0])),
        } & ((1 << 53) - 1);
        take_in(&mut writer, OrderKey { tick, thread: u16::from(event[1] >> 6), tie }, event);
    }
    writer.dump(tick)
}

fn take_in(writer: &mut Writer, key: OrderKey, event: &[u8; EVENT_BYTES]) {
    let [_, kind, process, peer, what, term, detail] = *event;
    let kinds = Kind::ALL;
    let kind = kinds[usize::from(kind & 63) % kinds.len()];
    let term = (term != 0).then(|| self::term(u64::from(term), detail, 4));
    let symbols = writer.symbols();
    let text = |n: u8| ATOMS[usize::from(n) % ATOMS.len()];
    let peer = match peer >> 6 {
        0 => EntityId::NONE,
        1 => {
            let name = symbols.intern_atom(text(peer));
            symbols.intern_entity(&Entity::Name(name))
        }
        _ => symbols.intern_process(self::process(peer)),
    };
    let what = if kind.has_mfa() {
        symbols.intern_function(text(what), text(what >> 3), u32::from(what >> 6)).0
    } else if kind.has_atom() {
        symbols.intern_atom(text(what)).0
    } else {
        0
    };
    let process = symbols.intern_process(self::process(process));
    let event = Event { key, kind, flags: Flags::NONE, process, peer, what };
    let (mut raw, mut bytes) = (Vec::new(), Vec::new());
    let resolved = term.map(|term| {
        write(&term, symbols, &mut raw);
        resolve(&raw, &mut Ids, symbols, &Redactor::default(), SEED, &mut bytes).expect("a term that was written")
    });
    // What cannot be taken in is refused; the rest is the story.
    let _ = writer.push(&event, resolved.map(|resolved| (&*bytes, resolved)));
}

/// Few processes, so that they meet; some pids are used again.
fn process(n: u8) -> ProcessKey {
    ProcessKey { incarnation: 1 + u32::from(n >> 3 & 1), ..ProcessKey::first(100 + u32::from(n & 7), 0) }
}

/// Few terms, so that they are equal, of every form that requests look into.
fn term(choice: u64, detail: u8, depth: u32) -> Term {
    let atom = |n: u8| Term::Atom(ATOMS[usize::from(n) % ATOMS.len()].into());
    let inner = |n: u8| if depth == 0 { atom(n) } else { term(choice / 3 + u64::from(n), detail / 2, depth - 1) };
    match choice % 9 {
        0 => atom(detail),
        1 => Term::Integer(i64::from(detail % 4)),
        2 => Term::Pid(process(detail)),
        3 => Term::Tuple(vec![atom(4), Term::Tuple(vec![Term::Pid(process(detail)), inner(0)]), inner(1)]),
        4 => Term::List((0..detail % 4).map(inner).collect(), None),
        5 => Term::List(vec![inner(0)], Some(Box::new(atom(detail)))),
        6 => Term::Map((0..detail % 3).map(|n| (inner(n), inner(n + 1))).collect()),
        7 => Term::Tuple(vec![inner(0), inner(1)]),
        _ => Term::Binary(vec![detail; usize::from(detail)]),
    }
}
