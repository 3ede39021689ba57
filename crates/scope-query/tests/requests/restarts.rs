//! Who replaced whom.

use crate::population::{Step, everybody, story, truth};
use crate::script::{Script, ask, atom, pid};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_core::{Kind, OrderKey, ProcessKey};
use scope_query::Request;
use scope_query::answer::Replacement;
use scope_query::requests::Data;
use scope_query::requests::process_relationships::ProcessRelationshipsRequest;
use std::collections::BTreeMap;

fn replaced_by(script: &mut Script, process: ProcessKey) -> Option<(String, String)> {
    let text = format!("<0.{}.{}>~{}", process.number, process.serial, process.incarnation);
    let request = ProcessRelationshipsRequest { process: text, at: None, limit: None };
    match ask(&script.trace(), Request::ProcessRelationships(request)).expect("an answer").data {
        Data::ProcessRelationships(found) => {
            found.replaced_by.map(|Replacement { pid, certainty }| (pid, certainty.to_string()))
        }
        data => panic!("relationships, not {data:?}"),
    }
}

/// Goes through everything that was written; at each spawn, everybody who has exited and waits is read.
fn naive(script: &Script) -> BTreeMap<ProcessKey, (String, String)> {
    let written = &script.written;
    let know = |process| truth(written, process, OrderKey::MAX);
    let same = |old: ProcessKey, new: ProcessKey| {
        let (a, b) = (know(old), know(new));
        let id = |child: &Option<(Option<Term>, Option<ProcessKey>)>| child.clone().and_then(|child| child.0);
        match (id(&a.child), id(&b.child)) {
            (Some(a), Some(b)) => (a == b).then_some("certain"),
            _ => (a.abnormal && a.arguments == b.arguments).then_some("likely"),
        }
    };
    let mut waiting: BTreeMap<Option<ProcessKey>, Vec<ProcessKey>> = BTreeMap::new();
    let mut replaced = BTreeMap::new();
    for written in written {
        let Some(process) = written.process else { continue };
        let waiting = waiting.entry(know(process).parent).or_default();
        match written.kind {
            Kind::Exit => waiting.push(process),
            Kind::Spawn => {
                let of = |how: &str| -> Vec<ProcessKey> {
                    waiting.iter().copied().filter(|old| same(*old, process) == Some(how)).collect()
                };
                let (certain, likely) = (of("certain"), of("likely"));
                let after = |old: &ProcessKey| certain.last().is_none_or(|last| know(*old).exit > know(*last).exit);
                let later: Vec<ProcessKey> = likely.into_iter().filter(after).collect();
                let meant = match (certain.last(), later.as_slice()) {
                    (Some(last), []) => Some((*last, "certain")),
                    (_, [only]) => Some((*only, "likely")),
                    _ => None,
                };
                if let Some((old, how)) = meant {
                    replaced.insert(old, (process.to_string(), how.to_string()));
                }
                waiting.retain(|old| !certain.contains(old) && Some(old) != later.first());
            }
            _ => {}
        }
    }
    replaced
}

quickcheck! {
    fn a_replacement_is_the_one_that_looking_at_everything_finds(steps: Vec<Step>) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let expected = naive(&script);
        for process in everybody(&script.written) {
            assert_eq!(replaced_by(&mut script, process), expected.get(&process).cloned(), "{process}");
        }
        true
    }
}

fn spawned(script: &mut Script, tick: u64, number: u32, argument: i64) {
    let arguments =
        vec![atom("top"), Term::List(vec![], None), atom("Elixir.Job"), atom("run"), Term::Integer(argument)];
    script.spawn_with(tick, pid(number), pid(1), arguments);
}

#[test]
fn one_of_two_that_could_be_meant_is_not_guessed() {
    let mut script = Script::new();
    spawned(&mut script, 1, 2, 7);
    spawned(&mut script, 2, 3, 7);
    script.exit(3, pid(2), &atom("boom"));
    script.exit(4, pid(3), &atom("boom"));
    spawned(&mut script, 5, 4, 7);
    spawned(&mut script, 6, 5, 7);
    assert_eq!(replaced_by(&mut script, pid(2)), None);
    // The first spawn stands for one of them; only one is left to be replaced by the second.
    assert_eq!(replaced_by(&mut script, pid(3)), Some(("<0.5.0>".into(), "likely".into())));
}

#[test]
fn the_last_of_an_id_is_replaced_even_where_those_between_were_not_asked() {
    let mut script = Script::new();
    let child = || vec![("child", Term::Map(vec![(atom("id"), atom("cart"))]))];
    spawned(&mut script, 1, 2, 7);
    script.alive(2, pid(2), pid(1), child());
    script.exit(3, pid(2), &atom("boom"));
    spawned(&mut script, 4, 3, 7);
    script.exit(5, pid(3), &atom("boom"));
    spawned(&mut script, 6, 4, 7);
    script.alive(7, pid(4), pid(1), child());
    assert_eq!(replaced_by(&mut script, pid(2)), Some(("<0.3.0>".into(), "likely".into())));
    assert_eq!(replaced_by(&mut script, pid(3)), Some(("<0.4.0>".into(), "likely".into())));
    script.exit(8, pid(4), &atom("normal"));
    spawned(&mut script, 9, 5, 8);
    script.alive(10, pid(5), pid(1), child());
    assert_eq!(replaced_by(&mut script, pid(4)), Some(("<0.5.0>".into(), "certain".into())));
}

#[test]
fn other_arguments_or_a_normal_exit_are_no_restart() {
    let mut script = Script::new();
    spawned(&mut script, 1, 2, 7);
    spawned(&mut script, 2, 3, 8);
    script.exit(3, pid(2), &atom("boom"));
    script.exit(4, pid(3), &atom("normal"));
    spawned(&mut script, 5, 4, 8);
    assert_eq!(replaced_by(&mut script, pid(2)), None);
    assert_eq!(replaced_by(&mut script, pid(3)), None);
    spawned(&mut script, 6, 5, 7);
    assert_eq!(replaced_by(&mut script, pid(2)), Some(("<0.5.0>".into(), "likely".into())));
}
