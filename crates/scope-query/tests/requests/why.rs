//! `why` and `impact` against a simulated node that knows what led to what.

mod world;

use crate::script::{Script, To, ask, atom, pid};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_core::{Class, EventId, Kind};
use scope_query::Answer;
use scope_query::Request;
use scope_query::answer::Chain;
use scope_query::answer::Step;
use scope_query::requests::ChainRequest;
use scope_query::requests::Data;
use std::collections::{BTreeMap, BTreeSet};
use world::{Losses, World};

fn chain(answer: &Answer) -> &Chain {
    match &answer.data {
        Data::Why(chain) | Data::Impact(chain) => chain,
        data => panic!("a chain, not {data:?}"),
    }
}

fn request(id: EventId, depth: u32) -> ChainRequest {
    ChainRequest { id: id.to_string(), depth: Some(depth), limit: Some(1_000) }
}

fn why(trace: &Trace, id: EventId, depth: u32) -> Answer {
    ask(trace, Request::Why(request(id, depth))).expect("an answer")
}

fn impact(trace: &Trace, id: EventId, depth: u32) -> Answer {
    ask(trace, Request::Impact(request(id, depth))).expect("an answer")
}

/// The event itself, with its edges.
fn first(trace: &Trace, id: EventId) -> Step {
    chain(&why(trace, id, 1)).rows[0].clone()
}

fn ids(answer: &Answer) -> BTreeSet<String> {
    chain(answer).rows.iter().map(|row| row.event.id.clone()).collect()
}

/// The events of which the truth is known and that the trace still holds, with their numbers in the story.
fn held(world: &World, trace: &Trace) -> Vec<(usize, EventId)> {
    let written = world.truth.iter().enumerate().filter_map(|(number, truth)| Some((number, truth.id?)));
    written.filter(|(_, id)| trace.find(*id).is_some()).collect()
}

/// Whether what is said of one event is true.
fn is_true(world: &World, trace: &Trace, (number, id): (usize, EventId)) -> bool {
    let (step, truth) = (first(trace, id), &world.truth[number]);
    let holds = |id: EventId| trace.find(id).is_some();
    // Where the cause itself was not recorded, what led to that may be named.
    let behind: BTreeSet<String> = world.behind(number, &holds).iter().map(EventId::to_string).collect();
    let direct = truth.causes.iter().filter_map(|cause| world.truth[*cause].id);
    let direct: Vec<EventId> = direct.filter(|id| holds(*id)).collect();
    let is_direct = |id: &str| direct.iter().any(|cause| cause.to_string() == id);
    let edges = step.causes.iter().all(|edge| match (&*edge.certainty, edge.n) {
        ("certain", None) => behind.contains(&edge.id),
        // Nothing equal was recorded on the way; what was not may have been.
        ("likely", None) if edge.kind == "unique_match" => direct.is_empty() || is_direct(&edge.id),
        ("likely", None) => behind.contains(&edge.id),
        ("possible", Some(n)) => {
            matches!(&*edge.kind, "content_match" | "link_exit" | "call_exit")
                && n == step.causes.len() as u64
                && (direct.is_empty() || step.causes.iter().any(|edge| is_direct(&edge.id)))
        }
        ("possible", None) => matches!(&*edge.kind, "same_process_order" | "unique_match"),
        _ => false,
    });
    let stop = step.stop.as_ref().map(|stop| &*stop.reason);
    let stopped = match stop {
        Some("entry_point") => truth.causes.is_empty(),
        // Something that was lost in between may have been a cause.
        Some("lost") => !trace.losses().is_empty(),
        // So may a message that was evicted since the process began.
        Some("evicted") => trace.baseline().is_some() && direct.iter().all(|cause| cause.class == Class::Process),
        Some("not_traced") => direct.is_empty(),
        Some("ambiguous") => true,
        Some(_) => false,
        None => !step.causes.is_empty(),
    };
    edges && stopped && (stop.is_none() || step.causes.is_empty())
}

fn is_exit(world: &World, number: usize) -> bool {
    let id = world.truth[number].id;
    world.script.written.iter().any(|written| Some(written.id) == id && written.kind == Kind::Exit)
}

/// All that is behind each event, by the edges one step behind each.
fn closure(trace: &Trace, events: &[EventId]) -> BTreeMap<String, BTreeSet<String>> {
    let edges: BTreeMap<String, BTreeSet<String>> = events
        .iter()
        .map(|id| (id.to_string(), first(trace, *id).causes.into_iter().map(|edge| edge.id).collect()))
        .collect();
    let mut all = edges.clone();
    loop {
        let mut grown = all.clone();
        for (id, behind) in &all {
            let more: Vec<String> =
                behind.iter().flat_map(|cause| all.get(cause).into_iter().flatten().cloned()).collect();
            grown.get_mut(id).expect("it is known").extend(more);
        }
        if grown == all {
            return all;
        }
        all = grown;
    }
}

quickcheck! {
    fn what_is_said_to_have_led_to_an_event_did(steps: Vec<(u8, u8, u8)>, n_bodies: u8) -> bool {
        let mut world = World::run(Script::new(), &steps, Some(n_bodies % 4 + 1), Losses::default());
        let trace = world.script.trace();
        held(&world, &trace).into_iter().all(|event| is_true(&world, &trace, event))
    }

    fn where_no_two_messages_are_equal_all_that_led_to_an_event_is_written(steps: Vec<(u8, u8, u8)>) -> bool {
        let mut world = World::run(Script::new(), &steps, None, Losses::default());
        let trace = world.script.trace();
        held(&world, &trace).into_iter().all(|(number, id)| {
            let causes = first(&trace, id).causes;
            let is_decided = causes.iter().all(|edge| edge.n.is_none());
            let written: BTreeSet<String> = causes.into_iter().map(|edge| edge.id).collect();
            let really: BTreeSet<String> = world.behind(number, &|_| true).iter().map(EventId::to_string).collect();
            // Of several exits that came at once one may be named beside the true one.
            if is_decided { written == really } else { is_exit(&world, number) && !written.is_disjoint(&really) }
        })
    }

    fn what_was_lost_makes_nothing_untrue(steps: Vec<(u8, u8, u8)>, n_bodies: u8, every: u8) -> bool {
        let losses = Losses { every: Some(usize::from(every)) };
        let mut world = World::run(Script::new(), &steps, Some(n_bodies % 4 + 1), losses);
        let trace = world.script.trace();
        held(&world, &trace).into_iter().all(|event| is_true(&world, &trace, event))
    }

    fn what_was_evicted_makes_nothing_untrue(steps: Vec<(u8, u8, u8)>, n_bodies: u8, keep: u8) -> bool {
        let script = Script::keeping(u64::from(keep % 64) + 1);
        let mut world = World::run(script, &steps, Some(n_bodies % 4 + 1), Losses::default());
        let trace = world.script.trace();
        held(&world, &trace).into_iter().all(|event| is_true(&world, &trace, event))
    }

    fn what_followed_from_an_event_has_it_among_its_causes(steps: Vec<(u8, u8, u8)>, n_bodies: u8, every: u8, keep: u8) -> bool {
        let losses = Losses { every: (every > 128).then_some(usize::from(every)) };
        let script = if keep > 128 { Script::keeping(u64::from(keep % 64) + 1) } else { Script::new() };
        let mut world = World::run(script, &steps, Some(n_bodies % 4 + 1), losses);
        let trace = world.script.trace();
        let events: Vec<EventId> = held(&world, &trace).into_iter().map(|(_, id)| id).collect();
        let behind = closure(&trace, &events);
        events.iter().all(|id| {
            let name = id.to_string();
            let after: BTreeSet<String> =
                behind.iter().filter(|(_, causes)| causes.contains(&name)).map(|(id, _)| id.clone()).collect();
            let mut written = ids(&impact(&trace, *id, 200));
            let itself = written.remove(&name);
            let mut whole = ids(&why(&trace, *id, 200));
            whole.remove(&name);
            itself && written == after && whole == behind[&name]
        })
    }

    fn a_chain_is_without_cycles_and_keeps_its_bounds(steps: Vec<(u8, u8, u8)>, depth: u8, limit: u8) -> bool {
        let mut world = World::run(Script::new(), &steps, Some(2), Losses::default());
        let trace = world.script.trace();
        let (depth, limit) = (u32::from(depth % 6), u32::from(limit % 9) + 1);
        held(&world, &trace).into_iter().all(|(_, id)| {
            let asked = ChainRequest { id: id.to_string(), depth: Some(depth), limit: Some(limit) };
            [Request::Why(asked.clone()), Request::Impact(asked)].into_iter().all(|request| {
                let answer = ask(&trace, request).expect("an answer");
                let rows = &chain(&answer).rows;
                let place = |id: &str| rows.iter().find(|row| row.event.id == id).map(|row| row.event.time);
                let cut = rows.iter().any(|row| row.stop.as_ref().is_some_and(|stop| stop.reason == "limit"));
                rows.len() <= limit as usize
                    && rows.iter().all(|row| row.depth <= depth)
                    && rows.windows(2).all(|pair| pair[0].depth <= pair[1].depth)
                    && rows.iter().all(|row| row.causes.iter().all(|edge| place(&edge.id).is_some_and(|time| time <= row.event.time)))
                    && (!cut || answer.coverage.truncated)
            })
        })
    }
}

/// A client that casts, a server that hands on, and another that fails; of each it is said whether it is traced.
fn relayed(traced: [bool; 3]) -> (Trace, [EventId; 8]) {
    let [client, relay, cart] = [pid(1), pid(2), pid(3)];
    let mut script = Script::new();
    for (process, _) in [client, relay, cart].into_iter().zip(traced).filter(|(_, traced)| *traced) {
        script.target(0, true, Some(process), &["message", "state"]);
    }
    let [first, ..] = [client, relay, cart].map(|process| script.spawn(1, process, pid(0)));
    let nil = atom("nil");
    let sent = script.send(2, client, &To::Pid(relay), &nil);
    let ids = [
        first,
        sent,
        script.deliver(3, relay, &nil),
        script.handle(4, relay, &nil),
        script.send(5, relay, &To::Pid(cart), &nil),
        script.deliver(6, cart, &nil),
        script.handle(7, cart, &nil),
        script.exit(8, cart, &atom("badarith")),
    ];
    (script.trace(), ids)
}

#[test]
fn a_crash_leads_back_over_two_processes_and_forward_again() {
    let (trace, [spawn, sent, .., exit]) = relayed([true; 3]);
    let answer = why(&trace, exit, 20);
    let written: Vec<_> = chain(&answer).rows.iter().map(|row| (row.depth, &*row.event.kind)).collect();
    let kinds = ["exit", "handled", "delivered", "send", "handled", "delivered", "send", "spawn"];
    assert_eq!(written, (0..).zip(kinds).collect::<Vec<_>>());
    assert_eq!(chain(&answer).rows[7].event.id, spawn.to_string());
    assert_eq!(ids(&impact(&trace, sent, 20)).len(), 7);
    assert_eq!(chain(&impact(&trace, sent, 2)).rows.iter().map(|row| row.depth).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_chain_stops_where_no_process_looked_and_says_where() {
    let (trace, [_, _, delivered, .., exit]) = relayed([false, true, true]);
    let (of_exit, stop) = (why(&trace, exit, 20), |step: &Step| step.stop.clone().map(|stop| (stop.reason, stop.what)));
    let last = chain(&of_exit).rows.last().expect("rows");
    // The sending was written, and what its process was at was not recorded.
    assert_eq!((&*last.event.kind, stop(last)), ("send", Some(("not_traced".into(), Some("message".into())))));
    assert_eq!(first(&trace, delivered).causes[0].certainty, "certain");
    let mut script = Script::new();
    script.target(0, true, Some(pid(1)), &["message"]);
    script.spawn(1, pid(1), pid(0));
    let timer = script.deliver(5, pid(1), &atom("tick"));
    let of = |trace: &Trace| stop(&first(trace, timer));
    assert_eq!(of(&script.trace()), Some(("not_traced".into(), Some("message".into()))));
    let mut script = Script::new();
    script.target(0, true, None, &["message"]);
    script.spawn(1, pid(1), pid(0));
    assert_eq!(script.deliver(5, pid(1), &atom("tick")), timer);
    assert_eq!(of(&script.trace()), Some(("entry_point".into(), Some("external".into()))));
}

#[test]
fn exits_are_written_over_links_and_monitors() {
    let (parent, child) = (pid(1), pid(2));
    let mut script = Script::new();
    script.target(0, true, None, &["message"]);
    script.spawn(1, parent, pid(0));
    script.spawn(1, child, parent);
    let exit = script.exit(5, child, &atom("oops"));
    let written = Term::Tuple(vec![atom("EXIT"), Term::Pid(child), atom("oops")]);
    let linked = script.deliver(6, parent, &written);
    let reference = Term::Reference([1, 2, 3].into_iter().collect());
    let down = vec![atom("DOWN"), reference, atom("process"), Term::Pid(child), atom("oops")];
    let monitored = script.deliver(7, parent, &Term::Tuple(down));
    let trace = script.trace();
    let edge = |id| first(&trace, id).causes.into_iter().map(|edge| (edge.id, edge.kind)).collect::<Vec<_>>();
    assert_eq!(edge(linked), [(exit.to_string(), "link_exit".into())]);
    assert_eq!(edge(monitored), [(exit.to_string(), "monitor_exit".into())]);
    let after = ids(&impact(&trace, exit, 1));
    assert!(after.contains(&linked.to_string()) && after.contains(&monitored.to_string()));
}

#[test]
fn a_task_runs_in_the_name_of_its_caller() {
    let (caller, supervisor) = (pid(1), pid(2));
    let mut script = Script::new();
    script.target(0, true, None, &["message"]);
    let born = script.spawn(1, caller, pid(0));
    script.spawn(1, supervisor, pid(0));
    let list = |terms| Term::List(terms, None);
    let owner = || Term::Tuple(vec![atom("node"), Term::Pid(caller), Term::Pid(caller)]);
    // Elixir 1.14 starts tasks through `proc_lib`; 1.18 itself, with their ancestors behind the owner.
    let function = [atom("Elixir.Task.Supervised"), atom("reply")];
    let own = list(vec![owner(), atom("monitor")]);
    let arguments = [vec![Term::Pid(supervisor), list(vec![])], function.into(), vec![own]].concat();
    let ancestors = list(vec![Term::Pid(supervisor), Term::Pid(caller)]);
    let spawns = [
        script.spawn_with(5, pid(3), supervisor, arguments),
        script.spawn_as(
            6,
            pid(4),
            supervisor,
            ("Elixir.Task.Supervised", "reply"),
            vec![owner(), ancestors, atom("monitor")],
        ),
    ];
    let trace = script.trace();
    for spawn in spawns {
        let causes = first(&trace, spawn).causes;
        assert_eq!((&*causes[0].id, &*causes[0].kind), (&*born.to_string(), "callers"));
        assert_eq!(causes[1].kind, "same_process_order");
        assert!(ids(&impact(&trace, born, 1)).contains(&spawn.to_string()));
    }
}

#[test]
fn bounds_and_events_are_checked() {
    let (trace, [.., exit]) = relayed([true; 3]);
    let refused = |request| ask(&trace, Request::Why(request)).expect_err("refused").to_string();
    let of = |depth, limit| ChainRequest { id: exit.to_string(), depth, limit };
    assert_eq!(refused(of(Some(201), None)), "depth: 201 is not between 0 and 200");
    assert_eq!(refused(of(None, Some(0))), "limit: 0 is not between 1 and 1000");
    let missing = ChainRequest { id: "message-7-1".into(), ..ChainRequest::default() };
    assert_eq!(refused(missing), "the trace has no event message-7-1");
}

/// Two sends and a delivery were lost, so that as many came out as went in while one was still on the way.
#[test]
fn a_balance_of_what_was_recorded_does_not_mean_that_nothing_was_on_the_way() {
    let steps = [
        (15, 41, 0),
        (13, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (56, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 121, 0),
        (0, 105, 0),
        (204, 83, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 169, 0),
        (0, 0, 0),
        (0, 0, 0),
        (9, 0, 0),
        (0, 0, 0),
        (0, 208, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (3, 0, 88),
    ];
    let mut world = World::run(Script::new(), &steps, Some(1), Losses { every: Some(144) });
    let trace = world.script.trace();
    assert!(held(&world, &trace).into_iter().all(|event| is_true(&world, &trace, event)));
}

/// An equal message whose delivery was lost may have waited.
#[test]
fn what_is_handled_first_behind_a_loss_is_not_certain() {
    let steps = [
        (63, 0, 19),
        (183, 0, 1),
        (85, 0, 0),
        (107, 0, 46),
        (3, 0, 7),
        (3, 0, 1),
        (85, 3, 0),
        (0, 0, 0),
        (63, 0, 0),
        (0, 43, 0),
    ];
    let more = [
        (181, 0, 0),
        (85, 11, 0),
        (53, 0, 0),
        (27, 0, 0),
        (5, 51, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 43, 0),
        (5, 64, 0),
        (1, 43, 0),
    ];
    let steps: Vec<(u8, u8, u8)> = steps.into_iter().chain(more).chain([(213, 0, 0)]).collect();
    let mut world = World::run(Script::new(), &steps, Some(2), Losses { every: Some(0) });
    let trace = world.script.trace();
    assert!(held(&world, &trace).into_iter().all(|event| is_true(&world, &trace, event)));
}
