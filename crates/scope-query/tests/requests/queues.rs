//! `message_queue_analysis` against a replay that knows where every message is at every moment.

use crate::script::{Script, To, ask, atom, pages, pid};
use quickcheck::quickcheck;
use scope_core::loss::{Loss, Reason};
use scope_core::term::Term;
use scope_core::{Class, EventId, ProcessKey};
use scope_query::Answer;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::message_queue_analysis::MessageQueueAnalysisRequest;
use scope_query::requests::message_queue_analysis::Queue;
use scope_query::requests::message_queue_analysis::Queues;
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

fn queues(answer: Answer) -> Queues {
    match answer.data {
        Data::MessageQueueAnalysis(queues) => queues,
        data => panic!("queues, not {data:?}"),
    }
}

fn analysis(script: &mut Script) -> Queues {
    queues(
        ask(&script.trace(), Request::MessageQueueAnalysis(MessageQueueAnalysisRequest::default())).expect("an answer"),
    )
}

/// A message and what really became of it.
#[derive(Clone, Debug)]
struct Truth {
    id: EventId,
    from: Option<ProcessKey>,
    to: ProcessKey,
    body: u8,
    sent: u64,
    delivered: Option<u64>,
    /// Among all deliveries.
    place: usize,
    handled: Option<u64>,
    /// Taken by a receive of the process's own.
    taken: bool,
    done: Option<u64>,
}

/// What processes and the VM do in a world.
#[derive(Clone, Copy, Debug, Default)]
struct Habits {
    /// Processes also take messages that are not at the front. A reader cannot tell that of equal messages.
    take: bool,
    /// A delivery brings all that was sent to the process, as the VM does it; else it brings one message of one sender.
    batches: bool,
}

/// Three servers that send to each other and are sent to by timers.
#[derive(Debug, Default)]
struct World {
    sent: Vec<Truth>,
    ways: BTreeMap<(ProcessKey, ProcessKey), VecDeque<usize>>,
    mailboxes: BTreeMap<ProcessKey, VecDeque<usize>>,
    busy: BTreeMap<ProcessKey, usize>,
    exits: BTreeMap<ProcessKey, u64>,
    habits: Habits,
    n_delivered: usize,
    end: u64,
}

fn message(body: u8) -> Term {
    Term::Tuple(vec![atom("work"), Term::Integer(i64::from(body))])
}

impl World {
    fn run(script: &mut Script, steps: &[(u8, u8, u8, u8)], habits: Habits) -> Self {
        let mut world = Self { habits, ..Self::default() };
        let mut tick = 1;
        script.target(0, true, None, &["message", "state"]);
        script.register(0, pid(1), "one");
        for (what, from, to, body) in steps {
            tick += u64::from(what >> 5);
            let (from, to) = (pid(u32::from(from % 3)), pid(u32::from(to % 3)));
            world.step(script, tick, what % 12, from, to, *body);
        }
        world.end = script.written.iter().map(|written| written.key.tick).max().unwrap_or(0);
        world
    }

    fn step(&mut self, script: &mut Script, tick: u64, what: u8, from: ProcessKey, to: ProcessKey, body: u8) {
        let (habits, place) = (self.habits, self.n_delivered);
        let truth = |id, from, delivered| Truth {
            place,
            id,
            from,
            to,
            body,
            sent: tick,
            delivered,
            handled: None,
            taken: false,
            done: None,
        };
        let dead = |process| self.exits.contains_key(&process);
        match what {
            0..=3 if !dead(from) && dead(to) => {
                script.send(tick, from, &To::Dead(to), &message(body));
            }
            0..=3 if !dead(from) => {
                let to_whom = if what == 3 && to == pid(1) { To::Name("one") } else { To::Pid(to) };
                let id = script.send(tick, from, &to_whom, &message(body));
                self.ways.entry((from, to)).or_default().push_back(self.sent.len());
                self.sent.push(truth(id, Some(from), None));
            }
            4..=6 if !dead(to) => {
                let mut coming: Vec<usize> = Vec::new();
                for (way, sent) in &mut self.ways {
                    if habits.batches && way.1 == to {
                        coming.extend(sent.drain(..));
                    } else if *way == (from, to) {
                        coming.extend(sent.pop_front());
                    }
                }
                coming.sort_unstable();
                for sent in coming {
                    self.sent[sent].delivered = Some(tick);
                    self.sent[sent].place = self.n_delivered;
                    self.n_delivered += 1;
                    script.deliver(tick, to, &message(self.sent[sent].body));
                    self.mailboxes.entry(to).or_default().push_back(sent);
                }
            }
            7 | 8 if !dead(to) => {
                let Some(next) = self.mailboxes.get_mut(&to).and_then(VecDeque::pop_front) else { return };
                script.handle(tick, to, &message(self.sent[next].body));
                self.sent[next].handled = Some(tick);
                self.busy.insert(to, next);
            }
            9 if !dead(to) => {
                script.state(tick, to, &atom("idle"));
                if let Some(done) = self.busy.remove(&to) {
                    self.sent[done].done = Some(tick);
                }
            }
            10 if habits.take && !dead(to) => {
                let Some(mailbox) = self.mailboxes.get_mut(&to).filter(|mailbox| !mailbox.is_empty()) else { return };
                let at = usize::from(body) % mailbox.len();
                let taken = mailbox.remove(at).expect("it is there");
                self.sent[taken].taken = true;
            }
            10 if !dead(to) => {
                // A timer.
                let id = script.deliver(tick, to, &message(body));
                self.mailboxes.entry(to).or_default().push_back(self.sent.len());
                self.sent.push(truth(id, None, Some(tick)));
                self.n_delivered += 1;
            }
            11 if body > 250 && !dead(to) => {
                script.exit(tick, to, &atom("normal"));
                self.exits.insert(to, tick);
            }
            _ => {}
        }
    }

    /// The messages a process took, and whether that shows: a message behind them was handled.
    fn taken(&self, process: ProcessKey) -> u64 {
        let own = || self.sent.iter().filter(|truth| truth.to == process);
        let shows = |truth: &&Truth| own().any(|other| other.handled.is_some() && truth.place < other.place);
        own().filter(|truth| truth.taken).filter(shows).count() as u64
    }

    /// From when to when each message was in the queue of a server, and whether it was handled.
    fn entries(&self, process: ProcessKey) -> Vec<(&Truth, u64)> {
        let own = || self.sent.iter().filter(|truth| truth.to == process);
        let end = self.exits.get(&process).copied().unwrap_or(self.end);
        let last_delivered = own().filter_map(|truth| truth.delivered).max();
        let overtaken = |truth: &Truth| own().any(|other| other.handled.is_some() && truth.place < other.place);
        let stay = |truth: &'_ Truth| match (truth.handled, truth.delivered) {
            (Some(handled), _) => Some(handled),
            (None, Some(_)) => (!overtaken(truth)).then_some(end),
            (None, None) => last_delivered.is_none_or(|last| truth.sent >= last).then_some(end),
        };
        own().filter_map(|truth| Some((truth, stay(truth)?))).collect()
    }
}

/// The length at every tick, counted message by message.
fn lengths(entries: &[(&Truth, u64)], from: u64, to: u64) -> Vec<u64> {
    let at = |tick: u64| entries.iter().filter(|(truth, end)| truth.sent <= tick && tick < *end).count() as u64;
    (from..=to).map(at).collect()
}

fn is_true(queue: &Queue, world: &World, process: ProcessKey, unique: bool) -> bool {
    let entries = world.entries(process);
    let handled: Vec<&Truth> =
        entries.iter().filter(|(truth, _)| truth.handled.is_some()).map(|(truth, _)| *truth).collect();
    let lengths = lengths(&entries, queue.from, queue.to);
    let area: u64 = lengths[..lengths.len() - 1].iter().sum();
    let peak = lengths.iter().copied().max().unwrap_or(0);
    let span = queue.to - queue.from;
    let counts = queue.arrived == entries.len() as u64
        && queue.handled == handled.len() as u64
        && queue.left == (entries.len() - handled.len()) as u64
        && queue.handled == queue.waiting.as_ref().map_or(0, |all| all.n) + queue.ambiguous
        && queue.unmatched == 0;
    let length = queue.peak == Some(peak)
        && (peak == 0 || queue.peak_at == Some(queue.from + lengths.iter().position(|n| *n == peak).unwrap() as u64))
        && (span == 0 || queue.mean_ppm == Some(area * 1_000_000 / span));
    let mut handling: Vec<u64> = handled.iter().filter_map(|truth| Some(truth.done? - truth.handled?)).collect();
    handling.sort_unstable();
    let handled_as_long = queue.handling.as_ref().map_or(0, |all| all.sum_ns) == handling.iter().sum::<u64>()
        && queue.handling.as_ref().map_or(0, |all| all.n) == handling.len() as u64;
    let mut waiting: Vec<u64> = handled.iter().filter_map(|truth| Some(truth.handled? - truth.sent)).collect();
    waiting.sort_unstable();
    let waited = |percent: usize| (!waiting.is_empty()).then(|| waiting[(waiting.len() * percent).div_ceil(100) - 1]);
    let longest = entries.iter().max_by_key(|(truth, end)| (*end - truth.sent, Reverse(truth.sent), Reverse(truth.id)));
    let waits = !unique
        || queue.ambiguous == 0
            && queue.taken == world.taken(process)
            && queue.longest == longest.map(|(truth, _)| truth.id.to_string())
            && queue.external == entries.iter().filter(|(truth, _)| truth.from.is_none()).count() as u64
            && queue.waiting.as_ref().map(|all| all.p50_ns) == waited(50)
            && queue.waiting.as_ref().map(|all| all.p99_ns) == waited(99)
            && queue.waiting.as_ref().map(|all| all.max_ns) == waited(100)
            && queue.senders.iter().all(|sender| {
                let sent = entries
                    .iter()
                    .filter(|(truth, _)| truth.from.map(|p| p.to_string()).as_ref() == Some(&sender.process.pid));
                sender.messages == sent.count() as u64
            });
    counts && length && handled_as_long && waits
}

/// Holds every queue of a server against the truth.
fn world_is_written(world: &World, found: &Queues, unique: bool) -> bool {
    (0..3).map(pid).all(|process| {
        let serves = world.sent.iter().any(|truth| truth.to == process && truth.handled.is_some());
        let queue = found.queues.iter().find(|queue| queue.process.pid == process.to_string());
        match queue {
            Some(queue) if serves => is_true(queue, world, process, unique),
            Some(queue) => queue.peak.is_none() && queue.handled == 0,
            None => !serves,
        }
    })
}

fn numbered(steps: &[(u8, u8, u8, u8)]) -> Vec<(u8, u8, u8, u8)> {
    (0..).zip(steps.iter().take(250)).map(|(n, (what, from, to, _))| (*what, *from, *to, n)).collect()
}

quickcheck! {
    fn different_messages_wait_as_long_as_they_waited(steps: Vec<(u8, u8, u8, u8)>, take: bool, batches: bool) -> bool {
        let mut script = Script::new();
        let world = World::run(&mut script, &numbered(&steps), Habits { take, batches });
        world_is_written(&world, &analysis(&mut script), true)
    }

    fn of_equal_messages_the_lengths_are_true(steps: Vec<(u8, u8, u8, u8)>, n_bodies: u8) -> bool {
        let mut script = Script::new();
        // No timers: a message that no process sent may stand for an equal one that was.
        let steps: Vec<_> = steps.iter().filter(|step| step.0 % 12 != 10).map(|(what, from, to, body)| {
            (*what, *from, *to, if *body > 250 { *body } else { body % (n_bodies % 4 + 1) })
        }).collect();
        let world = World::run(&mut script, &steps, Habits { take: false, batches: true });
        world_is_written(&world, &analysis(&mut script), false)
    }

    fn a_window_that_ends_is_a_trace_that_ends(steps: Vec<(u8, u8, u8, u8)>, more: Vec<(u8, u8, u8, u8)>) -> bool {
        let mut script = Script::new();
        let mut world = World::run(&mut script, &numbered(&steps), Habits { take: true, batches: false });
        let short = analysis(&mut script);
        let end = world.end;
        for (what, from, to, body) in &more {
            world.step(&mut script, end + 1, what % 12, pid(u32::from(from % 3)), pid(u32::from(to % 3)), *body);
        }
        let request = MessageQueueAnalysisRequest { to: Some(end), ..MessageQueueAnalysisRequest::default() };
        queues(ask(&script.trace(), Request::MessageQueueAnalysis(request)).expect("an answer")) == short
    }

    fn pages_make_up_the_queues(steps: Vec<(u8, u8, u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        World::run(&mut script, &numbered(&steps), Habits { take: true, batches: false });
        let trace = script.trace();
        let whole = queues(ask(&trace, Request::MessageQueueAnalysis(MessageQueueAnalysisRequest::default())).expect("an answer"));
        let limit = Some(u32::from(limit % 2) + 1);
        let step = |after| Request::MessageQueueAnalysis(MessageQueueAnalysisRequest { limit, after, ..MessageQueueAnalysisRequest::default() });
        pages(&trace, step, |answer| queues(answer).queues) == whole.queues
    }
}

#[test]
fn a_reply_the_process_waits_for_is_never_in_its_queue() {
    let mut script = Script::new();
    let (request, reply) =
        (message(1), Term::Tuple(vec![Term::Reference([5, 2, 3].into_iter().collect()), atom("ok")]));
    script.send(0, pid(3), &To::Pid(pid(1)), &atom("job"));
    script.deliver(1, pid(1), &atom("job"));
    script.handle(2, pid(1), &atom("job"));
    script.send(10, pid(1), &To::Pid(pid(2)), &request);
    script.deliver(11, pid(2), &request);
    script.handle(12, pid(2), &request);
    script.send(70, pid(2), &To::Alias(5), &reply);
    script.state(71, pid(2), &atom("idle"));
    script.deliver(75, pid(1), &reply);
    script.state(80, pid(1), &atom("idle"));
    script.handle(90, pid(1), &atom("late"));
    let found = analysis(&mut script);
    let worker = found.queues.iter().find(|queue| queue.process.pid == "<0.1.0>").expect("a queue");
    assert_eq!((worker.arrived, worker.taken, worker.left, worker.unmatched), (1, 1, 0, 1));
    assert_eq!(worker.handling.as_ref().map(|all| all.sum_ns), Some(78));
    let waits: Vec<_> =
        worker.waits_for.iter().map(|waits| (&*waits.process.pid, waits.replies, waits.sum_ns)).collect();
    assert_eq!(waits, [("<0.2.0>", 1, 65)]);
    // The worker's message and the request waited equally long; the worker waited for the other.
    let bottleneck = found.bottleneck.expect("something waited");
    assert_eq!(bottleneck.process.pid, "<0.2.0>");
}

/// A recording that begins while a message is handled has the replies of it, but not when the handling began.
#[test]
fn no_process_waits_for_longer_than_all_the_time() {
    let reply = |n: u32| Term::Tuple(vec![Term::Reference([n, 2, 3].into_iter().collect()), atom("ok")]);
    let mut script = Script::new();
    let asks = |script: &mut Script, from: u64, n: u32| {
        script.send(from, pid(1), &To::Pid(pid(2)), &message(n as u8));
        script.deliver(from + 1, pid(2), &message(n as u8));
        script.handle(from + 2, pid(2), &message(n as u8));
        script.send(from + 10 * u64::from(n), pid(2), &To::Alias(n), &reply(n));
        script.state(from + 10 * u64::from(n), pid(2), &atom("idle"));
        script.deliver(from + 10 * u64::from(n) + 1, pid(1), &reply(n));
    };
    asks(&mut script, 0, 50);
    script.send(590, pid(3), &To::Pid(pid(1)), &atom("job"));
    script.deliver(591, pid(1), &atom("job"));
    script.handle(600, pid(1), &atom("job"));
    asks(&mut script, 605, 3);
    script.state(640, pid(1), &atom("idle"));
    let bottleneck = analysis(&mut script).bottleneck.expect("something waited");
    assert!(bottleneck.why.contains("1 server waited for its replies in 100.0% of the time"), "{}", bottleneck.why);
}

#[test]
fn a_queue_is_counted_anew_behind_a_loss() {
    let mut script = Script::new();
    for n in 0..5 {
        script.send(n, pid(2), &To::Pid(pid(1)), &message(n as u8));
        script.deliver(n, pid(1), &message(n as u8));
    }
    script.handle(10, pid(1), &message(0));
    script.writer().store_mut().add_loss(Loss {
        class: Some(Class::Message),
        n_events: Some(9),
        from_tick: 12,
        to_tick: 20,
        reason: Reason::BufferFull,
        detail: String::new(),
    });
    script.send(30, pid(2), &To::Pid(pid(1)), &message(9));
    script.deliver(31, pid(1), &message(9));
    script.handle(40, pid(1), &message(9));
    let answer =
        ask(&script.trace(), Request::MessageQueueAnalysis(MessageQueueAnalysisRequest::default())).expect("an answer");
    assert_eq!(answer.coverage.dropped.len(), 1);
    let found = queues(answer);
    assert_eq!((found.queues[0].arrived, found.queues[0].handled, found.queues[0].left), (2, 2, 0));
}

#[test]
fn what_no_process_watches_any_more_is_not_left() {
    let mut script = Script::new();
    script.target(0, true, Some(pid(1)), &["message"]);
    script.send(1, pid(2), &To::Pid(pid(1)), &message(1));
    script.deliver(1, pid(1), &message(1));
    script.handle(2, pid(1), &message(1));
    script.target(3, false, Some(pid(1)), &["message"]);
    script.send(4, pid(2), &To::Pid(pid(1)), &message(2));
    script.exit(90, pid(2), &atom("normal"));
    let found = analysis(&mut script);
    assert_eq!((found.queues[0].arrived, found.queues[0].left), (1, 0));
}

#[test]
fn a_process_that_is_no_server_has_no_length() {
    let mut script = Script::new();
    script.send(1, pid(2), &To::Pid(pid(1)), &message(1));
    script.deliver(5, pid(1), &message(1));
    let found = analysis(&mut script);
    assert_eq!(found.bottleneck, None);
    let queue = &found.queues[0];
    assert_eq!((queue.arrived, queue.peak, queue.mean_ppm, &queue.waiting), (1, None, None, &None));
    assert_eq!(queue.delivery.as_ref().map(|all| all.p50_ns), Some(4));
    assert_eq!(queue.senders[0].process.pid, "<0.2.0>");
}

#[test]
fn an_expired_receive_is_no_message_unless_it_is_handled() {
    let mut script = Script::new();
    script.send(1, pid(2), &To::Pid(pid(1)), &message(1));
    script.deliver(2, pid(1), &message(1));
    script.handle(3, pid(1), &message(1));
    script.deliver(10, pid(1), &atom("timeout"));
    script.state(11, pid(1), &atom("idle"));
    script.deliver(50, pid(1), &atom("timeout"));
    script.handle(50, pid(1), &atom("timeout"));
    script.deliver(60, pid(1), &atom("timeout"));
    script.state(61, pid(1), &atom("idle"));
    let queue = &analysis(&mut script).queues[0];
    assert_eq!((queue.handled, queue.left, queue.taken, queue.unmatched, queue.peak), (2, 0, 0, 0, Some(1)));
}

#[test]
fn equal_messages_of_two_senders_are_ambiguous_and_counted() {
    let mut script = Script::new();
    script.send(1, pid(2), &To::Pid(pid(1)), &message(1));
    script.send(3, pid(3), &To::Pid(pid(1)), &message(1));
    script.deliver(4, pid(1), &message(1));
    script.deliver(5, pid(1), &message(1));
    script.handle(6, pid(1), &message(1));
    script.handle(16, pid(1), &message(1));
    let queue = &analysis(&mut script).queues[0];
    assert_eq!((queue.handled, queue.ambiguous, queue.waiting.as_ref()), (2, 2, None));
    assert_eq!((queue.peak, queue.peak_at, queue.mean_ppm), (Some(2), Some(3), Some(18 * 1_000_000 / 15)));
}
