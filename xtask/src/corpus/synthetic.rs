//! Traces that cannot be recorded on demand, written event by event: equal ticks and reused pids are up to the VM.
//!
//! Invariant: a trace depends on its story alone, so that generating it again gives the same bytes.

mod filters;
mod step;

use anyhow::{Context, Result};
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, resolve};
use scope_core::term::{Term, write::write};
use scope_core::writer::Writer;
use scope_core::{Entity, EntityId, Event, Kind, ProcessKey};
use step::PARENT;
pub(crate) use step::{Step, all_are_traced, atom, spawned, step};

/// The seed of the match keys; any would do.
const SEED: u64 = 7;

/// The trace of a case, or nothing for a case that is recorded.
pub(super) fn trace(case: &str) -> Option<Result<Vec<u8>>> {
    let (story, limits) = match case {
        "clock_tie" => (clock_tie(), Limits::default()),
        "empty_trace" => (vec![], Limits::default()),
        "equal_senders" => (equal_senders(), Limits::default()),
        "pid_reused" => (pid_reused(), Limits::default()),
        "filters" => (filters::story(), Limits::default()),
        "outlived_chunks" => {
            (outlived_chunks(), Limits { max_events: 20, max_critical_events: 40, ..Limits::default() })
        }
        _ => return None,
    };
    Some(dump(&story, limits))
}

/// The writer's thread is drained first although its number is higher, so that the order of arrival is not the order of the trace.
fn clock_tie() -> Vec<Step> {
    const WRITER: ProcessKey = ProcessKey::first(101, 0);
    const SERVER: ProcessKey = ProcessKey::first(102, 0);
    let put = |n| Term::Tuple(vec![atom("put"), Term::Integer(n)]);
    let send = |tick, n| step(tick, Kind::Send, WRITER).peer(SERVER).term(put(n));
    let delivered = |tick, n| step(tick, Kind::Delivered, SERVER).term(put(n));
    let handled = |tick, n| step(tick, Kind::Handled, SERVER).atom("Elixir.Register").term(put(n));
    let state = |tick, n| step(tick, Kind::State, SERVER).atom("Elixir.Register").term(Term::Integer(n));
    vec![
        all_are_traced(),
        spawned(1_000, WRITER),
        spawned(1_001, SERVER),
        step(1_002, Kind::Register, SERVER).atom("register"),
        send(4_000, 0).by(1, 0),
        // Two threads at one tick.
        send(5_000, 1).by(1, 0),
        send(5_000, 2).by(1, 1),
        delivered(5_000, 0).by(0, 0),
        handled(5_000, 0).by(0, 1),
        state(5_000, 0).by(0, 2),
        // One thread, six events at one tick.
        delivered(6_000, 1).by(0, 0),
        delivered(6_000, 2).by(0, 1),
        handled(6_000, 1).by(0, 2),
        state(6_000, 1).by(0, 3),
        handled(6_000, 2).by(0, 4),
        state(6_000, 2).by(0, 5),
    ]
}

/// Two senders say the same before either is heard; others can be distinguished, or come from nowhere, or go nowhere.
fn equal_senders() -> Vec<Step> {
    const A: ProcessKey = ProcessKey::first(101, 0);
    const B: ProcessKey = ProcessKey::first(102, 0);
    const SERVER: ProcessKey = ProcessKey::first(103, 0);
    let put = |n| Term::Tuple(vec![atom("put"), Term::Integer(n)]);
    let tick = || atom("tick");
    let send = |at, from, message| step(at, Kind::Send, from).peer(SERVER).term(message);
    let delivered = |at, message| step(at, Kind::Delivered, SERVER).term(message);
    let handled = |at, message| step(at, Kind::Handled, SERVER).atom("Elixir.Server").term(message);
    vec![
        all_are_traced(),
        spawned(500, A),
        spawned(501, B),
        spawned(502, SERVER),
        step(503, Kind::Register, SERVER).atom("server"),
        send(1_000, A, tick()),
        send(1_010, B, tick()),
        delivered(1_020, tick()),
        delivered(1_030, tick()),
        handled(1_040, tick()),
        handled(1_050, tick()),
        send(2_000, A, tick()),
        delivered(2_010, tick()),
        handled(2_020, tick()),
        send(3_000, A, put(1)),
        send(3_001, B, put(2)),
        delivered(3_010, put(2)),
        delivered(3_020, put(1)),
        handled(3_030, put(2)),
        handled(3_040, put(1)),
        delivered(4_000, atom("late")),
        handled(4_010, atom("late")),
        send(5_000, A, atom("lost")),
    ]
}

fn pid_reused() -> Vec<Step> {
    const CLIENT: ProcessKey = ProcessKey::first(101, 0);
    const CART: ProcessKey = ProcessKey::first(140, 0);
    const TILL: ProcessKey = ProcessKey { incarnation: 2, ..CART };
    let state = |tick, server, n| step(tick, Kind::State, server).term(Term::Integer(n));
    let message = |n| Term::Tuple(vec![atom("add"), Term::Integer(n)]);
    let sent = |tick, server, n| {
        [
            step(tick, Kind::Send, CLIENT).peer(server).term(message(n)),
            step(tick + 10, Kind::Delivered, server).term(message(n)),
            step(tick + 20, Kind::Handled, server).term(message(n)),
        ]
    };
    let mut story = vec![
        all_are_traced(),
        spawned(500, CLIENT),
        spawned(1_000, CART),
        step(1_010, Kind::Register, CART).atom("cart"),
        state(1_020, CART, 1).atom("Elixir.Cart"),
    ];
    story.extend(sent(2_000, CART, 1));
    story.extend([
        state(2_030, CART, 2).atom("Elixir.Cart"),
        step(5_000, Kind::Unregister, CART).atom("cart"),
        step(5_001, Kind::Exit, CART).term(atom("normal")),
        spawned(8_000, TILL),
        step(8_010, Kind::Register, TILL).atom("till"),
        state(8_020, TILL, 100).atom("Elixir.Till"),
    ]);
    story.extend(sent(9_000, TILL, 50));
    story.push(state(9_030, TILL, 150).atom("Elixir.Till"));
    story
}

/// A supervisor and its server, seen at the beginning, and then so many short lives that nothing of it is held any more.
fn outlived_chunks() -> Vec<Step> {
    const SUPERVISOR: ProcessKey = ProcessKey::first(101, 0);
    const CART: ProcessKey = ProcessKey::first(102, 0);
    const OTHER: ProcessKey = ProcessKey::first(103, 0);
    let list = |items| Term::List(items, None);
    let pair = |key: &str, value| (atom(key), value);
    let arguments = |parent, module: &str, argument| {
        let server =
            vec![atom("gen_server"), Term::Pid(parent), Term::Pid(parent), atom(module), argument, list(vec![])];
        list(vec![Term::Pid(parent), list(vec![]), atom("gen"), atom("init_it"), list(server)])
    };
    let of_shop = Term::Tuple(vec![atom("self"), atom("Elixir.Shop"), list(vec![])]);
    let strategy = Term::Map(vec![
        pair("strategy", atom("one_for_all")),
        pair("intensity", Term::Integer(3)),
        pair("period", Term::Integer(5)),
    ]);
    let child = Term::Map(vec![
        pair("id", Term::Tuple(vec![atom("cart"), Term::Integer(7)])),
        pair("type", atom("worker")),
        pair("restart", atom("permanent")),
        pair("modules", list(vec![atom("Elixir.Cart")])),
        pair("supervisor", Term::Pid(SUPERVISOR)),
    ]);
    let found = |module: &str, ancestors: Vec<Term>, more: (Term, Term)| {
        Term::Map(vec![pair("module", atom(module)), pair("ancestors", list(ancestors)), more])
    };
    let mut story = vec![
        all_are_traced(),
        step(1_000, Kind::Spawn, SUPERVISOR).peer(PARENT).term(arguments(PARENT, "supervisor", of_shop)),
        step(1_010, Kind::Spawn, CART).peer(SUPERVISOR).term(arguments(SUPERVISOR, "Elixir.Cart", Term::Integer(7))),
        step(1_020, Kind::Link, CART).peer(SUPERVISOR),
        step(1_030, Kind::Register, CART).atom("cart"),
        step(1_040, Kind::Spawn, OTHER).peer(SUPERVISOR).term(arguments(SUPERVISOR, "Elixir.Other", Term::Integer(8))),
        step(1_050, Kind::Alive, SUPERVISOR).peer(PARENT).term(found(
            "Elixir.Shop",
            vec![Term::Pid(PARENT)],
            pair("supervisor", strategy),
        )),
        step(1_060, Kind::Alive, CART).peer(SUPERVISOR).term(found(
            "Elixir.Cart",
            vec![Term::Pid(SUPERVISOR), Term::Pid(PARENT)],
            pair("child", child),
        )),
        step(2_000, Kind::State, CART).atom("Elixir.Cart").term(list(vec![atom("book")])),
        step(2_100, Kind::Exit, OTHER).term(atom("boom")),
    ];
    for n in 0..200 {
        let short = ProcessKey::first(1_000 + n, 0);
        let tick = 3_000 + u64::from(n) * 10;
        story.push(spawned(tick, short));
        story.push(step(tick + 1, Kind::State, short).atom("Elixir.Short").term(Term::Integer(n.into())));
        story.push(step(tick + 2, Kind::Exit, short).term(atom("normal")));
    }
    story
}

/// Takes a story in, in the order it is step, and writes it as a dump that is complete up to its last event.
pub(crate) fn dump(story: &[Step], limits: Limits) -> Result<Vec<u8>> {
    let header = Header {
        recorder_version: env!("CARGO_PKG_VERSION").into(),
        node: "synthetic@nohost".into(),
        otp: "25".into(),
        elixir: "1.14.0".into(),
        monotonic_anchor_ns: -576_460_752_303_423_488,
        wall_anchor_ns: 1_700_000_000_000_000_000,
        instance: "00000000000000000000000000000000".into(),
        ..Header::default()
    };
    let mut writer = Writer::new(header, limits, SEED);
    for step in story {
        take_in(&mut writer, step).with_context(|| format!("{:?} at {:?}", step.kind, step.key))?;
    }
    let watermark = story.iter().map(|step| step.key.tick).max().unwrap_or_default();
    Ok(writer.dump(watermark))
}

fn take_in(writer: &mut Writer, step: &Step) -> Result<()> {
    let seed = writer.seed();
    let symbols = writer.symbols();
    let what = match (step.kind, step.function) {
        (Kind::Spawn | Kind::Alive, _) => symbols.intern_function("proc_lib", "init_p", 5).0,
        (_, Some((module, name, arity))) => symbols.intern_function(module, name, arity).0,
        _ => step.atom.map_or(0, |text| symbols.intern_atom(text).0),
    };
    let mut id = |process: Option<ProcessKey>| process.map_or(EntityId::NONE, |key| symbols.intern_process(key));
    let (process, mut peer) = (id(step.process), id(step.peer));
    if let Some(name) = step.name {
        let name = symbols.intern_atom(name);
        peer = symbols.intern_entity(&Entity::Name(name));
    }
    let event = Event { key: step.key, kind: step.kind, flags: step.flags, process, peer, what };
    let (mut raw, mut bytes) = (Vec::new(), Vec::new());
    let mut resolved = None;
    if let Some(term) = &step.term {
        write(term, symbols, &mut raw);
        resolved = Some(resolve(&raw, &mut Ids, symbols, &Redactor::default(), seed, &mut bytes)?);
    }
    writer.push(&event, resolved.map(|resolved| (&*bytes, resolved)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn a_committed_synthetic_trace_is_the_one_its_story_gives() {
        for case in ["clock_tie", "empty_trace", "equal_senders", "filters", "pid_reused", "outlived_chunks"] {
            let committed = std::fs::read(workspace::corpus().join(case).join("trace.scope")).unwrap();
            assert!(trace(case).unwrap().unwrap() == committed, "{case}: record it again");
        }
        assert!(trace("shop_crash").is_none());
    }
}
