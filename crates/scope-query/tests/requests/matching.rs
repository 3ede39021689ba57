//! One message asked about and the whole trace read say the same: which send a delivery is, how long it travelled and how long it waited.
//!
//! A scene is a recording of what the VM may do, with what makes matching hard switched on one by one.

use crate::script::{self, Script, To, ask, atom, pid};
use quickcheck::{TestResult, quickcheck};
use scope_core::loss::{Loss, Reason};
use scope_core::term::Term;
use scope_core::{Class, EventId, Kind, ProcessKey};
use scope_query::Request;
use scope_query::answer::Message;
use scope_query::requests::Data;
use scope_query::requests::message_queue_analysis::{MessageQueueAnalysisRequest, Queue};
use std::collections::{BTreeMap, VecDeque};

/// What can happen in a scene beside sends, deliveries and handlings.
#[derive(Clone, Copy, Debug, Default)]
struct Scene {
    /// How many different messages there are; 0 for all different.
    n_bodies: u8,
    /// Terms are cut, so that equal keys do not mean equal messages.
    cut: bool,
    names: bool,
    aliases: bool,
    /// Deliveries that nothing sent: timers, ports, other nodes.
    external: bool,
    /// The VM's trace of a `receive` whose time is over.
    expired: bool,
    /// A process takes messages by a `receive` of its own.
    takes: bool,
    /// Some messages are fetched before those that were delivered earlier.
    priority: bool,
    losses: bool,
    /// Deliveries and handlings are recorded from the middle on.
    late: bool,
    exits: bool,
    /// Old events are evicted.
    evicts: bool,
}

/// What is on its way or in a mailbox.
#[derive(Clone, Debug)]
struct Mail {
    message: Term,
    urgent: bool,
}

/// Three servers.
struct Stage<'s> {
    script: &'s mut Script,
    scene: Scene,
    /// On the way, per pair.
    ways: BTreeMap<(ProcessKey, ProcessKey), VecDeque<Mail>>,
    mailboxes: BTreeMap<ProcessKey, VecDeque<Mail>>,
    dead: Vec<ProcessKey>,
    holder: Option<ProcessKey>,
    is_recorded: bool,
}

impl Scene {
    fn play(self, script: &mut Script, steps: &[(u8, u8, u8, u8)]) {
        if !self.late {
            script.target(0, true, None, &["message"]);
        }
        let mut stage = Stage {
            script,
            scene: self,
            ways: BTreeMap::new(),
            mailboxes: BTreeMap::new(),
            dead: Vec::new(),
            holder: None,
            is_recorded: !self.late,
        };
        let mut tick = 1;
        for (n, (what, from, to, body)) in steps.iter().enumerate() {
            tick += u64::from(what >> 6);
            if n == steps.len() / 3 && self.late {
                stage.is_recorded = true;
                stage.script.target(tick, true, None, &["message"]);
            }
            let body = if self.n_bodies == 0 { n as i64 } else { i64::from(body % self.n_bodies) };
            stage.step(tick, what % 16, pid(u32::from(from % 3)), pid(u32::from(to % 3)), body);
        }
    }

    fn message(self, body: i64) -> Term {
        if self.cut && body % 2 == 1 {
            return Term::BinaryCut(b"the same beginning".to_vec(), 5000 + body as u64);
        }
        Term::Tuple(vec![atom("work"), Term::Integer(body)])
    }
}

impl Stage<'_> {
    fn step(&mut self, tick: u64, what: u8, from: ProcessKey, to: ProcessKey, body: i64) {
        let (scene, message) = (self.scene, self.scene.message(body));
        let is_dead = |process| self.dead.contains(&process);
        match what {
            0..=3 if !is_dead(from) => {
                if is_dead(to) {
                    self.script.send(tick, from, &To::Dead(to), &message);
                    return;
                }
                let by_name = what == 1 && scene.names && self.holder == Some(to);
                let urgent = what == 2 && scene.priority;
                // A priority message that is equal to another cannot be written from it.
                let message = if urgent { Term::Tuple(vec![atom("urgent"), message]) } else { message };
                let by_alias = urgent || what == 3 && scene.aliases;
                let address = match (by_name, by_alias) {
                    (true, _) => To::Name("one"),
                    // Each process has one alias.
                    (_, true) => To::Alias(to.number + 1),
                    _ => To::Pid(to),
                };
                self.script.send(tick, from, &address, &message);
                self.ways.entry((from, to)).or_default().push_back(Mail { message, urgent });
            }
            // The VM moves everything that came into the mailbox at once.
            4..=6 if !is_dead(to) => {
                let mut ways: Vec<_> = self.ways.iter_mut().filter(|((_, other), _)| *other == to).collect();
                let first = usize::from(what == 5) * ways.len().saturating_sub(1);
                ways.rotate_left(first);
                let came: Vec<Mail> = ways.into_iter().flat_map(|(_, way)| way.drain(..)).collect();
                came.into_iter().for_each(|mail| self.deliver(tick, to, mail));
            }
            7..=9 if !is_dead(to) => {
                let Some(mailbox) = self.mailboxes.get_mut(&to) else { return };
                let next = mailbox.iter().position(|mail| mail.urgent).unwrap_or(0);
                let Some(mail) = mailbox.remove(next) else { return };
                if self.is_recorded {
                    self.script.handle(tick, to, &mail.message);
                }
            }
            10 if scene.external && !is_dead(to) => self.deliver(tick, to, Mail { message, urgent: false }),
            11 if scene.expired && !is_dead(to) && self.is_recorded => {
                self.script.deliver(tick, to, &atom("timeout"));
            }
            12 if scene.takes && !is_dead(to) => {
                if let Some(mailbox) = self.mailboxes.get_mut(&to).filter(|mailbox| !mailbox.is_empty()) {
                    mailbox.remove(body as usize % mailbox.len());
                }
            }
            13 if scene.losses => {
                let (reason, detail) = (Reason::BufferFull, String::new());
                let class = Some(Class::Message);
                let loss = Loss { class, n_events: Some(1), from_tick: tick, to_tick: tick + 1, reason, detail };
                self.script.writer().store_mut().add_loss(loss);
                // Of what was on its way nothing more is seen.
                self.ways.values_mut().for_each(VecDeque::clear);
            }
            14 if scene.names && !is_dead(to) => match self.holder.take() {
                Some(holder) if !is_dead(holder) => {
                    self.script.unregister(tick, holder, "one");
                }
                _ => {
                    self.script.register(tick, to, "one");
                    self.holder = Some(to);
                }
            },
            15 if scene.exits && body % 4 == 0 && !is_dead(to) => {
                self.script.exit(tick, to, &atom("normal"));
                self.dead.push(to);
                if self.holder == Some(to) {
                    self.holder = None;
                }
            }
            _ => {}
        }
    }

    fn deliver(&mut self, tick: u64, to: ProcessKey, mail: Mail) {
        if self.is_recorded {
            self.script.deliver(tick, to, &mail.message);
        }
        self.mailboxes.entry(to).or_default().push_back(mail);
    }
}

/// What is said of the messages to a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Written {
    /// How many messages are known to be a send and a delivery, and how long these travelled in sum.
    delivery: (u64, u64),
    /// The same of their waiting, from the send or, where nothing sent it, the delivery.
    waiting: (u64, u64),
}

impl Written {
    fn add(sum: &mut (u64, u64), ns: u64) {
        *sum = (sum.0 + 1, sum.1 + ns);
    }

    /// As the queues of the whole trace have it.
    fn of_queue(queue: &Queue) -> Self {
        let (delivery, waiting) = (queue.delivery.as_ref(), queue.waiting.as_ref());
        Self {
            delivery: delivery.map_or((0, 0), |all| (all.n, all.sum_ns)),
            waiting: waiting.map_or((0, 0), |all| (all.n, all.sum_ns)),
        }
    }
}

/// What is said of each process's messages when each event of a message is asked about.
fn by_message(script: &mut Script) -> BTreeMap<String, Written> {
    let trace = script.trace();
    let mut written: BTreeMap<String, Written> = BTreeMap::new();
    let held = |id: &EventId| trace.find(*id).is_some();
    let events = script.written.iter().filter(|event| event.kind == Kind::Delivered && held(&event.id));
    for event in events {
        let message: Message = script::message(&trace, event.id).message;
        let of = written.entry(event.process.expect("a receiver").to_string()).or_default();
        let since = match &*message.matched {
            "matched" => {
                Written::add(&mut of.delivery, message.delivery_ns.expect("both instants"));
                message.sent_at
            }
            "external" => message.delivered_at,
            _ => None,
        };
        if let Some((since, handled)) = since.zip(message.handled_at) {
            Written::add(&mut of.waiting, handled - since);
        }
    }
    written
}

fn by_pass(script: &mut Script) -> BTreeMap<String, Written> {
    let answer = ask(&script.trace(), Request::MessageQueueAnalysis(MessageQueueAnalysisRequest::default()));
    match answer.expect("an answer").data {
        Data::MessageQueueAnalysis(found) => {
            found.queues.iter().map(|queue| (queue.process.pid.clone(), Written::of_queue(queue))).collect()
        }
        data => panic!("queues, not {data:?}"),
    }
}

fn agrees(scene: Scene, steps: &[(u8, u8, u8, u8)]) -> TestResult {
    let mut script = if scene.evicts { Script::keeping(12) } else { Script::new() };
    scene.play(&mut script, steps);
    let (one, all) = (by_message(&mut script), by_pass(&mut script));
    let of = |written: &BTreeMap<String, Written>, pid: &str| written.get(pid).copied().unwrap_or_default();
    let pids: Vec<String> = (0..3).map(|n| pid(n).to_string()).collect();
    // At the beginning of a recording, and behind a loss, a mailbox may hold what was delivered unseen, and what is handled is taken for an
    // equal one that was seen.
    let is_whole = !(scene.evicts || scene.late || scene.losses && scene.n_bodies > 0);
    let agree = |one: Written, all: Written| one.delivery == all.delivery && (one.waiting == all.waiting || !is_whole);
    let differs = pids.iter().find(|pid| !agree(of(&one, pid), of(&all, pid)));
    let Some(pid) = differs else { return TestResult::passed() };
    let written: Vec<_> = script
        .written
        .iter()
        .map(|written| (written.key.tick, written.kind, written.process, &written.peer, &written.term))
        .collect();
    let (one, all) = (of(&one, pid), of(&all, pid));
    TestResult::error(format!("{scene:?} {pid}: by message {one:?}, by pass {all:?}: {written:#?}"))
}

type Steps = Vec<(u8, u8, u8, u8)>;

quickcheck! {
    fn different_messages(steps: Steps) -> TestResult {
        agrees(Scene { n_bodies: 0, names: true, external: true, takes: true, exits: true, ..Scene::default() }, &steps)
    }

    fn equal_messages(steps: Steps, n_bodies: u8, cut: bool) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3 + 1, cut, names: true, exits: true, ..Scene::default() }, &steps)
    }

    fn messages_to_aliases(steps: Steps, n_bodies: u8) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3, aliases: true, ..Scene::default() }, &steps)
    }

    fn equal_messages_from_elsewhere(steps: Steps, n_bodies: u8) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3 + 1, external: true, expired: true, ..Scene::default() }, &steps)
    }

    fn equal_messages_that_are_taken(steps: Steps, n_bodies: u8) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3 + 1, takes: true, ..Scene::default() }, &steps)
    }

    // Of equal messages, one overtaken and one behind it, only what is handled later tells which was handled: the pass says ambiguous.
    fn urgent_messages(steps: Steps, takes: bool) -> TestResult {
        agrees(Scene { priority: true, aliases: true, external: true, takes, ..Scene::default() }, &steps)
    }

    fn messages_around_losses(steps: Steps, n_bodies: u8) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3, losses: true, ..Scene::default() }, &steps)
    }

    fn tracing_that_begins_late(steps: Steps, n_bodies: u8) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3, late: true, ..Scene::default() }, &steps)
    }

    fn evicted_messages(steps: Steps, n_bodies: u8) -> TestResult {
        agrees(Scene { n_bodies: n_bodies % 3, evicts: true, ..Scene::default() }, &steps)
    }

    fn everything_at_once(steps: Steps, n_bodies: u8, cut: bool) -> TestResult {
        let scene = Scene { n_bodies: n_bodies % 4, cut, names: true, aliases: true, external: true, expired: true, ..Scene::default() };
        agrees(Scene { takes: true, priority: n_bodies.is_multiple_of(4), losses: true, exits: true, ..scene }, &steps)
    }
}
