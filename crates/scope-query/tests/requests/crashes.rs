//! `crashes` against a naive replay of a story of families that start, link, work and die.

use crate::script::{Script, again, ask, atom, pid};
use quickcheck::quickcheck;
use scope_core::ProcessKey;
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_query::Answer;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::crashes::Crash;
use scope_query::requests::crashes::Crashes;
use scope_query::requests::crashes::CrashesRequest;
use std::collections::BTreeMap;

const PARENT: ProcessKey = pid(0);

fn crashes(trace: &Trace, request: CrashesRequest) -> (Crashes, Answer) {
    let answer = ask(trace, Request::Crashes(request)).expect("an answer");
    match &answer.data {
        Data::Crashes(crashes) => (crashes.clone(), answer),
        data => panic!("crashes, not {data:?}"),
    }
}

fn stack(function: &str) -> Term {
    let frame = |module: &str, function: &str| {
        Term::Tuple(vec![atom(module), atom(function), Term::Integer(2), Term::List(vec![], None)])
    };
    Term::List(vec![frame("lists", "map"), frame("Elixir.Shop.Cart", function)], None)
}

/// Exit reasons with their causes; none for one that is no crash.
fn reasons() -> Vec<(Term, Option<&'static str>)> {
    vec![
        (atom("normal"), None),
        (Term::Tuple(vec![atom("shutdown"), atom("done")]), None),
        (atom("killed"), Some(":killed")),
        (Term::Tuple(vec![atom("badarith"), stack("add")]), Some(":badarith in Shop.Cart.add/2")),
        (Term::Tuple(vec![atom("badarith"), stack("pay")]), Some(":badarith in Shop.Cart.pay/2")),
        (Term::Tuple(vec![Term::Cut, atom("x")]), Some("{...}")),
    ]
}

/// What is true of one exit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Truth {
    exit: String,
    cause: &'static str,
    state: Option<String>,
    handling: Option<String>,
    before: Vec<String>,
    /// Who, whether it exited, whether along.
    linked: Vec<(String, bool, bool)>,
    followed: Option<String>,
    /// Who may have been started in its place: who they are is decided in `restarts`.
    restarts: Vec<String>,
}

#[derive(Clone, Debug)]
struct Exited {
    at: usize,
    id: String,
    process: ProcessKey,
    reason: usize,
}

/// The whole story, kept as plainly as it can be.
#[derive(Default)]
struct History {
    /// Per step: what happened, with its id.
    steps: Vec<(Step, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Spawn(ProcessKey, u8),
    Link(ProcessKey, ProcessKey),
    Unlink(ProcessKey, ProcessKey),
    Handle(ProcessKey),
    State(ProcessKey),
    Exit(ProcessKey, usize),
}

impl Step {
    /// Whose events it is among.
    fn of(self) -> ProcessKey {
        match self {
            Self::Spawn(p, _)
            | Self::Link(p, _)
            | Self::Unlink(p, _)
            | Self::Handle(p)
            | Self::State(p)
            | Self::Exit(p, _) => p,
        }
    }
}

fn play(script: &mut Script, choices: &[(u8, u8, u8)]) -> History {
    let mut history = History::default();
    let mut incarnation = BTreeMap::from([(1, 0), (2, 0), (3, 0), (4, 0)]);
    let mut alive: Vec<ProcessKey> = Vec::new();
    let mut tick = 1;
    for (what, a, b) in choices {
        tick += u64::from(what >> 7);
        let step = if what % 8 < 2 || alive.len() < 2 {
            let number = u32::from(a % 4) + 1;
            if alive.iter().any(|process| process.number == number) {
                continue;
            }
            let n = incarnation.get_mut(&number).expect("four of them");
            *n += 1;
            alive.push(again(number, *n));
            Step::Spawn(again(number, *n), b % 2)
        } else {
            let one = alive[usize::from(*a) % alive.len()];
            let other = alive[usize::from(*b) % alive.len()];
            match what % 8 {
                2 | 3 if one != other => Step::Link(one, other),
                4 if one != other => Step::Unlink(one, other),
                5 => Step::Handle(one),
                6 => Step::State(one),
                7 => {
                    alive.retain(|process| *process != one);
                    Step::Exit(one, usize::from(*b) % reasons().len())
                }
                _ => continue,
            }
        };
        let id = match step {
            Step::Spawn(child, start) => script.spawn_with(tick, child, PARENT, vec![Term::Integer(i64::from(start))]),
            Step::Link(one, other) => script.link(tick, one, other),
            Step::Unlink(one, other) => script.unlink(tick, one, other),
            Step::Handle(one) => script.handle(tick, one, &atom("work")),
            Step::State(one) => script.state(tick, one, &atom("rested")),
            Step::Exit(one, reason) => script.exit(tick, one, &reasons()[reason].0),
        };
        history.steps.push((step, id.to_string()));
    }
    history
}

impl History {
    fn exits(&self) -> Vec<Exited> {
        let exits = self.steps.iter().enumerate().filter_map(|(at, (step, id))| match step {
            Step::Exit(process, reason) => Some(Exited { at, id: id.clone(), process: *process, reason: *reason }),
            _ => None,
        });
        exits.collect()
    }

    /// Whether two processes were linked just before a step.
    fn linked(&self, a: ProcessKey, b: ProcessKey, before: usize) -> bool {
        let pair = |x: ProcessKey, y: ProcessKey| (x, y) == (a, b) || (y, x) == (a, b);
        self.steps[..before].iter().fold(false, |linked, (step, _)| match step {
            Step::Link(x, y) if pair(*x, *y) => true,
            Step::Unlink(x, y) if pair(*x, *y) => false,
            Step::Exit(x, _) if *x == a || *x == b => false,
            _ => linked,
        })
    }

    fn everyone(&self) -> Vec<ProcessKey> {
        let mut all: Vec<_> = self.steps.iter().map(|(step, _)| step.of()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn truths(&self) -> Vec<Truth> {
        let exits = self.exits();
        let crashed = exits.iter().filter_map(|exit| Some((exit, reasons()[exit.reason].1?)));
        crashed.map(|(exit, cause)| self.truth(exit, cause, &exits)).collect()
    }

    fn truth(&self, exit: &Exited, cause: &'static str, exits: &[Exited]) -> Truth {
        let own: Vec<&(Step, String)> =
            self.steps[..exit.at].iter().filter(|(step, _)| step.of() == exit.process).collect();
        let last =
            |wanted: fn(Step) -> bool| own.iter().rev().find(|(step, _)| wanted(*step)).map(|(_, id)| id.clone());
        let written = own.iter().rev().find(|(step, _)| matches!(step, Step::Handle(_) | Step::State(_)));
        // A cut reason is equal to none for certain.
        let same = |other: &Exited| other.reason == exit.reason && exit.reason != 5;
        let exit_of = |process: ProcessKey| exits.iter().find(|other| other.process == process);
        let linked =
            self.everyone().into_iter().filter(|p| *p != exit.process && self.linked(exit.process, *p, exit.at));
        let mut linked: Vec<(String, bool, bool)> = linked
            .map(|process| {
                let its = exit_of(process);
                (process.to_string(), its.is_some(), its.is_some_and(same))
            })
            .collect();
        linked.sort();
        let mut earlier = exits.iter().filter(|other| other.at < exit.at);
        let followed = earlier.rfind(|other| self.linked(exit.process, other.process, other.at) && same(other));
        let start = own.iter().find_map(|(step, _)| match step {
            Step::Spawn(_, start) => Some(*start),
            _ => None,
        });
        let alike = self.steps[exit.at..].iter().filter_map(|(step, _)| match step {
            Step::Spawn(process, other) if Some(*other) == start => Some(process.to_string()),
            _ => None,
        });
        Truth {
            exit: exit.id.clone(),
            cause,
            state: last(|step| matches!(step, Step::State(_))),
            handling: written.filter(|(step, _)| matches!(step, Step::Handle(_))).map(|(_, id)| id.clone()),
            before: own.iter().rev().take(3).rev().map(|(_, id)| id.clone()).collect(),
            linked,
            followed: followed.map(|other| other.id.clone()),
            restarts: alike.collect(),
        }
    }
}

fn written(crash: &Crash) -> Truth {
    let mut linked: Vec<_> =
        crash.linked.iter().map(|l| (l.process.pid.clone(), l.exit.is_some(), l.died_along)).collect();
    linked.sort();
    Truth {
        exit: crash.id.clone(),
        cause: reasons().into_iter().find_map(|(_, cause)| cause.filter(|c| *c == crash.cause)).expect("a known cause"),
        state: crash.last_state.as_ref().map(|state| state.id.clone()),
        handling: crash.handling.as_ref().map(|event| event.id.clone()),
        before: crash.before.iter().map(|event| event.id.clone()).collect(),
        linked,
        followed: crash.followed.as_ref().map(|followed| followed.id.clone()),
        restarts: crash.restarted.iter().map(|restart| restart.process.pid.clone()).collect(),
    }
}

/// Whether a crash was written as it was.
fn is_true(written: &Truth, truth: &Truth) -> bool {
    let restarts = written.restarts.iter().all(|process| truth.restarts.contains(process));
    restarts && *written == Truth { restarts: written.restarts.clone(), ..truth.clone() }
}

fn all() -> CrashesRequest {
    CrashesRequest { events: Some(3), limit: Some(1_000), ..CrashesRequest::default() }
}

quickcheck! {
    fn every_crash_is_written_as_it_was(choices: Vec<(u8, u8, u8)>) -> bool {
        let mut script = Script::new();
        let truths = play(&mut script, &choices).truths();
        let (found, answer) = crashes(&script.trace(), all());
        let n: u64 = found.causes.iter().map(|cause| cause.n).sum();
        let true_ones = found.crashes.iter().map(written).zip(&truths).filter(|(written, truth)| is_true(written, truth)).count();
        true_ones == truths.len() && n == truths.len() as u64 && found.crashes.len() == truths.len() && answer.next.is_none()
    }

    fn what_eviction_took_is_missing_and_said_to_be(choices: Vec<(u8, u8, u8)>, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep % 16) + 1);
        let truths = play(&mut script, &choices).truths();
        let trace = script.trace();
        let (found, answer) = crashes(&trace, all());
        let evicted = answer.coverage.evicted_before.is_some();
        found.crashes.len() == truths.len() && found.crashes.iter().map(written).zip(&truths).all(|(written, truth)| {
            // The lives of processes have a budget of their own.
            let lives = Truth { state: None, handling: None, before: vec![], ..written.clone() };
            let lives = is_true(&lives, &Truth { state: None, handling: None, before: vec![], ..truth.clone() });
            let state = written.state == truth.state || evicted && written.state.is_none();
            let handling = written.handling == truth.handling || evicted && written.handling.is_none();
            lives && state && handling
        })
    }

    fn pages_and_causes_are_parts_of_the_whole(choices: Vec<(u8, u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        play(&mut script, &choices);
        let trace = script.trace();
        let whole = crashes(&trace, all()).0;
        let mut pages = Vec::new();
        let mut after = None;
        loop {
            let request = CrashesRequest { limit: Some(u32::from(limit % 3) + 1), after, ..all() };
            let (page, answer) = crashes(&trace, request);
            assert_eq!(page.causes, whole.causes);
            pages.extend(page.crashes);
            after = answer.next;
            if after.is_none() {
                break;
            }
        }
        let of_causes = whole.causes.iter().all(|cause| {
            let (found, _) = crashes(&trace, CrashesRequest { cause: Some(cause.text.clone()), ..all() });
            found.crashes.len() as u64 == cause.n && found.crashes.iter().all(|crash| crash.cause == cause.text)
        });
        pages == whole.crashes && of_causes
    }
}

#[test]
fn who_dies_of_a_failed_call_follows_its_server() {
    let (client, server) = (pid(1), pid(2));
    let mut script = Script::new();
    script.target(0, true, None, &["message", "state"]);
    script.spawn(1, client, PARENT);
    script.spawn(1, server, PARENT);
    let error = Term::Tuple(vec![atom("badarith"), stack("pay")]);
    let call = vec![atom("Elixir.GenServer"), atom("call"), Term::List(vec![Term::Pid(server), atom("pay")], None)];
    script.handle(5, server, &atom("pay"));
    let first = script.exit(6, server, &error);
    script.exit(7, client, &Term::Tuple(vec![error, Term::Tuple(call)]));
    let (found, answer) = crashes(&script.trace(), all());
    assert_eq!(found.causes.len(), 1);
    assert_eq!((found.causes[0].n, &*found.causes[0].id), (2, &*first.to_string()));
    let followed = found.crashes[1].followed.as_ref().expect("the server's exit");
    assert_eq!((&*followed.id, &*followed.over), (&*first.to_string(), "call"));
    assert_eq!(
        found.crashes[0].handling.as_ref().and_then(|event| event.term.as_ref()).expect("a message").text,
        ":pay"
    );
    assert_eq!(found.crashes[0].stacktrace[1].function.function, "pay");
    assert_eq!(answer.coverage.not_traced, []);
}

#[test]
fn a_crash_no_process_watched_says_what_was_not_recorded() {
    let mut script = Script::new();
    script.spawn(1, pid(1), PARENT);
    script.exit(5, pid(1), &atom("killed"));
    let (found, answer) = crashes(&script.trace(), all());
    assert_eq!((found.crashes[0].last_state.as_ref(), found.crashes[0].handling.as_ref()), (None, None));
    let missing: Vec<_> = answer.coverage.not_traced.iter().map(|gap| (&*gap.target, &*gap.class)).collect();
    assert_eq!(missing, [("<0.1.0>", "message"), ("<0.1.0>", "state")]);
}

#[test]
fn bounds_are_named() {
    let trace = Script::new().trace();
    let refused = |request| ask(&trace, Request::Crashes(request)).expect_err("out of bounds").to_string();
    let of = |limit, events| CrashesRequest { limit, events, ..CrashesRequest::default() };
    assert_eq!(refused(of(Some(1_001), None)), "limit: 1001 is not between 1 and 1000");
    assert_eq!(refused(of(None, Some(1_001))), "events: 1001 is not between 0 and 1000");
}
