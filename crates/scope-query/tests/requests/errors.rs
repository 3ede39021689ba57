//! Requests that cannot be answered say what is wrong and what is allowed.

use crate::script::{Script, ask, atom, events, pid, window};
use scope_query::Error;
use scope_query::Request;
use scope_query::requests::ProcessWindow;
use scope_query::requests::events::EventsRequest;
use scope_query::requests::state_at::StateAtRequest;

fn small() -> Script {
    let mut script = Script::new();
    script.spawn(1, pid(1), pid(0));
    script.state(2, pid(1), &atom("idle"));
    script
}

fn refusal(request: EventsRequest) -> (&'static str, String) {
    let error = events(&small().trace(), request).expect_err("it is refused");
    (error.code(), error.to_string())
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let request = EventsRequest { classes: Some(vec!["calls".into()]), ..EventsRequest::default() };
    let message = "classes: \"calls\" is none of control, process, message, call, state, span, runtime";
    assert_eq!(refusal(request), ("bad_argument", message.into()));
    let (code, message) = refusal(EventsRequest { kinds: Some(vec!["called".into()]), ..EventsRequest::default() });
    assert_eq!(code, "bad_argument");
    assert!(message.starts_with("kinds: \"called\" is none of recorder_started, "), "{message}");
    assert_eq!(
        refusal(EventsRequest { module: Some(":".into()), ..EventsRequest::default() }).1,
        "module: \":\" is not a name"
    );
}

#[test]
fn times_and_limits_have_bounds() {
    let request = EventsRequest { from: Some(1 << 53), ..EventsRequest::default() };
    let message = "from: 9007199254740992 is not a time of a trace: nanoseconds since the recorder's epoch, at most 9007199254740991";
    assert_eq!(refusal(request), ("bad_argument", message.into()));
    let backwards = EventsRequest { from: Some(9), to: Some(3), ..EventsRequest::default() };
    assert_eq!(refusal(backwards), ("bad_argument", "from: 9 is after to: 3".into()));
    let (_, message) = refusal(EventsRequest { limit: Some(0), ..EventsRequest::default() });
    assert_eq!(message, "limit: 0 is not between 1 and 100000");
    let (code, message) = refusal(EventsRequest { after: Some("12".into()), ..EventsRequest::default() });
    assert_eq!((code, &*message), ("bad_argument", "after: \"12\" is not the `next` of an answer to events"));
}

#[test]
fn a_cursor_belongs_to_its_request() {
    let mut script = small();
    script.state(3, pid(1), &atom("idle"));
    let trace = script.trace();
    let request = ProcessWindow { limit: Some(1), ..window("<0.1.0>") };
    let next = ask(&trace, Request::StateTimeline(request)).expect("a page").next;
    assert!(next.is_some());
    let error = ask(&trace, Request::ExecutionPath(ProcessWindow { after: next, ..window("<0.1.0>") }));
    assert_eq!(error.expect_err("it is refused").code(), "bad_argument");
}

#[test]
fn an_unknown_process_is_not_found() {
    let error =
        |process: &str| ask(&small().trace(), Request::StateTimeline(window(process))).expect_err("it is refused");
    assert_eq!(error("<0.9.0>"), Error::NotFound("the trace has never seen <0.9.0>; it knows <0.0.0>, <0.1.0>".into()));
    assert_eq!(error("<0.1.0>~2"), Error::NotFound("the trace has never seen <0.1.0>~2; it knows <0.1.0>".into()));
    let message = "process: \"<0.9\" is neither a pid (<0.1.0>, #PID<0.1.0>, <0.1.0>~2) nor a registered name (Shop.Inventory, :cart)";
    assert_eq!(error("<0.9"), Error::BadArgument(message.into()));
}

#[test]
fn a_state_no_process_recorded_is_not_traced() {
    let request = StateAtRequest { process: "<0.1.0>".into(), time: 1 };
    assert_eq!(
        ask(&small().trace(), Request::StateAt(request)),
        Err(Error::NotTraced("the state of <0.1.0> was not being recorded at 1, nor before".into()))
    );
}

#[test]
fn an_empty_trace_answers_too() {
    let trace = Script::new().trace();
    let answer = ask(&trace, Request::Events(EventsRequest::default())).expect("an answer");
    assert_eq!((answer.coverage.from, answer.coverage.to, answer.coverage.events, answer.next), (0, 0, 0, None));
    assert_eq!(
        ask(&trace, Request::StateTimeline(window("<0.1.0>"))),
        Err(Error::NotFound("the trace has never seen <0.1.0>; it knows none".into()))
    );
}
