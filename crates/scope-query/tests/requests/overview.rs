//! `overview`: every finding is what the request it names says.

use crate::performance::functions;
use crate::script::{Script, To, ask, atom, calls, pid};
use scope_core::loss::{Loss, Reason};
use scope_core::trace::Trace;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::FunctionWindow;
use scope_query::requests::message_queue_analysis::MessageQueueAnalysisRequest;
use scope_query::requests::overview::Finding;
use scope_query::requests::overview::OverviewRequest;

fn findings(trace: &Trace) -> Vec<Finding> {
    match ask(trace, Request::Overview(OverviewRequest::default())).expect("an answer").data {
        Data::Overview(overview) => overview.findings,
        data => panic!("an overview, not {data:?}"),
    }
}

fn topics(trace: &Trace) -> Vec<String> {
    findings(trace).into_iter().map(|finding| finding.topic.to_string()).collect()
}

#[test]
fn nothing_stands_out_where_nothing_happened() {
    assert_eq!(topics(&Script::new().trace()), Vec::<String>::new());
    let mut script = Script::new();
    script.spawn(0, pid(1), pid(0));
    assert_eq!(topics(&script.trace()), Vec::<String>::new());
}

#[test]
fn crashes_are_written_with_the_cause_they_share() {
    let mut script = Script::new();
    for n in 1..4 {
        script.spawn(n, pid(n as u32), pid(0));
    }
    script.exit(10, pid(1), &atom("boom"));
    script.spawn(11, pid(4), pid(0));
    script.exit(12, pid(2), &atom("boom"));
    script.exit(13, pid(3), &atom("bang"));
    let found = findings(&script.trace());
    let written: Vec<_> = found.iter().map(|finding| (&*finding.topic, finding.figure, &*finding.text)).collect();
    let crashes = "3 processes crashed, 2 of them of one cause: :boom";
    // No process else had exited whom the new process could have replaced.
    assert_eq!(written, [("crashes", 3, crashes), ("restarts", 1, "1 of the 3 that crashed was started again")]);
    assert!(found.iter().all(|finding| finding.id.is_some() && finding.ask == "crashes"));
}

#[test]
fn restarts_are_written_by_how_many_there_are() {
    let written = |n_crashed: u32, n_again: u32| {
        let mut script = Script::new();
        for n in 1..=n_crashed {
            script.spawn(u64::from(n), pid(n), pid(0));
        }
        for n in 1..=n_crashed {
            script.exit(10 * u64::from(n), pid(n), &atom("boom"));
            if n <= n_again {
                script.spawn(10 * u64::from(n) + 1, pid(100 + n), pid(0));
            }
        }
        let found = findings(&script.trace()).into_iter().find(|finding| finding.topic == "restarts");
        found.map(|finding| finding.text)
    };
    assert_eq!(written(2, 0), None);
    assert_eq!(written(1, 1).as_deref(), Some("the process that crashed was started again"));
    assert_eq!(written(3, 2).as_deref(), Some("2 of the 3 that crashed were started again"));
    assert_eq!(written(3, 3).as_deref(), Some("all of the 3 that crashed were started again"));
}

#[test]
fn what_stands_out_is_what_the_other_requests_say() {
    let mut script = Script::new();
    script.register(0, pid(1), "till");
    for n in 0..3 {
        script.send(n, pid(2), &To::Name("till"), &atom(["a", "b", "c"][n as usize]));
        script.deliver(n, pid(1), &atom(["a", "b", "c"][n as usize]));
    }
    script.call(10, pid(2), "add");
    script.call(11, pid(2), "total");
    script.raise(41, pid(2), "total");
    script.ret(50, pid(2), "add");
    script.handle(60, pid(1), &atom("a"));
    script.state(70, pid(1), &atom("idle"));
    script.handle(80, pid(1), &atom("b"));
    script.writer().store_mut().add_loss(Loss {
        class: Some(scope_core::Class::Call),
        n_events: Some(3),
        from_tick: 90,
        to_tick: 91,
        reason: Reason::BufferFull,
        detail: String::new(),
    });
    let trace = script.trace();
    let found = findings(&trace);
    let by = |topic: &str| found.iter().find(|finding| finding.topic == topic).unwrap_or_else(|| panic!("no {topic}"));

    let all = functions(ask(&trace, Request::PerformanceAnalysis(FunctionWindow::default())).expect("an answer"));
    assert_eq!((by("own_time").figure, by("own_time").function.as_ref()), (all[0].own_ns, Some(&all[0].function)));
    assert_eq!(by("own_time").text, "Shop.total/1 took 30 ns itself in 1 call, 75.0% of the time in traced functions");
    let slowest = calls(ask(&trace, Request::SlowestFunctionCalls(FunctionWindow::default())).expect("an answer"));
    assert_eq!(by("slowest_call").id.as_ref(), Some(&slowest[0].id));
    assert_eq!(by("slowest_call").process, slowest[0].process);
    assert_eq!(by("call_errors").text, "Shop.total/1 raised in 1 of 1 call");
    let queues =
        ask(&trace, Request::MessageQueueAnalysis(MessageQueueAnalysisRequest::default())).expect("an answer").data;
    let Data::MessageQueueAnalysis(queues) = queues else { panic!("queues, not {queues:?}") };
    assert_eq!(Some(by("queue").figure), queues.queues[0].peak);
    assert_eq!(
        by("queue").text,
        "the most waiting was in the queue of :till: up to 3 messages at one time, each 72 ns on average"
    );
    assert_eq!(Some(&by("bottleneck").text), queues.bottleneck.as_ref().map(|bottleneck| &bottleneck.why));
    assert_eq!(by("lost").text, "3 events lost, in 1 gap");
    // Every request that is named can be asked, and every event is there.
    for finding in &found {
        if let Some(id) = &finding.id {
            let id = id.parse().expect("an id");
            assert!(trace.find(id).is_some(), "{finding:?}");
        }
        assert!(scope_query::requests::TABLE.iter().any(|names| names.kind == finding.ask), "{finding:?}");
    }
}
