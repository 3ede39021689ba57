//! A simulated node that knows the truth: servers, a plain client, tasks and timers that send, call, reply, spawn, link and crash, and for
//! each event that was recorded the events that really led to it.
//!
//! A process does one thing at a time, so what leads to an act is what it is in the middle of. What is sent waits in the receiver's outer
//! queue until that fetches all there is, as in the VM.

use crate::script::{Script, To, atom, pid};
use scope_core::loss::{Loss, Reason};
use scope_core::term::Term;
use scope_core::{Class, EventId, ProcessKey};
use std::collections::{BTreeMap, VecDeque};

const N_SERVERS: u32 = 3;
const CLIENT: u32 = 9;

/// An event that happened, recorded or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    /// `None` if it was lost.
    pub(crate) id: Option<EventId>,
    /// What led to it.
    pub(crate) causes: Vec<Happened>,
}

/// The number of an event that happened.
type Happened = usize;

#[derive(Clone, Debug)]
struct Letter {
    from: Option<ProcessKey>,
    term: Term,
    /// `None` for a timer's.
    sent: Option<Happened>,
    /// A request: the caller's number and its reference.
    asks: Option<(u32, u32)>,
    answers: Option<u32>,
}

/// What a process is in the middle of.
#[derive(Debug)]
struct Work {
    /// Innermost last, each with the last reply that came in it; the first is the handling, or the beginning.
    stack: Vec<(Happened, Option<Happened>)>,
    asked: Option<(u32, u32)>,
    /// The handling.
    request: Happened,
}

#[derive(Debug)]
struct Process {
    key: ProcessKey,
    outer: VecDeque<Letter>,
    /// Delivered, and the delivery.
    inner: VecDeque<(Letter, Happened)>,
    work: Option<Work>,
    /// The reference it waits for, and whom it asked.
    waits: Option<(u32, u32)>,
    linked: Vec<u32>,
    /// A server has a loop.
    is_server: bool,
}

/// What may go missing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Losses {
    /// Every n-th event of messages and calls in the middle of the story is lost.
    pub(crate) every: Option<usize>,
}

pub(crate) struct World {
    pub(crate) script: Script,
    pub(crate) truth: Vec<Truth>,
    processes: BTreeMap<u32, Process>,
    losses: Losses,
    n_events: usize,
    lost: Option<(u64, u64)>,
    tick: u64,
    n_refs: u32,
    n_pids: u32,
    /// So many different messages.
    n_bodies: u8,
    /// A body for each message.
    is_unique: bool,
    n_sent: i64,
}

impl World {
    /// Plays a story. With no number of bodies no two messages are equal.
    pub(crate) fn run(script: Script, steps: &[(u8, u8, u8)], n_bodies: Option<u8>, losses: Losses) -> Self {
        let mut world = Self {
            script,
            truth: Vec::new(),
            processes: BTreeMap::new(),
            losses,
            n_events: 0,
            lost: None,
            tick: 1,
            n_refs: 0,
            n_pids: 20,
            n_bodies: n_bodies.unwrap_or(1),
            is_unique: n_bodies.is_none(),
            n_sent: 0,
        };
        world.script.target(0, true, None, &["message", "call", "state"]);
        for number in 1..=N_SERVERS {
            let born = world.script.spawn(1, pid(number), pid(0));
            let born = world.written(Some(born), vec![]);
            world.begin(number, born, true);
        }
        let born = world.script.spawn(1, pid(CLIENT), pid(0));
        let born = world.written(Some(born), vec![]);
        world.begin(CLIENT, born, false);
        for (who, what, with) in steps {
            world.tick += u64::from(what >> 6);
            world.step(*who, *what, *with);
        }
        // What was sent arrives in the end.
        world.tick += 1;
        let numbers: Vec<u32> = world.processes.keys().copied().collect();
        numbers.into_iter().for_each(|number| world.fetch(number));
        if let Some((from_tick, to_tick)) = world.lost {
            let loss = |class| Loss {
                class: Some(class),
                n_events: None,
                from_tick,
                to_tick,
                reason: Reason::BufferFull,
                detail: String::new(),
            };
            for class in [Class::Message, Class::Call, Class::State] {
                world.script.writer().store_mut().add_loss(loss(class));
            }
        }
        world
    }

    fn begin(&mut self, number: u32, born: Happened, is_server: bool) {
        // A server waits for its first message.
        let work = (!is_server).then(|| Work { stack: vec![(born, None)], asked: None, request: born });
        let process = Process {
            key: pid(number),
            outer: VecDeque::new(),
            inner: VecDeque::new(),
            work,
            waits: None,
            linked: vec![],
            is_server,
        };
        self.processes.insert(number, process);
    }

    fn written(&mut self, id: Option<EventId>, causes: Vec<Happened>) -> Happened {
        self.truth.push(Truth { id, causes });
        self.truth.len() - 1
    }

    /// The nearest events behind one that `holds` has, each truly behind it.
    pub(crate) fn behind(&self, event: Happened, holds: &impl Fn(EventId) -> bool) -> Vec<EventId> {
        let held = |cause: &Happened| match self.truth[*cause].id.filter(|id| holds(*id)) {
            Some(id) => vec![id],
            None => self.behind(*cause, holds),
        };
        self.truth[event].causes.iter().flat_map(held).collect()
    }

    /// Tells an event of messages, calls or states, unless it gets lost.
    fn tell(&mut self, causes: Vec<Happened>, tell: impl FnOnce(&mut Script, u64) -> EventId) -> Happened {
        self.n_events += 1;
        let is_lost = self
            .losses
            .every
            .is_some_and(|every| self.n_events % 30 > 10 && self.n_events.is_multiple_of(every % 7 + 2));
        if is_lost {
            let (from, _) = self.lost.unwrap_or((self.tick, 0));
            self.lost = Some((from, self.tick));
            return self.written(None, causes);
        }
        let event = Some(tell(&mut self.script, self.tick));
        self.written(event, causes)
    }

    fn body(&mut self, with: u8) -> Term {
        self.n_sent += 1;
        let body = if self.is_unique { self.n_sent } else { i64::from(with % self.n_bodies) };
        Term::Tuple(vec![atom("work"), Term::Integer(body)])
    }

    /// What an act of a process now comes from.
    fn occasion(&self, number: u32) -> Vec<Happened> {
        let Some(work) = self.processes.get(&number).and_then(|process| process.work.as_ref()) else { return vec![] };
        work.stack.last().into_iter().flat_map(|(base, reply)| [*base].into_iter().chain(*reply)).collect()
    }

    fn step(&mut self, who: u8, what: u8, with: u8) {
        let numbers: Vec<u32> = self.processes.keys().copied().collect();
        if numbers.is_empty() {
            return;
        }
        let number = numbers[usize::from(who) % numbers.len()];
        let others: Vec<u32> = (1..=N_SERVERS).filter(|other| *other != number).collect();
        let to = others[usize::from(with) % others.len()];
        let (waits, is_server, is_idle) = {
            let process = &self.processes[&number];
            (process.waits.is_some(), process.is_server, process.work.is_none())
        };
        if waits {
            return self.fetch(number);
        }
        if is_idle {
            if is_server {
                self.turn(number);
            }
            return;
        }
        match what % 16 {
            0..=2 => self.cast(number, to, with),
            3 | 4 => self.ask(number, to, with),
            5 | 6 => self.call(number),
            7 | 8 => self.ret(number),
            9 if self.processes.len() < 12 => self.task(number),
            10 if is_server => self.link(number, to),
            11 if with > 200 && is_server => self.crash(number, with),
            12 => self.timer(to, with),
            _ if is_server => self.finish(number),
            _ => {}
        }
    }

    fn post(&mut self, to: u32, letter: Letter, with: u8) {
        let Some(process) = self.processes.get_mut(&to) else { return };
        // It may overtake what others sent.
        let last = process.outer.iter().rposition(|other| other.from == letter.from && letter.from.is_some());
        let first = last.map_or(0, |last| last + 1);
        let at = first + usize::from(with) % (process.outer.len() - first + 1);
        process.outer.insert(at, letter);
    }

    fn send(&mut self, number: u32, to: u32, whom: &To, letter: Letter, with: u8, causes: Vec<Happened>) {
        let (from, term) = (pid(number), letter.term.clone());
        let whom = if self.processes.contains_key(&to) { whom.clone() } else { To::Dead(pid(to)) };
        let sent = self.tell(causes, |script, tick| script.send(tick, from, &whom, &term));
        self.post(to, Letter { sent: Some(sent), from: Some(from), ..letter }, with);
    }

    fn cast(&mut self, number: u32, to: u32, with: u8) {
        let letter = Letter { from: None, term: self.body(with), sent: None, asks: None, answers: None };
        let causes = self.occasion(number);
        self.send(number, to, &To::Pid(pid(to)), letter, with, causes);
    }

    fn ask(&mut self, number: u32, to: u32, with: u8) {
        if !self.processes.contains_key(&to) {
            return;
        }
        self.n_refs += 1;
        let tag = self.n_refs;
        let from = Term::Tuple(vec![Term::Pid(pid(number)), alias(tag)]);
        let term = Term::Tuple(vec![atom("$gen_call"), from, self.body(with)]);
        let letter = Letter { from: None, term, sent: None, asks: Some((number, tag)), answers: None };
        let causes = self.occasion(number);
        self.send(number, to, &To::Pid(pid(to)), letter, with, causes);
        self.processes.get_mut(&number).expect("it asks").waits = Some((tag, to));
    }

    fn timer(&mut self, to: u32, with: u8) {
        let letter = Letter { from: None, term: self.body(with), sent: None, asks: None, answers: None };
        self.post(to, letter, with);
    }

    /// Everything sent so far comes in.
    fn fetch(&mut self, number: u32) {
        let Some(process) = self.processes.get_mut(&number) else { return };
        let (key, letters) = (process.key, std::mem::take(&mut process.outer));
        for letter in letters {
            let causes = letter.sent.into_iter().collect();
            let delivered = self.tell(causes, |script, tick| script.deliver(tick, key, &letter.term));
            let process = self.processes.get_mut(&number).expect("it lives");
            match (letter.answers, process.waits) {
                (Some(tag), Some((waits, _))) if tag == waits => {
                    process.waits = None;
                    let is_server = process.is_server;
                    let work = process.work.as_mut().expect("it waits in the middle of something");
                    if !is_server && work.stack.len() == 1 {
                        // A process without a loop goes on from what it took.
                        work.stack = vec![(delivered, None)];
                    } else if let Some((_, reply)) = work.stack.last_mut() {
                        *reply = Some(delivered);
                    }
                }
                _ => process.inner.push_back((letter, delivered)),
            }
        }
    }

    /// A server turns to its next message.
    fn turn(&mut self, number: u32) {
        if self.processes[&number].inner.is_empty() {
            self.fetch(number);
        }
        let process = self.processes.get_mut(&number).expect("it lives");
        let key = process.key;
        let Some((letter, delivered)) = process.inner.pop_front() else { return };
        let handled = self.tell(vec![delivered], |script, tick| script.handle(tick, key, &letter.term));
        let work = Work { stack: vec![(handled, None)], asked: letter.asks, request: handled };
        self.processes.get_mut(&number).expect("it lives").work = Some(work);
    }

    fn call(&mut self, number: u32) {
        let (causes, key) = (self.occasion(number), pid(number));
        let depth = self.work(number).stack.len();
        if depth > 4 {
            return;
        }
        let call = self.tell(causes, |script, tick| script.call(tick, key, &format!("f{depth}")));
        let work = self.work(number);
        work.stack.push((call, None));
    }

    fn ret(&mut self, number: u32) {
        let (key, is_server) = (pid(number), self.processes[&number].is_server);
        let work = self.work(number);
        if work.stack.len() < 2 {
            return;
        }
        let (call, reply) = work.stack.pop().expect("it is in a call");
        let is_outside = work.stack.len() == 1;
        if let Some((base, last)) = work.stack.last_mut() {
            match reply.filter(|_| is_outside && !is_server) {
                Some(taken) => *base = taken,
                None => *last = reply.or(*last),
            }
        }
        let depth = work.stack.len();
        self.tell(vec![call], |script, tick| script.ret(tick, key, &format!("f{depth}")));
    }

    fn task(&mut self, number: u32) {
        let (causes, parent) = (self.occasion(number), pid(number));
        self.n_pids += 1;
        let child = self.n_pids;
        let born = self.script.spawn(self.tick, pid(child), parent);
        let born = self.written(Some(born), causes);
        self.begin(child, born, false);
    }

    fn link(&mut self, number: u32, to: u32) {
        if !self.processes.contains_key(&to) || self.processes[&number].linked.contains(&to) {
            return;
        }
        let causes = self.occasion(number);
        let link = self.script.link(self.tick, pid(number), pid(to));
        self.written(Some(link), causes);
        self.processes.get_mut(&number).expect("it lives").linked.push(to);
        self.processes.get_mut(&to).expect("it lives").linked.push(number);
    }

    /// A server exits in the middle of its work, those linked to it with it; who waits for its reply fails.
    fn crash(&mut self, number: u32, with: u8) {
        let reason = Term::Tuple(vec![atom("oops"), Term::Integer(i64::from(with) + self.n_sent * 256)]);
        let causes = self.occasion(number);
        let mut dying = VecDeque::from([(number, causes)]);
        while let Some((number, causes)) = dying.pop_front() {
            let Some(process) = self.processes.remove(&number) else { continue };
            self.tick += 1;
            let exit = self.script.exit(self.tick, process.key, &reason);
            let exit = self.written(Some(exit), causes);
            dying.extend(process.linked.iter().map(|linked| (*linked, vec![exit])));
            let waiting =
                self.processes.iter().filter(|(_, other)| other.waits.is_some_and(|(_, asked)| asked == number));
            let waiting: Vec<u32> = waiting.map(|(other, _)| *other).collect();
            for other in waiting {
                if process.linked.contains(&other) {
                    continue;
                }
                let mut causes = self.occasion(other);
                causes.push(exit);
                let Some(died) = self.processes.remove(&other) else { continue };
                let call = vec![atom("Elixir.GenServer"), atom("call"), Term::List(vec![Term::Pid(process.key)], None)];
                let failed = Term::Tuple(vec![reason.clone(), Term::Tuple(call)]);
                self.tick += 1;
                let exit = self.script.exit(self.tick, died.key, &failed);
                self.written(Some(exit), causes);
                // Their own links are left alone: their reason is another.
                for linked in died.linked {
                    if let Some(linked) = self.processes.get_mut(&linked) {
                        linked.linked.retain(|other| *other != died.key.number);
                    }
                }
            }
        }
    }

    fn work(&mut self, number: u32) -> &mut Work {
        self.processes.get_mut(&number).and_then(|process| process.work.as_mut()).expect("it is at work")
    }

    /// A server is done with a message.
    fn finish(&mut self, number: u32) {
        while self.work(number).stack.len() > 1 {
            self.ret(number);
        }
        let causes = self.occasion(number);
        let (asked, request) = (self.work(number).asked, self.work(number).request);
        if let Some((caller, tag)) = asked {
            let term = Term::Tuple(vec![alias(tag), atom("ok")]);
            let letter = Letter { from: None, term, sent: None, asks: None, answers: Some(tag) };
            let mut replied = causes.clone();
            replied.push(request);
            self.send(number, caller, &To::Alias(tag), letter, 0, replied);
        }
        let key = pid(number);
        self.tell(causes, |script, tick| script.state(tick, key, &atom("rested")));
        let process = self.processes.get_mut(&number).expect("it lives");
        process.work = None;
    }
}

fn alias(tag: u32) -> Term {
    let reference = Term::Reference([tag, 2, 3].into_iter().collect());
    Term::List(vec![atom("alias")], Some(Box::new(reference)))
}
