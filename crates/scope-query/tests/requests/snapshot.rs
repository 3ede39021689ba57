//! `snapshot_at` against a naive replay of everything written.

use crate::messages::{Timers, World, bodies};
use crate::script::{Script, To, ask, atom, pid, snapshot, snapshot_request};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_core::{EventId, Kind, ProcessKey};
use scope_query::Request;
use scope_query::requests::snapshot_at::ProcessSnapshot;
use scope_query::requests::snapshot_at::Snapshot;
use scope_query::requests::snapshot_at::SnapshotAtRequest;
use std::collections::BTreeMap;

fn at(trace: &Trace, time: u64) -> Snapshot {
    snapshot(ask(trace, Request::SnapshotAt(snapshot_request(time))).expect("an answer"))
}

fn of(snapshot: &Snapshot, process: ProcessKey) -> Option<&ProcessSnapshot> {
    snapshot.processes.iter().find(|row| row.process.pid == process.to_string())
}

/// Processes that live, take names, call functions and show states.
fn lives(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 1;
    let mut alive = [false; 4];
    for (what, who, step) in steps {
        tick += u64::from(step % 2);
        let n = usize::from(who % 4);
        let (process, name) = (pid(n as u32 + 1), ["a", "b"][usize::from(step % 2)]);
        match what % 9 {
            0 if !alive[n] && !script.written.iter().any(|written| written.process == Some(process)) => {
                script.spawn(tick, process, pid(0));
                alive[n] = true;
            }
            1 if alive[n] => {
                script.exit(tick, process, &atom("normal"));
                alive[n] = false;
            }
            _ if !alive[n] => {}
            2 => drop(script.register(tick, process, name)),
            3 => drop(script.unregister(tick, process, name)),
            4 => drop(script.state(tick, process, &Term::Integer(i64::from(*step)))),
            5 | 6 => drop(script.call(tick, process, name)),
            7 => drop(script.ret(tick, process, name)),
            _ => drop(script.call_only(tick, process, name)),
        }
    }
}

/// What a replay of everything written up to a time knows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Replayed {
    spawned: Option<u64>,
    names: Vec<String>,
    state: Option<EventId>,
    calls: Vec<(EventId, String)>,
}

fn replay(script: &Script, only_calls: &[EventId], time: u64) -> BTreeMap<ProcessKey, Replayed> {
    let mut living: BTreeMap<ProcessKey, Replayed> = BTreeMap::new();
    for written in script.written.iter().filter(|written| written.key.tick <= time) {
        let Some(process) = written.process else { continue };
        let (name, function) = written.what.clone().unwrap_or_default();
        match written.kind {
            Kind::Spawn => {
                drop(living.insert(process, Replayed { spawned: Some(written.key.tick), ..Replayed::default() }))
            }
            Kind::Exit if written.key.tick < time => drop(living.remove(&process)),
            Kind::Exit => living.entry(process).or_default().names.clear(),
            _ => {
                let own = living.entry(process).or_default();
                match written.kind {
                    Kind::Register if !own.names.contains(&format!(":{name}")) => own.names.push(format!(":{name}")),
                    Kind::Unregister => own.names.retain(|held| *held != format!(":{name}")),
                    Kind::State => {
                        own.state = Some(written.id);
                        own.calls.clear();
                    }
                    Kind::Call if !only_calls.contains(&written.id) => own.calls.push((written.id, function)),
                    Kind::Return => {
                        if let Some(innermost) = own.calls.iter().rposition(|(_, open)| *open == function) {
                            own.calls.truncate(innermost);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    living
}

quickcheck! {
    fn the_living_their_names_states_and_calls_are_those_of_a_replay(steps: Vec<(u8, u8, u8)>, time: u8) -> bool {
        let mut script = Script::new();
        lives(&mut script, &steps);
        let trace = script.trace();
        let only: Vec<EventId> = script.written.iter().map(|written| written.id).filter(|id| {
            trace.find(*id).is_some_and(|row| trace.chunk(&row).event(row.row).flags.contains(scope_core::Flags::NO_RETURN))
        }).collect();
        let time = u64::from(time);
        let replayed = replay(&script, &only, time);
        let found = at(&trace, time);
        let written: BTreeMap<String, Replayed> = found.processes.iter().map(|row| {
            let calls = row.calls.iter().map(|call| (call.id.parse().expect("an id"), call.function.function.clone()));
            let state = row.state.as_ref().map(|state| state.id.parse().expect("an id"));
            (row.process.pid.clone(), Replayed { spawned: row.spawned_at, names: row.names.clone(), state, calls: calls.collect() })
        }).collect();
        found.n_alive == replayed.len() as u64
            && written == replayed.into_iter().map(|(process, replayed)| (process.to_string(), replayed)).collect()
    }

    fn a_mailbox_holds_what_was_sent_and_not_handled(steps: Vec<(u8, u8, u8, u8)>, n_bodies: u8, timers: bool, time: u8) -> bool {
        let mut script = Script::new();
        let timers = if timers { Timers::On } else { Timers::Off };
        let world = World::run(&mut script, &bodies(&steps, n_bodies % 8 + 1), timers);
        mailboxes_are_true(&world, &script.trace(), u64::from(time) % 32, timers, false)
    }

    fn with_different_messages_every_mailbox_is_known(steps: Vec<(u8, u8, u8, u8)>, time: u8) -> bool {
        let mut script = Script::new();
        let numbered: Vec<_> = (0..).zip(steps.iter().take(255)).map(|(n, (a, b, c, _))| (*a, *b, *c, n)).collect();
        let world = World::run(&mut script, &numbered, Timers::Off);
        mailboxes_are_true(&world, &script.trace(), u64::from(time) % 32, Timers::Off, true)
    }

    fn pages_make_up_the_snapshot(steps: Vec<(u8, u8, u8)>, time: u8, limit: u8) -> bool {
        let mut script = Script::new();
        lives(&mut script, &steps);
        let trace = script.trace();
        let whole = at(&trace, u64::from(time));
        let (mut processes, mut after) = (Vec::new(), None);
        loop {
            let limit = Some(u32::from(limit % 3) + 1);
            let request = SnapshotAtRequest { limit, after, ..snapshot_request(u64::from(time)) };
            let answer = ask(&trace, Request::SnapshotAt(request)).expect("a page");
            after = answer.next.clone();
            processes.extend(snapshot(answer).processes);
            if after.is_none() {
                return processes == whole.processes;
            }
        }
    }
}

fn mailboxes_are_true(world: &World, trace: &Trace, time: u64, timers: Timers, all_known: bool) -> bool {
    let found = at(trace, time);
    (0..3).map(pid).all(|process| {
        let arrived = || world.arrived.iter().filter(|(to, ..)| *to == process);
        let handles = arrived().any(|(.., handled)| handled.is_some());
        let Some(mailbox) = of(&found, process).and_then(|row| row.mailbox.as_ref()) else {
            // No process asks for the mailbox of a process that has done nothing yet.
            return !(all_known && handles && of(&found, process).is_some());
        };
        let waits = |(_, at, handled): &&(ProcessKey, u64, Option<u64>)| {
            *at <= time && handled.is_none_or(|handled| handled > time)
        };
        let on_the_way = world
            .sent
            .iter()
            .filter(|truth| truth.to == process && truth.sent <= time && truth.delivered.is_none_or(|at| at > time));
        let (n_waiting, n_on_the_way) = (arrived().filter(waits).count() as u64, on_the_way.count() as u64);
        let exact = timers == Timers::Off && mailbox.since.is_none();
        mailbox.n_waiting == n_waiting
            && if exact { mailbox.n_on_the_way == n_on_the_way } else { mailbox.n_on_the_way <= n_on_the_way }
    })
}

/// OTP 28 and later: what has priority is fetched before older messages, which wait on.
#[test]
fn what_a_priority_message_overtook_still_waits() {
    let mut script = Script::new();
    let (server, client) = (pid(1), pid(2));
    for (tick, text) in [(1, "one"), (2, "two")] {
        script.send(tick, client, &To::Pid(server), &atom(text));
        script.deliver(tick, server, &atom(text));
    }
    script.send(3, client, &To::Alias(7), &atom("urgent"));
    script.deliver(3, server, &atom("urgent"));
    for (tick, text) in [(4, "urgent"), (6, "one"), (8, "two")] {
        script.handle(tick, server, &atom(text));
    }
    let trace = script.trace();
    let n_waiting =
        |time| of(&at(&trace, time), server).and_then(|row| row.mailbox.as_ref().map(|mailbox| mailbox.n_waiting));
    assert_eq!([3, 5, 7, 9].map(n_waiting), [Some(3), Some(2), Some(1), Some(0)]);
}
