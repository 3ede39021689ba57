//! `events` against a filter over the whole history.

use crate::script::{Script, ask, atom, events, pages, pid};
use quickcheck::quickcheck;
use scope_core::trace::Trace;
use scope_core::{Class, Kind};
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::events::EventsRequest;

/// A random story of three processes; ticks repeat.
fn story(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 0;
    for (kind, process, step) in steps {
        tick += u64::from(step % 3);
        let process = pid(u32::from(process % 3));
        match kind % 6 {
            0 => script.call(tick, process, "add"),
            1 => script.ret(tick, process, "add"),
            2 => script.call(tick, process, "total"),
            3 => script.deliver(tick, process, &atom("hello")),
            4 => script.state(tick, process, &atom("idle")),
            _ => script.register(tick, process, "cart"),
        };
    }
}

/// A request drawn from a few bits.
fn drawn(bits: u16, from: u8, to: u8) -> EventsRequest {
    let chosen = |bit: u16, text: &str| (bits >> bit & 1 == 1).then(|| text.to_string());
    let (from, to) = (u64::from(from.min(to)), u64::from(from.max(to)));
    EventsRequest {
        classes: (bits & 1 == 1).then(|| vec!["call".into(), "process".into()]),
        kinds: (bits & 2 == 2).then(|| vec!["call".into(), "state".into()]),
        module: chosen(2, "Shop"),
        function: chosen(3, "add"),
        process: chosen(4, "<0.1.0>"),
        from: (bits & 32 == 32).then_some(from),
        to: (bits & 64 == 64).then_some(to),
        backward: bits & 128 == 128,
        ..EventsRequest::default()
    }
}

/// The ids the request asks for, by looking at everything that was written.
fn naive(script: &Script, request: &EventsRequest, trace: &Trace) -> Vec<String> {
    let mut written: Vec<_> =
        script.written.iter().filter(|written| written.key >= trace.low_watermark(written.id.class)).collect();
    written.sort_by_key(|written| written.key);
    if request.backward {
        written.reverse();
    }
    let is =
        |names: &Option<Vec<String>>, name: &str| names.as_ref().is_none_or(|names| names.iter().any(|n| n == name));
    written
        .into_iter()
        .filter(|written| is(&request.classes, written.id.class.name()) && is(&request.kinds, written.kind.name()))
        .filter(|written| request.process.is_none() || written.process == Some(pid(1)))
        .filter(|written| request.module.is_none() || written.what.as_ref().is_some_and(|what| what.0 == "Elixir.Shop"))
        .filter(|written| request.function.is_none() || written.what.as_ref().is_some_and(|what| what.1 == "add"))
        .filter(|written| request.from.is_none_or(|from| from <= written.key.tick))
        .filter(|written| request.to.is_none_or(|to| written.key.tick <= to))
        .map(|written| written.id.to_string())
        .collect()
}

quickcheck! {
    fn events_are_those_a_naive_filter_finds(steps: Vec<(u8, u8, u8)>, bits: u16, from: u8, to: u8, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep) + 1);
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let trace = script.trace();
        let request = drawn(bits, from, to);
        let expected = naive(&script, &request, &trace);
        let found = events(&trace, request).expect("an answer");
        found.iter().map(|event| event.id.clone()).collect::<Vec<_>>() == expected
    }

    fn pages_make_up_the_whole(steps: Vec<(u8, u8, u8)>, bits: u16, limit: u8) -> bool {
        let mut script = Script::new();
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let trace = script.trace();
        let request = drawn(bits, 0, 255);
        let whole = events(&trace, request.clone()).expect("an answer");
        let limit = Some(u32::from(limit % 5) + 1);
        let step = |after| Request::Events(EventsRequest { limit, after, ..request.clone() });
        let rows = |answer: scope_query::Answer| match answer.data {
            Data::Events(events) => events,
            data => panic!("events, not {data:?}"),
        };
        pages(&trace, step, rows) == whole
    }
}

#[test]
fn a_page_begun_in_a_live_trace_goes_on_where_it_was() {
    let mut script = Script::new();
    for tick in 0..4 {
        script.deliver(tick, pid(1), &atom("hello"));
    }
    let request = |after| Request::Events(EventsRequest { limit: Some(3), after, ..EventsRequest::default() });
    let first = ask(&script.trace(), request(None)).expect("a page");
    assert_eq!(first.coverage.events, 4);
    for tick in 4..6 {
        script.deliver(tick, pid(1), &atom("hello"));
    }
    script.writer().seal(u64::MAX);
    let rest = ask(&script.trace(), request(first.next)).expect("a page");
    let Data::Events(rest) = rest.data else { panic!("events") };
    assert_eq!(rest.iter().map(|event| event.time).collect::<Vec<_>>(), [3, 4, 5]);
}

#[test]
fn an_event_shows_all_it_has() {
    let mut script = Script::new();
    script.spawn(1, pid(5), pid(4));
    script.register(2, pid(5), "Elixir.Shop.Inventory");
    script.call_only(3, pid(5), "add");
    let found = events(&script.trace(), EventsRequest::default()).expect("an answer");
    assert_eq!(found[0].kind, Kind::Spawn.name());
    assert_eq!(found[0].peer.as_deref(), Some("<0.4.0>"));
    let function = found[0].function.as_ref().expect("a function");
    assert_eq!((&*function.module, &*function.function, function.arity), (":proc_lib", "init_p", 5));
    assert_eq!(found[1].atom.as_deref(), Some("Shop.Inventory"));
    let call = &found[2];
    assert_eq!((&*call.id, call.time, &*call.class, &*call.kind), ("call-0-0", 3, Class::Call.name(), "call"));
    let process = call.process.as_ref().expect("a process");
    assert_eq!((&*process.pid, process.name.as_deref()), ("<0.5.0>", Some("Shop.Inventory")));
    assert_eq!(call.flags, ["no_return"]);
    let term = call.term.as_ref().expect("arguments");
    assert_eq!((&*term.id, &*term.text.written(), term.complete), ("call-0-0", "[1]", true));
}
