//! Random lives of a few processes with few pids: spawns, exits, links, names, sweeps; and what is true of each, written by looking at everything.

use crate::script::{Script, To, Written, again, atom, pid};
use scope_core::term::Term;
use scope_core::{Class, Kind, OrderKey, ProcessKey};
use std::collections::{BTreeMap, BTreeSet};

/// One step: what, who, with whom, how much later, how.
pub(crate) type Step = (u8, u8, u8, u8, u8);

const N_PIDS: u8 = 5;
const NAMES: [&str; 2] = ["cart", "till"];

/// Who is alive while the story is written.
#[derive(Default)]
struct Living {
    incarnations: BTreeMap<u32, u32>,
    alive: BTreeSet<ProcessKey>,
    names: BTreeMap<&'static str, ProcessKey>,
}

impl Living {
    fn at(&self, number: u8) -> ProcessKey {
        let number = u32::from(number % N_PIDS) + 1;
        again(number, self.incarnations.get(&number).copied().unwrap_or(1))
    }
}

/// Tells a story in which only the living act, as in the VM. Ticks repeat.
pub(crate) fn story(script: &mut Script, steps: &[Step]) {
    let mut living = Living::default();
    let mut tick = 0;
    for (what, who, whom, later, how) in steps {
        tick += u64::from(later % 3);
        step(script, &mut living, tick, (*what, *who, *whom, *how));
    }
}

fn step(script: &mut Script, living: &mut Living, tick: u64, (what, who, whom, how): (u8, u8, u8, u8)) {
    let (one, other) = (living.at(who), living.at(whom));
    if !living.alive.contains(&one) {
        let count = living.incarnations.entry(one.number).or_default();
        *count += 1;
        let child = again(one.number, *count);
        let parent = if living.alive.contains(&other) { other } else { pid(0) };
        living.alive.insert(child);
        script.spawn_with(tick, child, parent, arguments(parent, how));
        return;
    }
    let both = one != other && living.alive.contains(&other);
    match what % 9 {
        0 | 1 => {
            living.alive.remove(&one);
            living.names.retain(|_, holder| *holder != one);
            let shut = Term::Tuple(vec![atom("shutdown"), atom("done")]);
            let reason = [atom("normal"), atom("boom"), shut, atom("killed")][usize::from(how % 4)].clone();
            script.exit(tick, one, &reason);
        }
        2 if both => drop(script.link(tick, one, other)),
        3 if both => drop(script.unlink(tick, one, other)),
        4 => {
            let name = NAMES[usize::from(how % 2)];
            if let std::collections::btree_map::Entry::Vacant(free) = living.names.entry(name) {
                free.insert(one);
                script.register(tick, one, name);
            }
        }
        5 => {
            let name = NAMES[usize::from(how % 2)];
            if living.names.get(name) == Some(&one) {
                living.names.remove(name);
                script.unregister(tick, one, name);
            }
        }
        6 => drop(script.alive(tick, one, if both { other } else { pid(0) }, details(other, how))),
        7 => drop(script.send(tick, one, &To::Pid(other), &Term::Integer(i64::from(how)))),
        _ => drop(script.state(tick, one, &Term::Integer(i64::from(how)))),
    }
}

/// What `proc_lib` is given: of one of two modules, one of them a supervisor.
fn arguments(parent: ProcessKey, how: u8) -> Vec<Term> {
    let list = |items| Term::List(items, None);
    let module = if how.is_multiple_of(3) { "supervisor" } else { "Elixir.Cart" };
    let server = vec![
        atom("gen_server"),
        atom("self"),
        atom("self"),
        atom(module),
        Term::Integer(i64::from(how / 3 % 2)),
        list(vec![]),
    ];
    vec![Term::Pid(parent), list(vec![atom("top")]), atom("gen"), atom("init_it"), list(server)]
}

fn details(supervisor: ProcessKey, how: u8) -> Vec<(&'static str, Term)> {
    let mut details = vec![
        ("ancestors", Term::List(vec![Term::Pid(supervisor), atom("top")], None)),
        ("module", atom("Elixir.Found")),
    ];
    if how & 1 == 1 {
        details.push(("label", Term::Integer(i64::from(how))));
    }
    if how & 2 == 2 {
        let strategy = vec![
            (atom("strategy"), atom("one_for_all")),
            (atom("intensity"), Term::Integer(3)),
            (atom("period"), Term::Integer(5)),
        ];
        details.push(("supervisor", Term::Map(strategy)));
    }
    if how & 4 == 4 {
        let id = if how & 8 == 8 { Term::Integer(i64::from(how >> 4 & 1)) } else { atom("undefined") };
        let child = vec![(atom("id"), id), (atom("supervisor"), Term::Pid(supervisor)), (atom("type"), atom("worker"))];
        details.push(("child", Term::Map(child)));
    }
    details
}

/// What is true of one process, from everything that was written of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Truth {
    pub(crate) spawn: Option<OrderKey>,
    pub(crate) exit: Option<OrderKey>,
    pub(crate) abnormal: bool,
    pub(crate) parent: Option<ProcessKey>,
    pub(crate) module: Option<String>,
    pub(crate) label: Option<Term>,
    pub(crate) is_supervisor: bool,
    pub(crate) child: Option<(Option<Term>, Option<ProcessKey>)>,
    pub(crate) arguments: Option<Term>,
}

/// Every process something of class `process` was written of.
pub(crate) fn everybody(written: &[Written]) -> BTreeSet<ProcessKey> {
    written.iter().filter(|written| written.id.class == Class::Process).filter_map(|written| written.process).collect()
}

fn own(written: &[Written], process: ProcessKey) -> impl Iterator<Item = &Written> {
    written.iter().filter(move |written| written.process == Some(process) && written.id.class == Class::Process)
}

/// The truth of a process at a point of the order. Who it is may be learned later.
pub(crate) fn truth(written: &[Written], process: ProcessKey, at: OrderKey) -> Truth {
    let find = |kind| own(written, process).find(|written| written.kind == kind);
    let exit = find(Kind::Exit);
    let mut truth = Truth {
        spawn: find(Kind::Spawn).map(|written| written.key),
        exit: exit.map(|written| written.key),
        abnormal: exit
            .is_some_and(|written| matches!(&written.term, Some(Term::Atom(why)) if why == "boom" || why == "killed")),
        ..Truth::default()
    };
    let begins: Vec<&Written> =
        own(written, process).filter(|written| matches!(written.kind, Kind::Spawn | Kind::Alive)).collect();
    let n_known = begins.iter().filter(|written| written.key <= at).count().max(1);
    for begin in begins.into_iter().take(n_known) {
        truth.parent = begin.peer_process().or(truth.parent);
        match &begin.term {
            Some(Term::List(arguments, _)) => {
                truth.arguments = begin.term.clone();
                if let Some(Term::List(server, _)) = arguments.get(4) {
                    truth.module = Some(name(&server[3]));
                    truth.is_supervisor = truth.module.as_deref() == Some("supervisor");
                }
            }
            Some(Term::Map(fields)) => {
                let field = |name: &str| fields.iter().find(|(key, _)| *key == atom(name)).map(|(_, value)| value);
                truth.module = field("module").map(name);
                truth.label = field("label").cloned();
                truth.is_supervisor = field("supervisor").is_some();
                truth.child = field("child").map(|child| {
                    let Term::Map(child) = child else { panic!("written by this story") };
                    let Term::Pid(supervisor) = child[1].1 else { panic!("written by this story") };
                    (Some(child[0].1.clone()).filter(|id| *id != atom("undefined")), Some(supervisor))
                });
            }
            _ => {}
        }
    }
    truth
}

fn name(term: &Term) -> String {
    match term {
        Term::Atom(name) => name.clone(),
        other => panic!("an atom, not {other:?}"),
    }
}

/// The names a process holds after everything up to a point of the order.
pub(crate) fn names(written: &[Written], process: ProcessKey, at: OrderKey) -> Vec<String> {
    let mut names = Vec::new();
    for written in own(written, process).filter(|written| written.key <= at) {
        let name = written.what.clone().unwrap_or_default().0;
        match written.kind {
            Kind::Register => names.push(name),
            Kind::Unregister => names.retain(|held| *held != name),
            // At its exit it still holds them.
            Kind::Exit if written.key < at => names.clear(),
            _ => {}
        }
    }
    names
}

/// Who is linked to a process after everything up to a point of the order.
pub(crate) fn links(written: &[Written], process: ProcessKey, at: OrderKey) -> BTreeSet<ProcessKey> {
    let mut links = BTreeSet::new();
    for written in written.iter().filter(|written| written.key <= at) {
        let pair = [written.process, written.peer_process()];
        let other = pair.into_iter().flatten().find(|party| *party != process);
        match (written.kind, other) {
            (Kind::Link, Some(other)) if pair.contains(&Some(process)) => drop(links.insert(other)),
            (Kind::Unlink, Some(other)) if pair.contains(&Some(process)) => drop(links.remove(&other)),
            (Kind::Exit, Some(other)) => drop(links.remove(&other)),
            (Kind::Exit, None) if written.process == Some(process) && written.key < at => links.clear(),
            _ => {}
        }
    }
    links
}
