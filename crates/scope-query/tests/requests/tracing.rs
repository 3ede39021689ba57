//! `not_traced` in the coverage: "nothing happened" is not "no process looked".

use crate::script::{Script, ask, atom, pid, window};
use scope_core::loss::{Loss, Reason};
use scope_core::{Class, ProcessKey};
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::find_processes::FindProcessesRequest;
use scope_query::requests::process_info::ProcessInfoRequest;
use scope_query::requests::state_at::StateAtRequest;

fn gaps(script: &mut Script, process: ProcessKey) -> Vec<(u64, u64)> {
    let answer = ask(&script.trace(), Request::StateTimeline(window(&process.to_string()))).expect("an answer");
    answer.coverage.not_traced.into_iter().map(|gap| (gap.from, gap.to)).collect()
}

#[test]
fn a_process_no_process_read_was_not_traced() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.spawn(2, pid(2), pid(0));
    script.state(3, pid(1), &atom("idle"));
    script.exit(8, pid(2), &atom("normal"));
    script.state(9, pid(1), &atom("idle"));
    assert_eq!(gaps(&mut script, pid(1)), []);
    assert_eq!(gaps(&mut script, pid(2)), [(2, 8)]);
}

#[test]
fn a_target_without_events_was_traced() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.spawn(1, pid(2), pid(0));
    script.target(1, true, None, &["state"]);
    script.target(1, true, Some(pid(1)), &["message"]);
    script.state(9, pid(3), &atom("idle"));
    assert_eq!(gaps(&mut script, pid(1)), []);
    let flow =
        ask(&script.trace(), Request::MessageFlow(crate::script::flow("<0.1.0>", "<0.2.0>"))).expect("an answer");
    let targets: Vec<_> = flow.coverage.not_traced.iter().map(|gap| (&*gap.target, &*gap.class)).collect();
    assert_eq!(targets, [("<0.2.0>", "message")]);
}

#[test]
fn the_time_before_and_after_a_target_is_a_gap() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.target(5, true, Some(pid(1)), &["state"]);
    script.state(6, pid(1), &atom("idle"));
    script.target(10, false, Some(pid(1)), &["state"]);
    script.target(15, true, None, &["state"]);
    script.target(20, false, None, &["state"]);
    script.spawn(30, pid(2), pid(0));
    assert_eq!(gaps(&mut script, pid(1)), [(1, 4), (11, 14), (21, 30)]);
    let state = ask(&script.trace(), Request::StateAt(StateAtRequest { process: "<0.1.0>".into(), time: 12 }))
        .expect("a state");
    let since: Vec<_> = state.coverage.not_traced.iter().map(|gap| (gap.from, gap.to)).collect();
    assert_eq!(since, [(11, 12)]);
}

/// A process with a deep stack of traced returns is spared for a while; that is not silence.
#[test]
fn the_time_in_which_the_governor_paused_a_process_is_a_gap() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.spawn(1, pid(2), pid(0));
    script.target(1, true, None, &["state", "message"]);
    script.governor(5, pid(1), "calls", "off");
    script.governor(9, pid(1), "calls", "on");
    script.state(12, pid(1), &atom("idle"));
    assert_eq!(gaps(&mut script, pid(1)), [(6, 8)]);
    assert_eq!(gaps(&mut script, pid(2)), []);
    let flow =
        ask(&script.trace(), Request::MessageFlow(crate::script::flow("<0.1.0>", "<0.2.0>"))).expect("an answer");
    assert_eq!(flow.coverage.not_traced, [], "messages are traced all the while");
}

/// A process that another tracer has taken is not traced for any class, whatever its targets are.
#[test]
fn the_time_in_which_another_tracer_had_a_process_is_a_gap() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.spawn(1, pid(2), pid(0));
    script.target(1, true, None, &["state", "message"]);
    script.governor(5, pid(1), "tracing", "off");
    script.governor(6, pid(1), "calls", "off");
    script.governor(7, pid(1), "calls", "on");
    script.governor(9, pid(1), "tracing", "on");
    script.state(12, pid(1), &atom("idle"));
    assert_eq!(gaps(&mut script, pid(1)), [(6, 8)]);
    assert_eq!(gaps(&mut script, pid(2)), []);
    let flow =
        ask(&script.trace(), Request::MessageFlow(crate::script::flow("<0.1.0>", "<0.2.0>"))).expect("an answer");
    let of_messages: Vec<_> = flow.coverage.not_traced.iter().map(|gap| (gap.from, gap.to)).collect();
    assert_eq!(of_messages, [(6, 8)]);
}

/// The reason is not known: it is not alive, and has not crashed as far as is known.
#[test]
fn an_exit_without_a_reason_is_an_end_and_no_crash() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.gone(5, pid(1));
    let trace = script.trace();
    let Data::Crashes(crashes) = ask(&trace, Request::Crashes(Default::default())).expect("an answer").data else {
        panic!("crashes")
    };
    assert!(crashes.causes.is_empty() && crashes.crashes.is_empty());
    let request = ProcessInfoRequest { process: "<0.1.0>".into(), at: None };
    let Data::ProcessInfo(info) = ask(&trace, Request::ProcessInfo(request)).expect("an answer").data else {
        panic!("a process")
    };
    assert_eq!((info.exited_at, info.exit_reason), (Some(5), None));
    let failed = FindProcessesRequest { crashed: Some(true), ..Default::default() };
    let Data::FindProcesses(found) = ask(&trace, Request::FindProcesses(failed)).expect("an answer").data else {
        panic!("processes")
    };
    assert!(found.is_empty());
}

#[test]
fn a_process_remains_traced_while_one_of_its_targets_is_left() {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.target(1, true, Some(pid(1)), &["state"]);
    script.target(3, true, None, &["state"]);
    script.target(5, false, Some(pid(1)), &["state"]);
    script.target(7, false, None, &["state"]);
    script.spawn(9, pid(2), pid(0));
    assert_eq!(gaps(&mut script, pid(1)), [(8, 9)]);
}

#[test]
fn losses_that_touch_the_answer_are_in_its_coverage() {
    let mut script = Script::new();
    script.state(1, pid(1), &atom("idle"));
    script.state(90, pid(1), &atom("idle"));
    let loss = |class, from_tick, to_tick| Loss {
        class,
        n_events: Some(3),
        from_tick,
        to_tick,
        reason: Reason::BufferFull,
        detail: String::new(),
    };
    for loss in [loss(Some(Class::State), 10, 20), loss(Some(Class::Call), 10, 20), loss(None, 15, 16)] {
        script.writer().store_mut().add_loss(loss);
    }
    let dropped = |time| {
        let request = StateAtRequest { process: "<0.1.0>".into(), time };
        let coverage = ask(&script.trace(), Request::StateAt(request)).expect("a state").coverage;
        coverage.dropped.into_iter().map(|dropped| (dropped.class, dropped.from, dropped.reason)).collect::<Vec<_>>()
    };
    let mut dropped = dropped;
    assert_eq!(dropped(9), []);
    assert_eq!(dropped(12), [(Some("state".into()), 10, "buffer_full".into())]);
    assert_eq!(dropped(50).len(), 2);
}
