//! `state_at` and `state_timeline` against the whole history, with and without eviction.

use crate::script::{Script, ask, atom, pages, pid, states, window};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_core::{Kind, OrderKey, ProcessKey};
use scope_query::Error;
use scope_query::Request;
use scope_query::answer::State;
use scope_query::requests::Data;
use scope_query::requests::ProcessWindow;
use scope_query::requests::state_at::StateAtRequest;

fn state_at(trace: &Trace, process: &str, time: u64) -> Result<State, Error> {
    match ask(trace, Request::StateAt(StateAtRequest { process: process.into(), time }))?.data {
        Data::StateAt(state) => Ok(state),
        data => panic!("a state, not {data:?}"),
    }
}

/// Servers that handle messages and show their states; process 1 and 2.
fn story(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 0;
    for (kind, process, step) in steps {
        tick += u64::from(step % 3);
        let process = pid(1 + u32::from(process % 2));
        match kind % 4 {
            0 => script.handle(tick, process, &Term::Integer(i64::from(*kind))),
            1 | 2 => script.state(tick, process, &Term::Integer(i64::from(*kind))),
            _ => script.deliver(tick, process, &atom("hello")),
        };
    }
}

fn naive_state(script: &Script, process: ProcessKey, time: u64) -> Option<String> {
    let of = script.written.iter().filter(|written| written.process == Some(process) && written.kind == Kind::State);
    of.filter(|written| written.key.tick <= time)
        .max_by_key(|written| written.key)
        .map(|written| written.id.to_string())
}

quickcheck! {
    fn the_state_at_a_time_is_the_last_one_shown(steps: Vec<(u8, u8, u8)>, time: u8) -> bool {
        let mut script = Script::new();
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let time = u64::from(time % 64);
        match (state_at(&script.trace(), "<0.1.0>", time), naive_state(&script, pid(1), time)) {
            (Ok(state), Some(id)) => state.id == id && state.state.id == id && state.time <= time,
            (Err(Error::NotTraced(_)), None) => true,
            _ => false,
        }
    }

    fn after_eviction_a_state_is_the_same_or_evicted(steps: Vec<(u8, u8, u8)>, time: u8, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep % 32) + 1);
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let time = u64::from(time);
        let trace = script.trace();
        let (_, last) = trace.span().expect("a spawn");
        match (state_at(&trace, "<0.1.0>", time), naive_state(&script, pid(1), time)) {
            (Ok(state), Some(id)) => state.id == id,
            // Now is always known.
            (Err(Error::Evicted(_)), Some(_)) => time < last,
            (Err(Error::Evicted(_) | Error::NotTraced(_)), None) => true,
            _ => false,
        }
    }

    fn a_timeline_has_every_state_with_its_cause(steps: Vec<(u8, u8, u8)>) -> bool {
        let mut script = Script::new();
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let mut expected = Vec::new();
        let mut cause = Some(script.written[0].id.to_string());
        for written in script.written.iter().filter(|written| written.process == Some(pid(1))) {
            match written.kind {
                Kind::Handled => cause = Some(written.id.to_string()),
                Kind::State => expected.push((written.id.to_string(), cause.take())),
                _ => {}
            }
        }
        let found = states(ask(&script.trace(), Request::StateTimeline(window("<0.1.0>"))).expect("an answer"));
        found.into_iter().map(|state| (state.id, state.cause.map(|cause| cause.id))).collect::<Vec<_>>() == expected
    }

    fn pages_make_up_the_timeline(steps: Vec<(u8, u8, u8)>, limit: u8, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep) + 1);
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let trace = script.trace();
        let whole = states(ask(&trace, Request::StateTimeline(window("<0.1.0>"))).expect("an answer"));
        let limit = Some(u32::from(limit % 4) + 1);
        let step = |after| Request::StateTimeline(ProcessWindow { limit, after, ..window("<0.1.0>") });
        pages(&trace, step, states) == whole
    }
}

/// A server that was there before it was traced has handled messages that no process saw.
#[test]
fn a_spawn_is_the_cause_where_the_process_was_watched_since() {
    let cause = |targets: &[(u64, bool, &[&str])]| {
        let mut script = Script::new();
        let mut written = targets.iter().peekable();
        for tick in 0..10 {
            while let Some((_, added, classes)) = written.next_if(|(at, ..)| *at == tick) {
                script.target(tick, *added, Some(pid(1)), classes);
            }
            match tick {
                2 => script.spawn(tick, pid(1), pid(0)),
                8 => script.state(tick, pid(1), &atom("idle")),
                _ => continue,
            };
        }
        let found = states(ask(&script.trace(), Request::StateTimeline(window("<0.1.0>"))).expect("an answer"));
        found[0].cause.as_ref().map(|cause| cause.kind.to_string())
    };
    let (both, state, message): (&[&str], &[&str], &[&str]) = (&["message", "state"], &["state"], &["message"]);
    let spawn = Some("spawn".to_string());
    assert_eq!(cause(&[]), spawn);
    assert_eq!(cause(&[(1, true, both)]), spawn);
    assert_eq!(cause(&[(1, true, state)]), spawn);
    assert_eq!(cause(&[(1, true, message), (5, true, state)]), spawn);
    assert_eq!(cause(&[(1, true, state), (5, true, message)]), spawn);
    assert_eq!(cause(&[(5, true, both)]), None);
    assert_eq!(cause(&[(5, true, state)]), None);
    assert_eq!(cause(&[(1, true, both), (3, false, both), (5, true, both)]), None);
}

#[test]
fn a_cause_is_never_older_than_an_evicted_state() {
    let mut script = Script::keeping(1);
    script.spawn(0, pid(1), pid(0));
    script.handle(1, pid(1), &atom("first"));
    script.state(2, pid(1), &Term::Integer(1));
    script.state(3, pid(1), &Term::Integer(2));
    let trace = script.trace();
    assert!(trace.low_watermark(scope_core::Class::State) > OrderKey::at(2));
    let found = states(ask(&trace, Request::StateTimeline(window("<0.1.0>"))).expect("an answer"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].cause, None);
}

#[test]
fn the_evicted_last_state_of_a_quiet_server_is_known() {
    let mut script = Script::keeping(2);
    script.spawn(0, pid(1), pid(0));
    script.register(1, pid(1), "quiet");
    let id = script.state(2, pid(1), &atom("as_ever"));
    for tick in 3..9 {
        script.state(tick, pid(2), &Term::Integer(1));
    }
    let trace = script.trace();
    let state = state_at(&trace, ":quiet", 8).expect("a state");
    assert_eq!((state.id, state.time, &*state.state.text.written()), (id.to_string(), 2, ":as_ever"));
    assert_eq!((state.module.as_deref(), state.process.name.as_deref()), (Some("Shop.Cart"), Some(":quiet")));
    assert_eq!(
        state_at(&trace, "<0.2.0>", 5),
        Err(Error::Evicted("states of <0.2.0> before 6 have been evicted".into()))
    );
}

#[test]
fn the_state_at_termination_is_marked() {
    let mut script = Script::new();
    script.state(1, pid(1), &Term::Integer(1));
    script.handle(2, pid(1), &atom("stop"));
    script.terminate(3, pid(1), &Term::Integer(2));
    script.exit(4, pid(1), &atom("normal"));
    let trace = script.trace();
    let state = state_at(&trace, "<0.1.0>", 4).expect("its state up to its exit");
    assert!(state.at_termination);
    assert_eq!(state.cause.and_then(|cause| cause.term).expect("a message").text, ":stop");
    assert_eq!(
        state_at(&trace, "<0.1.0>", 5),
        Err(Error::NotFound("<0.1.0> was not alive at 5: it exited at 4".into()))
    );
}

#[test]
fn a_state_recorded_in_part_is_an_error_that_holds_it() {
    let mut script = Script::new();
    let item = Term::Tuple(vec![Term::BinaryCut(b"desk".to_vec(), 400), Term::Integer(1)]);
    let state = Term::Map(vec![(atom("items"), Term::List(vec![item], None)), (atom("password"), atom("hunter2"))]);
    script.state(1, pid(1), &state);
    let error = state_at(&script.trace(), "<0.1.0>", 2).expect_err("it is not complete");
    assert_eq!(error.code(), "incomplete_state");
    assert_eq!(error.to_string(), "the state of <0.1.0> at 2 was recorded in part: cut at [0, 0, 0], redacted at [1]");
    let partial = error.partial().expect("what is there");
    assert!(partial.state.text.written().contains("items:") && !partial.state.complete, "{}", partial.state.text);
}
