//! `server_calls` against a simulation that knows every call.

use crate::script::{self, Script, To, ask, atom, pages, pid, server_calls};
use quickcheck::quickcheck;
use scope_core::ProcessKey;
use scope_core::term::Term;
use scope_query::Error;
use scope_query::Request;
use scope_query::answer::ServerCall;
use scope_query::requests::server_calls::ServerCallsRequest;

const SERVER: ProcessKey = pid(9);

/// A call that was really made, and how far it came.
#[derive(Clone, Debug, Default)]
struct Truth {
    id: String,
    caller: u32,
    sent: u64,
    delivered: Option<u64>,
    handled: Option<u64>,
    replied: Option<u64>,
    returned: Option<u64>,
}

fn tag(number: u32) -> Term {
    Term::List(vec![atom("alias")], Some(Box::new(Term::Reference([number, 2, 3].into_iter().collect()))))
}

fn request(caller: ProcessKey, number: u32) -> Term {
    let from = Term::Tuple(vec![Term::Pid(caller), tag(number)]);
    Term::Tuple(vec![atom("$gen_call"), from, atom("get")])
}

fn reply(number: u32) -> Term {
    Term::Tuple(vec![tag(number), atom("ok")])
}

/// Callers 1 and 2 call the server; each step takes one call one step further, or begins one.
fn world(script: &mut Script, steps: &[(u8, u8)]) -> Vec<Truth> {
    let mut calls: Vec<Truth> = Vec::new();
    script.target(0, true, None, &["message"]);
    script.register(0, SERVER, "server");
    for (tick, (what, which)) in (1..).zip(steps) {
        let caller = 1 + u32::from(which % 2);
        if what % 3 == 0 || calls.is_empty() {
            let number = calls.len() as u32;
            let to = if what % 2 == 0 { To::Pid(SERVER) } else { To::Name("server") };
            let id = script.send(tick, pid(caller), &to, &request(pid(caller), number)).to_string();
            calls.push(Truth { id, caller, sent: tick, ..Truth::default() });
            continue;
        }
        let number = usize::from(*which) % calls.len();
        let call = &mut calls[number];
        let (caller, number) = (pid(call.caller), number as u32);
        if call.delivered.is_none() {
            script.deliver(tick, SERVER, &request(caller, number));
            call.delivered = Some(tick);
        } else if call.handled.is_none() {
            script.handle(tick, SERVER, &request(caller, number));
            call.handled = Some(tick);
        } else if call.replied.is_none() {
            // Another process may reply in its place.
            let from = if what % 5 == 0 { pid(7) } else { SERVER };
            script.send(tick, from, &To::Alias(number), &reply(number));
            call.replied = Some(tick);
        } else if call.returned.is_none() && what % 4 != 1 {
            script.deliver(tick, caller, &reply(number));
            call.returned = Some(tick);
        }
    }
    calls
}

fn is_true(row: &ServerCall, truth: &Truth, by_other: bool) -> bool {
    let outcome = match (truth.replied, truth.returned) {
        (_, Some(_)) => "replied",
        (Some(_), None) if by_other => "open",
        (Some(_), None) => "late",
        (None, None) => "open",
    };
    // What another process sent to a dead alias no process can tell.
    let replied = truth.replied.filter(|_| !by_other || truth.returned.is_some());
    row.id == truth.id
        && row.sent_at == truth.sent
        && row.caller.as_ref().map(|caller| caller.pid.clone()) == Some(pid(truth.caller).to_string())
        && row.server.as_ref().map(|server| server.pid.clone()) == Some(SERVER.to_string())
        && (row.handled_at, row.replied_at, row.returned_at) == (truth.handled, replied, truth.returned)
        && row.waiting_ns == truth.handled.map(|handled| handled - truth.sent)
        && row.handling_ns == truth.handled.zip(replied).map(|(handled, replied)| replied - handled)
        && row.latency_ns == truth.returned.or(replied).map(|end| end - truth.sent)
        && row.outcome == outcome
}

fn of(server: Option<&str>, caller: Option<&str>) -> ServerCallsRequest {
    ServerCallsRequest {
        server: server.map(Into::into),
        caller: caller.map(Into::into),
        ..ServerCallsRequest::default()
    }
}

fn replied_by_other(script: &Script, truth: &Truth) -> bool {
    let Some(replied) = truth.replied else { return false };
    let sends = script.written.iter().filter(|written| written.key.tick == replied && written.process == Some(pid(7)));
    sends.count() > 0
}

quickcheck! {
    fn every_call_is_joined_to_its_reply(steps: Vec<(u8, u8)>) -> bool {
        let mut script = Script::new();
        let truths = world(&mut script, &steps);
        let trace = script.trace();
        let rows = server_calls_of(&trace, of(Some(":server"), None));
        let of_caller = server_calls_of(&trace, of(Some("<0.9.0>"), Some("<0.1.0>")));
        let (own, alone): (Vec<_>, Vec<_>) = if truths.iter().any(|truth| truth.caller == 1) {
            (rows.iter().filter(|row| row.caller.as_ref().is_some_and(|caller| caller.pid == "<0.1.0>")).cloned().collect(),
             server_calls_of(&trace, of(None, Some("<0.1.0>"))))
        } else { (vec![], vec![]) };
        rows.len() == truths.len()
            && rows.iter().zip(&truths).all(|(row, truth)| is_true(row, truth, replied_by_other(&script, truth)))
            && (of_caller == own) && alone == own
            && rows.iter().all(|row| {
                let detail = script::message(&trace, row.id.parse().expect("an id"));
                detail.call.as_ref() == Some(row)
            })
    }

    fn pages_make_up_the_calls(steps: Vec<(u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        world(&mut script, &steps);
        let trace = script.trace();
        let limit = Some(u32::from(limit % 4) + 1);
        let step = |after| Request::ServerCalls(ServerCallsRequest { limit, after, ..of(Some(":server"), None) });
        pages(&trace, step, server_calls) == server_calls_of(&trace, of(Some(":server"), None))
    }
}

fn server_calls_of(trace: &scope_core::trace::Trace, request: ServerCallsRequest) -> Vec<ServerCall> {
    match ask(trace, Request::ServerCalls(request)) {
        Ok(answer) => server_calls(answer),
        // A caller that never called was never seen.
        Err(Error::NotFound(_)) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn somebody_has_to_be_named() {
    let error =
        ask(&Script::new().trace(), Request::ServerCalls(ServerCallsRequest::default())).expect_err("no process");
    assert_eq!(error.to_string(), "server, caller: at least one of them is needed");
}

#[test]
fn what_ended_a_call_without_a_reply_is_written() {
    let mut script = Script::new();
    script.target(0, true, None, &["message"]);
    script.send(1, pid(1), &To::Dead(SERVER), &request(pid(1), 1));
    script.send(2, pid(2), &To::Pid(SERVER), &request(pid(2), 2));
    script.deliver(3, SERVER, &request(pid(2), 2));
    let rows = server_calls_of(&script.trace(), of(Some("<0.9.0>"), None));
    assert_eq!(rows.iter().map(|row| &*row.outcome).collect::<Vec<_>>(), ["to_dead", "open"]);
    script.exit(4, pid(2), &atom("killed"));
    assert_eq!(server_calls_of(&script.trace(), of(Some("<0.9.0>"), None))[1].outcome, "caller_exited");
    script.exit(5, SERVER, &atom("killed"));
    assert_eq!(server_calls_of(&script.trace(), of(Some("<0.9.0>"), None))[1].outcome, "server_exited");
}
