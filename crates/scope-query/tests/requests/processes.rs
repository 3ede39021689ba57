//! Processes, past and present, against what was written of them.

use crate::population::{Step, everybody, links, names, story, truth};
use crate::script::{Script, ask, atom, pages, pid};
use quickcheck::quickcheck;
use scope_core::store::Limits;
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_core::{Class, Kind, OrderKey, ProcessKey};
use scope_query::Answer;
use scope_query::Error;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::find_processes::FindProcessesRequest;
use scope_query::requests::find_processes::FoundProcess;
use scope_query::requests::process_info::ProcessInfo;
use scope_query::requests::process_info::ProcessInfoRequest;
use scope_query::requests::process_relationships::ProcessRelationshipsRequest;
use scope_query::requests::process_relationships::Relationships;
use scope_query::requests::supervision_tree::SupervisionTreeRequest;
use scope_query::requests::supervision_tree::TreeNode;
use std::collections::BTreeMap;

/// A pid as a request names exactly one process.
fn exact(process: ProcessKey) -> String {
    format!("<0.{}.{}>~{}", process.number, process.serial, process.incarnation)
}

fn process_info(trace: &Trace, process: &str, at: Option<u64>) -> Result<ProcessInfo, Error> {
    match ask(trace, Request::ProcessInfo(ProcessInfoRequest { process: process.into(), at }))?.data {
        Data::ProcessInfo(info) => Ok(info),
        data => panic!("an info, not {data:?}"),
    }
}

fn relationships(trace: &Trace, process: &str, at: Option<u64>) -> Relationships {
    let request = ProcessRelationshipsRequest { process: process.into(), at, limit: None };
    match ask(trace, Request::ProcessRelationships(request)).expect("an answer").data {
        Data::ProcessRelationships(relationships) => relationships,
        data => panic!("relationships, not {data:?}"),
    }
}

fn found(answer: Answer) -> Vec<FoundProcess> {
    match answer.data {
        Data::FindProcesses(found) => found,
        data => panic!("processes, not {data:?}"),
    }
}

fn nodes(answer: Answer) -> Vec<TreeNode> {
    match answer.data {
        Data::SupervisionTree(nodes) => nodes,
        data => panic!("a tree, not {data:?}"),
    }
}

fn tree(trace: &Trace, at: Option<u64>) -> Vec<TreeNode> {
    nodes(ask(trace, Request::SupervisionTree(SupervisionTreeRequest { at, ..Default::default() })).expect("a tree"))
}

/// The point of the order that a time means for a process.
fn moment(exit: Option<OrderKey>, at: u64) -> OrderKey {
    exit.filter(|exit| exit.tick == at).unwrap_or(OrderKey::end_of(at))
}

fn texts(processes: impl IntoIterator<Item = ProcessKey>) -> Vec<String> {
    processes.into_iter().map(|process| process.to_string()).collect()
}

fn written(steps: &[Step]) -> Script {
    let mut script = Script::new();
    script.spawn(0, pid(9), pid(0));
    story(&mut script, steps);
    script
}

quickcheck! {
    fn process_info_says_what_was_written(steps: Vec<Step>, at: u8) -> bool {
        let mut script = written(&steps);
        let trace = script.trace();
        for process in everybody(&script.written).into_iter().filter(|process| *process != pid(9)) {
            let at = u64::from(at % 32);
            let exit = truth(&script.written, process, OrderKey::MAX).exit;
            let key = moment(exit, at);
            let truth = truth(&script.written, process, key);
            let info = process_info(&trace, &exact(process), Some(at)).expect("it was written of");
            assert_eq!(info.process.pid, process.to_string());
            assert_eq!(info.spawned_at, truth.spawn.map(|key| key.tick));
            assert_eq!(info.exited_at, truth.exit.map(|key| key.tick));
            assert_eq!(info.exit_reason.is_some(), truth.exit.is_some());
            assert_eq!(info.parent.map(|parent| parent.pid), truth.parent.map(|parent| parent.to_string()));
            let module = truth.module.map(|module| scope_core::term::inspect::atom_text(&module));
            assert_eq!(info.module, module);
            let label = truth.label.map(|label| match label { Term::Integer(n) => n.to_string(), _ => panic!("a number") });
            assert_eq!(info.label, label);
            assert_eq!(info.strategy.is_some(), truth.is_supervisor);
            assert_eq!(info.child.is_some(), truth.child.is_some());
            let shown: Vec<String> = info.names.iter().map(|name| name.trim_start_matches(':').into()).collect();
            assert_eq!(shown, names(&script.written, process, key), "{process} at {at}");
            let shown: Vec<String> = info.links.into_iter().map(|link| link.pid).collect();
            assert_eq!(shown, texts(links(&script.written, process, key)), "{process} at {at}");
            let status = match (truth.spawn, truth.exit) {
                (Some(spawn), _) if spawn.tick > at => "not_yet",
                (_, Some(exit)) if exit.tick < at => "exited",
                _ => "alive",
            };
            assert_eq!(info.status, status);
            for count in info.counts {
                let class = Class::from_name(&count.class).expect("a class");
                let n = script.written.iter().filter(|written| written.process == Some(process) && written.id.class == class);
                assert_eq!(count.events, n.count() as u64, "{} of {process}", count.class);
            }
        }
        true
    }

    fn found_are_those_a_naive_filter_finds(steps: Vec<Step>, bits: u8, at: u8) -> bool {
        let mut script = written(&steps);
        let at = u64::from(at % 32);
        let given = |bit: u8| bits >> bit & 1 == 1;
        let request = FindProcessesRequest {
            module: given(0).then(|| "Cart".into()),
            name: given(1).then(|| ":cart".into()),
            parent: given(2).then(|| "<0.0.0>".into()),
            alive_at: given(3).then_some(at),
            crashed: given(4).then_some(given(5)),
            ..Default::default()
        };
        let expected: Vec<String> = everybody(&script.written).into_iter().filter(|process| {
            let truth = truth(&script.written, *process, OrderKey::MAX);
            let (first, last) = (truth.spawn.map_or(0, |key| key.tick), truth.exit.map_or(u64::MAX, |key| key.tick));
            let began = script.written.iter().rfind(|written| written.process == Some(*process) && matches!(written.kind, Kind::Spawn | Kind::Alive));
            let initial = began.and_then(|written| written.what.clone()).map(|what| what.0);
            let module = Some("Elixir.Cart".into());
            let in_time = |written: &&crate::script::Written| written.process == Some(*process) && written.what.as_ref().is_some_and(|what| what.0 == "cart");
            let held = script.written.iter().filter(in_time).filter(|written| written.kind == Kind::Register).any(|from| {
                let end = script.written.iter().filter(|written| written.key > from.key && written.process == Some(*process));
                let end = end.filter(|written| written.kind == Kind::Exit || written.kind == Kind::Unregister && in_time(written)).map(|written| written.key.tick).next();
                request.alive_at.is_none_or(|at| from.key.tick <= at && end.is_none_or(|end| at <= end))
            });
            (request.module.is_none() || truth.module == module || initial == module)
                && (request.name.is_none() || held)
                && (request.parent.is_none() || truth.parent == Some(pid(0)))
                && request.alive_at.is_none_or(|at| first <= at && at <= last)
                && request.crashed.is_none_or(|crashed| crashed == truth.abnormal)
        }).map(|process| process.to_string()).collect();
        let trace = script.trace();
        let rows = found(ask(&trace, Request::FindProcesses(request.clone())).expect("an answer"));
        let shown: Vec<String> = rows.iter().map(|row| row.process.pid.clone()).collect();
        assert_eq!(shown, expected, "{request:?}");
        let step = |after| Request::FindProcesses(FindProcessesRequest { limit: Some(2), after, ..request.clone() });
        pages(&trace, step, found) == rows
    }

    fn the_tree_is_the_one_written(steps: Vec<Step>, at: u8) -> bool {
        let mut script = written(&steps);
        let trace = script.trace();
        let at = u64::from(at % 32).min(trace.watermark());
        let rows = tree(&trace, Some(at));
        let shown: Vec<_> = rows.iter().map(|row| (row.process.pid.clone(), row.depth, row.supervisor.clone())).collect();
        assert_eq!(shown, naive_tree(&script, at), "at {at}");
        let step = |after| Request::SupervisionTree(SupervisionTreeRequest { at: Some(at), limit: Some(2), after, root: None });
        pages(&trace, step, nodes) == rows
    }

    fn after_eviction_the_living_are_who_they_were(steps: Vec<Step>, keep: u8) -> bool {
        let limits = Limits { max_critical_events: u64::from(keep % 24), max_events: u64::from(keep), ..Limits::default() };
        let mut short = Script::within(limits);
        short.spawn(0, pid(9), pid(0));
        story(&mut short, &steps);
        let (short, mut whole) = (short.trace(), written(&steps));
        let end = whole.trace().watermark();
        for process in everybody(&whole.written) {
            if truth(&whole.written, process, OrderKey::MAX).exit.is_some() {
                continue;
            }
            let of = |trace: &Trace| {
                let mut info = process_info(trace, &exact(process), Some(end)).expect("it is alive");
                let counts = std::mem::take(&mut info.counts);
                info.first_seen = None;
                // The name its parent had then is forgotten with the event that ended it.
                info.parent.iter_mut().for_each(|parent| parent.name = None);
                (info, counts)
            };
            let ((evicted, counts), (full, _)) = (of(&short), of(&whole.trace()));
            assert_eq!(evicted, full, "{process}");
            for count in counts {
                let class = Class::from_name(&count.class).expect("a class");
                let held = |written: &&crate::script::Written| written.process == Some(process) && written.id.class == class;
                let n = whole.written.iter().filter(held).filter(|written| written.key >= short.low_watermark(class)).count();
                assert_eq!(count.events, n as u64);
            }
        }
        let shape = |trace: &Trace| {
            let plain = |mut node: TreeNode| {
                (node.restarts, node.replaces) = (None, None);
                node
            };
            // Later than all exits: who exited just then is forgotten with the event.
            tree(trace, Some(end + 1)).into_iter().map(plain).collect::<Vec<_>>()
        };
        shape(&short) == shape(&whole.trace())
    }

    fn peers_are_counted_message_by_message(steps: Vec<Step>) -> bool {
        let mut script = written(&steps);
        let trace = script.trace();
        everybody(&script.written).into_iter().all(|process| {
            let mut expected: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            for written in script.written.iter().filter(|written| written.kind == Kind::Send) {
                let (Some(from), Some(to)) = (written.process, written.peer_process()) else { continue };
                if from == process {
                    expected.entry(to.to_string()).or_default().0 += 1;
                }
                if to == process {
                    expected.entry(from.to_string()).or_default().1 += 1;
                }
            }
            let end = truth(&script.written, process, OrderKey::MAX).exit.map_or(OrderKey::MAX, |exit| exit);
            if script.written.iter().any(|written| written.kind == Kind::Send && written.peer_process() == Some(process) && written.key > end) {
                // What was sent to it after its end is not of its life.
                return true;
            }
            let shown = relationships(&trace, &exact(process), None).peers;
            let shown: BTreeMap<String, (u64, u64)> = shown.into_iter().map(|peer| (peer.process.pid, (peer.sent, peer.received))).collect();
            shown == expected
        })
    }
}

/// Depth first, by looking at everybody for each place.
fn naive_tree(script: &Script, at: u64) -> Vec<(String, u32, Option<String>)> {
    let written = &script.written;
    let know = |process| truth(written, process, OrderKey::end_of(at));
    let alive = |process: &ProcessKey| {
        let truth = know(*process);
        truth.spawn.is_none_or(|key| key.tick <= at) && truth.exit.is_none_or(|key| at <= key.tick)
    };
    let all = everybody(written);
    let said = |process: ProcessKey| {
        all.iter().any(|other| alive(other) && know(*other).child.and_then(|child| child.1) == Some(process))
    };
    let supervises = |process: ProcessKey| said(process) || know(process).is_supervisor;
    let above = |process: ProcessKey| {
        let truth = know(process);
        let above = truth.child.and_then(|child| child.1).or(truth.parent)?;
        (all.contains(&above) && alive(&above) && supervises(above) && above != process).then_some(above)
    };
    let mut living: Vec<ProcessKey> = all.iter().copied().filter(alive).collect();
    living.sort_by_key(|process| (know(*process).spawn.unwrap_or_default(), *process));
    fn below(
        process: ProcessKey,
        depth: u32,
        living: &[ProcessKey],
        above: &dyn Fn(ProcessKey) -> Option<ProcessKey>,
        out: &mut Vec<(String, u32, Option<String>)>,
    ) {
        let supervisor = if depth == 0 { None } else { above(process).map(|above| above.to_string()) };
        out.push((process.to_string(), depth, supervisor));
        for child in living.iter().filter(|child| above(**child) == Some(process)) {
            below(*child, depth + 1, living, above, out);
        }
    }
    let mut out = Vec::new();
    for root in living.iter().filter(|process| supervises(**process) && above(**process).is_none()) {
        below(*root, 0, &living, &above, &mut out);
    }
    out
}

#[test]
fn what_no_process_written_is_absent() {
    let mut script = Script::new();
    script.send(1, pid(1), &crate::script::To::Pid(pid(2)), &atom("hello"));
    let info = process_info(&script.trace(), "<0.2.0>", None).expect("a message named it");
    assert_eq!((info.module, info.parent, info.ancestors, info.spawned_at), (None, None, None, None));
    assert_eq!((info.strategy, info.child, info.label, info.first_seen), (None, None, None, None));
    assert_eq!(info.status, "alive");
    assert_eq!(tree(&script.trace(), None), []);
}

#[test]
fn a_tree_of_a_circle_ends() {
    let mut script = Script::new();
    let child = |supervisor| ("child", Term::Map(vec![(atom("supervisor"), Term::Pid(supervisor))]));
    script.alive(1, pid(1), pid(2), vec![child(pid(2))]);
    script.alive(2, pid(2), pid(1), vec![child(pid(1))]);
    assert_eq!(tree(&script.trace(), None), []);
    let request = SupervisionTreeRequest { root: Some("<0.1.0>".into()), ..Default::default() };
    assert_eq!(nodes(ask(&script.trace(), Request::SupervisionTree(request)).expect("a tree")).len(), 2);
}

#[test]
fn cursors_and_names_that_are_none_are_refused() {
    let mut script = written(&[]);
    let trace = script.trace();
    for after in ["", "find_processes.1.0", "find_processes.01.0.1", "supervision_tree.1.0.1"] {
        let request = FindProcessesRequest { after: Some(after.into()), ..Default::default() };
        assert_eq!(ask(&trace, Request::FindProcesses(request)).map_err(|error| error.code()), Err("bad_argument"));
    }
    let request = SupervisionTreeRequest { after: Some("supervision_tree.1.0.1".into()), ..Default::default() };
    assert_eq!(ask(&trace, Request::SupervisionTree(request)).map_err(|error| error.code()), Err("bad_argument"));
    let request = FindProcessesRequest { module: Some("".into()), ..Default::default() };
    assert_eq!(ask(&trace, Request::FindProcesses(request)).map_err(|error| error.code()), Err("bad_argument"));
}
