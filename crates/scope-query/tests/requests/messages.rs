//! `message_flow` against the truth of a simulated system: what it claims is so, and what it can decide it does.

use crate::script::{self, Script, To, ask, atom, flow, messages, pages, pid};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_core::{EventId, ProcessKey};
use scope_query::Request;
use scope_query::answer::Message;
use scope_query::answer::Process;
use scope_query::requests::message_flow::MessageFlowRequest;
use std::collections::{BTreeMap, VecDeque};

/// A message that was really sent.
#[derive(Debug)]
pub(crate) struct Truth {
    id: EventId,
    pub(crate) sent: u64,
    from: ProcessKey,
    pub(crate) to: ProcessKey,
    body: u8,
    pub(crate) delivered: Option<u64>,
    handled: Option<u64>,
    /// Its delivery and its handling.
    events: Vec<EventId>,
}

/// Whether timers send what the processes send. If they do, all that was sent arrives in the end: with one equal message lost and
/// another come from elsewhere, nothing in a trace shows that they are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timers {
    Off,
    On,
}

/// Three processes that send to each other, with delays.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) sent: Vec<Truth>,
    /// Everything that was delivered: to whom, when, and when it was handled.
    pub(crate) arrived: Vec<(ProcessKey, u64, Option<u64>)>,
    /// The deliveries of timers.
    timers: Vec<(ProcessKey, u8, EventId)>,
    /// On the way, per pair: nothing overtakes between the same two.
    ways: BTreeMap<(ProcessKey, ProcessKey), VecDeque<usize>>,
    /// Delivered and not handled; `None` for a timer's message.
    mailboxes: BTreeMap<ProcessKey, VecDeque<(u8, Option<usize>, usize)>>,
    /// How often each body was used.
    used: BTreeMap<u8, usize>,
}

impl World {
    pub(crate) fn run(script: &mut Script, steps: &[(u8, u8, u8, u8)], timers: Timers) -> Self {
        let mut world = Self::default();
        let mut tick = 1;
        script.target(0, true, None, &["message"]);
        script.register(0, pid(1), "one");
        for (what, from, to, body) in steps {
            tick += u64::from(what >> 6);
            let (from, to) = (pid(u32::from(from % 3)), pid(u32::from(to % 3)));
            match what % 8 {
                0..=2 => {
                    let by_name = what % 8 == 2 && to == pid(1);
                    let to_whom = if by_name { To::Name("one") } else { To::Pid(to) };
                    let id = script.send(tick, from, &to_whom, &message(*body));
                    world.ways.entry((from, to)).or_default().push_back(world.sent.len());
                    world.sent.push(Truth {
                        id,
                        sent: tick,
                        from,
                        to,
                        body: *body,
                        delivered: None,
                        handled: None,
                        events: vec![],
                    });
                    *world.used.entry(*body).or_default() += 1;
                }
                3..=5 => world.deliver(script, tick, from, to),
                6 => {
                    let next = world.mailboxes.get_mut(&to).and_then(VecDeque::pop_front);
                    let Some((body, sent, arrival)) = next else { continue };
                    let id = script.handle(tick, to, &message(body));
                    world.arrived[arrival].2 = Some(tick);
                    if let Some(sent) = sent {
                        world.sent[sent].handled = Some(tick);
                        world.sent[sent].events.push(id);
                    }
                }
                _ if timers == Timers::On => {
                    let id = script.deliver(tick, to, &message(*body));
                    world.timers.push((to, *body, id));
                    world.mailboxes.entry(to).or_default().push_back((*body, None, world.arrived.len()));
                    world.arrived.push((to, tick, None));
                    *world.used.entry(*body).or_default() += 1;
                }
                _ => {}
            }
        }
        if timers == Timers::On {
            let left: Vec<_> = world.ways.iter().flat_map(|(way, sent)| sent.iter().map(|_| *way)).collect();
            left.into_iter().for_each(|(from, to)| world.deliver(script, tick + 1, from, to));
        }
        world
    }

    /// Delivers the next message on a way, if there is one.
    fn deliver(&mut self, script: &mut Script, tick: u64, from: ProcessKey, to: ProcessKey) {
        let Some(sent) = self.ways.get_mut(&(from, to)).and_then(VecDeque::pop_front) else { return };
        let truth = &mut self.sent[sent];
        truth.delivered = Some(tick);
        truth.events.push(script.deliver(tick, to, &message(truth.body)));
        self.mailboxes.entry(to).or_default().push_back((truth.body, Some(sent), self.arrived.len()));
        self.arrived.push((to, tick, None));
    }
}

/// Few different messages, so that many are equal.
pub(crate) fn message(body: u8) -> Term {
    Term::Tuple(vec![atom("work"), Term::Integer(i64::from(body))])
}

/// Whether what is said of a message is true.
fn is_true(message: &Message, truth: &Truth, unique: bool) -> bool {
    let pid_of = |process: &Option<Process>| process.as_ref().map(|p| p.pid.clone());
    let parties =
        pid_of(&message.from) == Some(truth.from.to_string()) && pid_of(&message.to) == Some(truth.to.to_string());
    let claims = match &*message.matched {
        "matched" => message.delivered_at.is_some() && message.delivered_at == truth.delivered,
        "undelivered" => truth.delivered.is_none() && message.delivered_at.is_none(),
        "ambiguous" => !unique && message.delivered_at.is_none(),
        _ => false,
    };
    let handled = message.handled_at.is_none() || message.handled_at == truth.handled;
    let known = !unique || message.handled_at == truth.handled;
    let waited = message.waiting_ns == message.handled_at.zip(message.sent_at).map(|(handled, sent)| handled - sent);
    parties && claims && handled && known && waited
}

pub(crate) fn bodies(steps: &[(u8, u8, u8, u8)], n_bodies: u8) -> Vec<(u8, u8, u8, u8)> {
    steps.iter().map(|(what, from, to, body)| (*what, *from, *to, body % n_bodies)).collect()
}

quickcheck! {
    fn what_is_said_of_a_message_is_true(steps: Vec<(u8, u8, u8, u8)>, n_bodies: u8, timers: bool) -> bool {
        let mut script = Script::new();
        let timers = if timers { Timers::On } else { Timers::Off };
        let world = World::run(&mut script, &bodies(&steps, n_bodies % 8 + 1), timers);
        let trace = script.trace();
        world_is_written(&world, &trace)
    }

    fn different_messages_are_all_written_apart(steps: Vec<(u8, u8, u8, u8)>) -> bool {
        let mut script = Script::new();
        let numbered: Vec<_> = (0..).zip(steps.iter().take(255)).map(|(n, (a, b, c, _))| (*a, *b, *c, n)).collect();
        let world = World::run(&mut script, &numbered, Timers::Off);
        let trace = script.trace();
        world_is_written(&world, &trace)
    }

    fn any_event_of_a_message_tells_the_same(steps: Vec<(u8, u8, u8, u8)>, n_bodies: u8, timers: bool) -> bool {
        let mut script = Script::new();
        let timers = if timers { Timers::On } else { Timers::Off };
        let world = World::run(&mut script, &bodies(&steps, n_bodies % 8 + 1), timers);
        let trace = script.trace();
        let sent = world.sent.iter().all(|truth| {
            let by_send = script::message(&trace, truth.id).message;
            let unique = world.used[&truth.body] == 1;
            // What a delivery or handling says of its send is true, and said where it can be.
            is_true(&by_send, truth, unique) && truth.events.iter().all(|id| {
                let by_event = script::message(&trace, *id).message;
                match &*by_event.matched {
                    "matched" => by_event == by_send && by_send.id == truth.id.to_string(),
                    "ambiguous" => !unique,
                    _ => false,
                }
            })
        });
        let timers = world.timers.iter().all(|(_, body, id)| {
            let message = script::message(&trace, *id).message;
            let decided = message.matched == "external" && message.id == id.to_string();
            message.sent_at.is_none() && (decided || message.matched == "ambiguous" && world.used[body] > 1)
        });
        sent && timers
    }

    fn what_one_process_sends_and_gets_is_whole(steps: Vec<(u8, u8, u8, u8)>, n_bodies: u8, timers: bool) -> bool {
        let mut script = Script::new();
        let timers = if timers { Timers::On } else { Timers::Off };
        let world = World::run(&mut script, &bodies(&steps, n_bodies % 8 + 1), timers);
        let trace = script.trace();
        let known = |n| !trace.incarnations(n, 0).is_empty();
        (0..3).filter(|n| known(*n)).all(|n| {
            let of = |direction: &str| {
                let request = MessageFlowRequest { b: None, direction: Some(direction.into()), ..flow(&pid(n).to_string(), "") };
                messages(ask(&trace, Request::MessageFlow(request)).expect("an answer"))
            };
            let from: Vec<_> = world.sent.iter().filter(|truth| truth.from == pid(n)).collect();
            let to: Vec<_> = world.sent.iter().filter(|truth| truth.to == pid(n)).collect();
            let written = |rows: &[Message], truths: &[&Truth]| {
                truths.iter().all(|truth| {
                    let row = rows.iter().find(|row| row.id == truth.id.to_string());
                    row.is_some_and(|row| is_true(row, truth, world.used[&truth.body] == 1))
                })
            };
            let (sent, got) = (of("from_a"), of("to_a"));
            let strange: Vec<_> = got.iter().filter(|row| row.sent_at.is_none()).collect();
            let timers: Vec<_> = world.timers.iter().filter(|(to, ..)| *to == pid(n)).collect();
            let external = |id: &str| timers.iter().any(|(.., timer)| timer.to_string() == id);
            // The same rows, each once, however they are asked for.
            let mut both: Vec<_> = sent.iter().chain(&got).cloned().collect();
            both.sort_by_key(|row| position(&script, &row.id));
            both.dedup();
            written(&sent, &from) && sent.len() == from.len() && written(&got, &to)
                && got.len() == to.len() + strange.len()
                && strange.iter().all(|row| row.matched == "ambiguous" || external(&row.id))
                && timers.iter().filter(|(_, body, _)| world.used[body] == 1).all(|(.., id)| strange.iter().any(|row| row.id == id.to_string() && row.matched == "external"))
                && of("both") == both
        })
    }

    fn pages_make_up_the_flow(steps: Vec<(u8, u8, u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        script.spawn(0, pid(1), pid(0));
        World::run(&mut script, &bodies(&steps, 4), Timers::On);
        let trace = script.trace();
        let whole = messages(ask(&trace, Request::MessageFlow(flow("<0.0.0>", ":one"))).expect("an answer"));
        let limit = Some(u32::from(limit % 4) + 1);
        let step = |after| Request::MessageFlow(MessageFlowRequest { limit, after, ..flow("<0.0.0>", ":one") });
        pages(&trace, step, messages) == whole
    }
}

/// Asks for every pair and holds it against the truth; nothing may be missing.
fn world_is_written(world: &World, trace: &scope_core::trace::Trace) -> bool {
    let mut n_written = 0;
    for (a, b) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)] {
        if trace.incarnations(a, 0).is_empty() || trace.incarnations(b, 0).is_empty() {
            continue;
        }
        let found =
            ask(trace, Request::MessageFlow(flow(&pid(a).to_string(), &pid(b).to_string()))).expect("an answer");
        for message in messages(found) {
            let truth = world.sent.iter().find(|truth| truth.id.to_string() == message.id).expect("it was sent");
            if a == b && truth.from != truth.to {
                return false;
            }
            n_written += 1;
            if !is_true(&message, truth, world.used[&truth.body] == 1) {
                return false;
            }
        }
    }
    n_written == world.sent.len()
}

fn position(script: &Script, id: &str) -> usize {
    script.written.iter().position(|written| written.id.to_string() == id).expect("it was written")
}

fn one_flow(script: &mut Script) -> Vec<Message> {
    messages(ask(&script.trace(), Request::MessageFlow(flow("<0.1.0>", "<0.2.0>"))).expect("an answer"))
}

#[test]
fn a_reply_to_an_alias_is_found_by_what_it_says() {
    let mut script = Script::new();
    let reply = Term::Tuple(vec![Term::Reference([1, 2, 3].into_iter().collect()), atom("ok")]);
    script.send(1, pid(2), &To::Alias(1), &reply);
    script.send(1, pid(2), &To::Alias(9), &atom("elsewhere"));
    script.deliver(3, pid(1), &reply);
    let found = one_flow(&mut script);
    assert_eq!(found.len(), 1);
    assert_eq!((&*found[0].matched, found[0].delivery_ns), ("matched", Some(2)));
    assert_eq!(found[0].sent_to.as_deref(), Some("#Reference<0.3.2.1>"));
}

#[test]
fn equal_messages_of_two_senders_on_the_way_at_once_are_ambiguous() {
    let mut script = Script::new();
    script.send(1, pid(1), &To::Pid(pid(2)), &atom("tick"));
    script.send(2, pid(3), &To::Pid(pid(2)), &atom("tick"));
    script.deliver(3, pid(2), &atom("tick"));
    script.deliver(4, pid(2), &atom("tick"));
    script.send(5, pid(1), &To::Pid(pid(2)), &atom("tick"));
    script.deliver(6, pid(2), &atom("tick"));
    let found = one_flow(&mut script);
    let matched: Vec<_> = found.iter().map(|message| (&*message.matched, message.delivered_at)).collect();
    assert_eq!(matched, [("ambiguous", None), ("matched", Some(6))]);
}

#[test]
fn cut_messages_with_equal_keys_are_ambiguous() {
    let mut script = Script::new();
    let cut = Term::BinaryCut(b"the same beginning".to_vec(), 5000);
    script.send(1, pid(1), &To::Pid(pid(2)), &cut);
    script.deliver(2, pid(2), &cut);
    script.send(3, pid(1), &To::Pid(pid(2)), &cut);
    script.send(4, pid(1), &To::Pid(pid(2)), &cut);
    script.deliver(5, pid(2), &cut);
    script.deliver(6, pid(2), &cut);
    let found = one_flow(&mut script);
    let matched: Vec<_> = found.iter().map(|message| &*message.matched).collect();
    assert_eq!(matched, ["matched", "ambiguous", "ambiguous"]);
}

#[test]
fn what_did_not_arrive_says_why() {
    let mut script = Script::new();
    script.target(0, true, Some(pid(1)), &["message"]);
    script.send(1, pid(1), &To::Pid(pid(2)), &atom("early"));
    script.target(2, true, Some(pid(2)), &["message"]);
    script.send(3, pid(1), &To::Pid(pid(2)), &atom("late"));
    script.exit(4, pid(2), &atom("normal"));
    script.send(5, pid(1), &To::Dead(pid(2)), &atom("too_late"));
    let found = one_flow(&mut script);
    let matched: Vec<_> = found.iter().map(|message| (&*message.matched, message.sent_to.as_deref())).collect();
    assert_eq!(matched, [("not_traced", None), ("undelivered", None), ("to_dead", Some("<0.2.0>"))]);
}

#[test]
fn a_name_reaches_whoever_held_it_when_it_was_sent_to() {
    let mut script = Script::new();
    script.register(0, pid(2), "cart");
    script.send(1, pid(1), &To::Name("cart"), &atom("a"));
    script.deliver(2, pid(2), &atom("a"));
    script.unregister(3, pid(2), "cart");
    script.register(4, pid(3), "cart");
    script.send(5, pid(1), &To::Name("cart"), &atom("b"));
    script.deliver(6, pid(3), &atom("b"));
    let trace = script.trace();
    let ask = |a: &str, b: &str| messages(ask(&trace, Request::MessageFlow(flow(a, b))).expect("an answer"));
    let first = ask("<0.1.0>", "<0.2.0>");
    assert_eq!(first.len(), 1);
    assert_eq!((&*first[0].message.text.written(), first[0].sent_to.as_deref()), (":a", Some(":cart")));
    assert_eq!(first[0].to.as_ref().and_then(|to| to.name.as_deref()), Some(":cart"));
    // The name means its last holder in the window.
    assert_eq!(
        ask("<0.1.0>", ":cart").iter().map(|message| message.message.text.to_string()).collect::<Vec<_>>(),
        [":b"]
    );
}

#[test]
fn fifty_queued_messages_wait_as_long_as_they_waited() {
    let mut script = Script::new();
    let work = |n: u64| Term::Tuple(vec![atom("work"), Term::Integer(n as i64)]);
    for n in 0..50 {
        script.send(n, pid(1), &To::Pid(pid(2)), &work(n));
    }
    for n in 0..50 {
        script.deliver(60, pid(2), &work(n));
    }
    for n in 0..50 {
        script.handle(100 + 2000 * n, pid(2), &work(n));
    }
    let found = one_flow(&mut script);
    assert_eq!(found.len(), 50);
    for (n, message) in (0..).zip(&found) {
        assert_eq!(message.waiting_ns, Some(100 + 2000 * n - n));
        assert_eq!(message.delivery_ns, Some(60 - n));
        // Those before it wait too, but for the ones it was sent after.
        assert_eq!(message.queue_length, Some(n));
    }
}

#[test]
fn a_delivered_message_that_no_process_handled_says_so() {
    let mut script = Script::new();
    script.target(0, true, None, &["message"]);
    for (tick, what) in [(1, "first"), (2, "second")] {
        script.send(tick, pid(1), &To::Pid(pid(2)), &atom(what));
        script.deliver(tick, pid(2), &atom(what));
    }
    script.send(3, pid(1), &To::Pid(pid(3)), &atom("first"));
    script.deliver(3, pid(3), &atom("first"));
    script.handle(4, pid(2), &atom("first"));
    let found = one_flow(&mut script);
    let handling: Vec<_> = found.iter().map(|message| message.handling.as_deref()).collect();
    assert_eq!(handling, [Some("handled"), Some("not_recorded")]);
    script.send(5, pid(1), &To::Pid(pid(2)), &atom("third"));
    script.deliver(5, pid(2), &atom("third"));
    let third = one_flow(&mut script).pop().expect("a third");
    assert_eq!((third.handling.as_deref(), third.queue_length), (Some("not_handled"), None));
    let elsewhere =
        messages(ask(&script.trace(), Request::MessageFlow(flow("<0.1.0>", "<0.3.0>"))).expect("an answer"));
    assert_eq!(elsewhere[0].handling.as_deref(), Some("not_recorded"));
}

#[test]
fn a_direction_is_one_of_three() {
    let mut script = Script::new();
    script.send(1, pid(1), &To::Pid(pid(2)), &atom("a"));
    let request = MessageFlowRequest { direction: Some("up".into()), ..flow("<0.1.0>", "<0.2.0>") };
    let error = ask(&script.trace(), Request::MessageFlow(request)).expect_err("no such direction");
    assert_eq!(error.to_string(), "direction: \"up\" is none of both, from_a, to_a");
}
