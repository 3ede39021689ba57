//! Filters against an oracle that looks at every event that was told, whole.

mod shape;
mod wish;

use crate::script::{Script, To, again, ask, atom, events, pages, pid};
use quickcheck::quickcheck;
use scope_core::term::{Opaque, Term};
use scope_core::trace::Trace;
use scope_core::{Kind, ProcessKey};
use scope_query::Answer;
use scope_query::Error;
use scope_query::Request;
use scope_query::answer::{Event, EventFlag};
use scope_query::requests::Data;
use scope_query::requests::events::EventsRequest;
use shape::Shape;
use std::collections::BTreeMap;
use wish::{Known, Wish};

fn terms(n: u8) -> Term {
    let put = |value| Term::Tuple(vec![atom("put"), value]);
    let text = |text: &str| Term::Binary(text.as_bytes().to_vec());
    let field = |name: &str, value| (atom(name), value);
    match n % 20 {
        0 => atom("ok"),
        1 => put(Term::Integer(1)),
        2 => put(Term::Cut),
        3 => Term::TupleCut(vec![atom("put")], 2),
        4 => text("abc"),
        5 => Term::BinaryCut(b"ab".to_vec(), 3),
        6 => Term::List(vec![Term::Integer(1), Term::Integer(2)], None),
        7 => Term::List(vec![Term::Integer(1)], Some(Box::new(Term::Cut))),
        8 => Term::Map(vec![field("a", Term::Integer(1)), field("b", text("abc"))]),
        9 => Term::MapCut(vec![field("a", Term::Integer(1))], 2),
        10 => Term::Map(vec![field("__struct__", atom("Elixir.Shop.Cart")), field("a", Term::Redacted)]),
        11 => Term::Tuple(vec![
            atom("$gen_call"),
            Term::Tuple(vec![Term::Pid(pid(1)), Term::Integer(1)]),
            put(Term::Integer(1)),
        ]),
        12 => Term::Tuple(vec![atom("$gen_cast"), atom("ok")]),
        13 => Term::Pid(pid(2)),
        14 => Term::Float(1.5),
        15 => Term::Opaque(Opaque::Function, 5),
        16 => Term::Opaque(Opaque::Integer, 5),
        17 => Term::List(vec![], None),
        18 => Term::Cut,
        _ => Term::List(vec![Term::Integer(1)], Some(Box::new(Term::Integer(2)))),
    }
}

fn story(script: &mut Script, steps: &[(u8, u8, u8, u8)]) {
    story_sealed(script, steps, usize::MAX);
}

/// Three processes, of which one's pid is used again, and two names that move. A chunk ends after every so many steps. Nothing is sent to
/// an alias: `message_flow`, the oracle of what is measured, lists such a message only with whoever got it.
fn story_sealed(script: &mut Script, steps: &[(u8, u8, u8, u8)], seal_every: usize) {
    script.target(0, true, None, &["message"]);
    for number in 0..3 {
        script.spawn(0, pid(number), pid((number + 1) % 3));
    }
    script.register(0, pid(0), "cart");
    script.register(0, pid(1), "Elixir.Shop.Till");
    // Who holds each name: never two at once.
    let mut holders = BTreeMap::from([("cart", pid(0)), ("Elixir.Shop.Till", pid(1))]);
    let mut second_life = false;
    let mut tick = 0;
    for (n, (what, who, to, term)) in (1..).zip(steps) {
        if n % seal_every == 0 {
            script.writer().seal(u64::MAX);
        }
        tick += u64::from(what >> 6);
        let process = |n: u8| match n % 3 {
            1 if second_life => again(1, 2),
            n => pid(u32::from(n)),
        };
        let (from, to, term) = (process(*who), process(*to), terms(*term));
        let name = if *who % 2 == 0 { "cart" } else { "Elixir.Shop.Till" };
        match what % 16 {
            0 | 1 | 3 => script.send(tick, from, &To::Pid(to), &term),
            2 => script.send(tick, from, &To::Name(if *who % 2 == 0 { "cart" } else { "nobody" }), &term),
            4 => script.send(tick, from, &To::Dead(to), &term),
            5 => script.deliver(tick, to, &term),
            6 => script.handle(tick, to, &term),
            7 => script.with_term(tick, Kind::Call, from, "add", &term),
            8 => script.ret(tick, from, "add"),
            9 => script.with_term(tick, Kind::Return, from, "total", &term),
            10 => script.call_only(tick, from, "total"),
            11 => script.state(tick, from, &term),
            12 => match holders.get(name) {
                Some(holder) => script.deliver(tick, *holder, &term),
                None => {
                    holders.insert(name, to);
                    script.register(tick, to, name)
                }
            },
            13 => {
                let holder = holders.remove(name).unwrap_or(to);
                script.unregister(tick, holder, name)
            }
            14 => script.call(tick, from, "total"),
            _ if second_life => script.raise(tick, from, "add"),
            _ => {
                second_life = true;
                holders.retain(|_, holder| *holder != pid(1));
                script.exit(tick, pid(1), &term);
                script.spawn(tick, again(1, 2), pid(0))
            }
        };
    }
}

fn found(answer: &Answer) -> &[Event] {
    match &answer.data {
        Data::Events(events) => events,
        data => panic!("events, not {data:?}"),
    }
}

fn asked(filter: &str) -> EventsRequest {
    EventsRequest { filter: Some(filter.into()), limit: Some(100_000), ..EventsRequest::default() }
}

/// Whether the filter finds the rows that it should, says of which that is only possible, and names who was not traced.
fn is_as_wished(script: &mut Script, wish: &Wish, backward: bool) -> bool {
    let trace = script.trace();
    let known = Known::of(script, &trace);
    let mut told: Vec<_> = script.told.iter().filter(|told| told.key >= trace.low_watermark(told.id.class)).collect();
    told.sort_by_key(|told| told.key);
    if backward {
        told.reverse();
    }
    let mut expected = Vec::new();
    let mut left_out = false;
    for told in told {
        match wish.holds(told, &known) {
            wish::NO => {}
            wish::UNRECORDED => left_out = true,
            truth => expected.push((told.id.to_string(), truth == wish::POSSIBLE)),
        }
    }
    let request = EventsRequest { backward, ..asked(&wish.to_string()) };
    let answer = ask(&trace, Request::Events(request)).unwrap_or_else(|error| panic!("{wish}: {error}"));
    let is_possible = |event: &Event| event.flags.iter().any(|flag| flag == "possible");
    let found: Vec<_> = found(&answer).iter().map(|event| (event.id.clone(), is_possible(event))).collect();
    if found != expected {
        panic!("{wish}\n   found {found:?}\nexpected {expected:?}");
    }
    left_out != answer.coverage.not_traced.is_empty()
}

quickcheck! {
    fn a_filter_finds_what_the_oracle_finds(steps: Vec<(u8, u8, u8, u8)>, wish: Wish, backward: bool, keep: u8) -> bool {
        let mut script = if keep.is_multiple_of(4) { Script::keeping(u64::from(keep) + 1) } else { Script::new() };
        story_sealed(&mut script, &steps, usize::from(keep % 32) + 1);
        is_as_wished(&mut script, &wish, backward)
    }

    fn a_filter_does_not_depend_on_where_chunks_end(steps: Vec<(u8, u8, u8, u8)>, wish: Wish, seal_every: u8) -> bool {
        // Ids name chunks.
        if wish.to_string().contains("id:") {
            return true;
        }
        let (mut whole, mut cut) = (Script::new(), Script::new());
        story(&mut whole, &steps);
        story_sealed(&mut cut, &steps, usize::from(seal_every % 16) + 1);
        let of = |script: &mut Script| {
            let rows = events(&script.trace(), asked(&wish.to_string())).expect("an answer");
            rows.into_iter().map(|event| (event.time, event.kind, event.process, event.flags)).collect::<Vec<_>>()
        };
        of(&mut whole) == of(&mut cut)
    }

    fn pages_of_a_filter_make_up_the_whole(steps: Vec<(u8, u8, u8, u8)>, wish: Wish, limit: u8, backward: bool) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let trace = script.trace();
        let request = EventsRequest { backward, ..asked(&wish.to_string()) };
        let whole = events(&trace, request.clone()).expect("an answer");
        let limit = Some(u32::from(limit % 5) + 1);
        let step = |after| Request::Events(EventsRequest { limit, after, ..request.clone() });
        pages(&trace, step, |answer| found(&answer).to_vec()) == whole
    }

    fn a_pattern_matches_as_the_oracle_says(term: u8, shape: Shape) -> bool {
        let mut script = Script::new();
        let term = terms(term);
        script.state(1, pid(2), &term);
        script.spawn(1, pid(1), pid(2));
        let rows = events(&script.trace(), asked(&format!("state~'{}'", shape.to_string().replace('\\', "\\\\").replace('\'', "\\'")))).expect("an answer");
        let found = rows.first().map_or(wish::NO, |row| if row.flags.is_empty() { wish::YES } else { wish::POSSIBLE });
        let expected = shape.matches(&term);
        if found != expected {
            panic!("{shape} on {term:?}: {found}, not {expected}");
        }
        true
    }

    fn a_cut_never_turns_an_answer_round(term: u8, at: u8, shape: Shape) -> bool {
        let whole = terms(term);
        let (before, after) = (shape.matches(&whole), shape.matches(&shape::cut(&whole, &mut u32::from(at % 8))));
        after == wish::POSSIBLE || after == before
    }
}

#[test]
fn the_other_fields_of_a_request_must_hold_too() {
    let mut script = Script::new();
    script.spawn(0, pid(1), pid(0));
    script.spawn(0, pid(2), pid(0));
    script.call(1, pid(1), "add");
    script.call(2, pid(2), "add");
    script.call(3, pid(1), "total");
    let request = |filter: &str| EventsRequest {
        process: Some("<0.1.0>".into()),
        kinds: Some(vec!["call".into()]),
        ..asked(filter)
    };
    let trace = script.trace();
    let times =
        |request| events(&trace, request).expect("an answer").iter().map(|event| event.time).collect::<Vec<_>>();
    assert_eq!(times(request("")), [1, 3]);
    assert_eq!(times(request("function:add")), [1]);
    assert_eq!(times(request("function:add or time>2")), [1, 3]);
    assert_eq!(times(EventsRequest { from: Some(2), ..request("not name:x") }), [3]);
}

#[test]
fn who_the_trace_has_never_seen_is_not_found() {
    let mut script = Script::new();
    script.spawn(0, pid(1), pid(0));
    script.register(0, pid(1), "cart");
    script.send(1, pid(1), &To::Name("till"), &atom("hello"));
    let trace = script.trace();
    let error = |filter: &str| events(&trace, asked(filter)).expect_err(filter);
    assert_eq!(
        error("kind:send or process::till"),
        Error::NotFound("no process was ever registered as :till; names the trace has seen: :cart".into())
    );
    assert_eq!(
        error("from:<0.9.0>"),
        Error::NotFound("the trace has never seen <0.9.0>; it knows <0.0.0>, <0.1.0>".into())
    );
    // A message can be sent to a name that nobody holds.
    assert_eq!(events(&trace, asked("to::till")).expect("an answer").len(), 1);
    assert_eq!(events(&trace, asked("to::nowhere")).expect("an answer").len(), 0);
}

#[test]
fn a_mistake_is_refused_with_its_place() {
    let trace = Script::new().trace();
    let error = events(&trace, asked("kind:sned")).expect_err("no such kind");
    assert_eq!(error.code(), "bad_argument");
    assert!(error.to_string().ends_with("not \"sned\", at offset 5\nkind:sned\n     ^"));
}

#[test]
fn every_example_of_the_page_is_answered() {
    let trace = corpus("filters");
    for example in scope_query::filter::examples() {
        let rows = events(&trace, asked(example)).unwrap_or_else(|error| panic!("{example}: {error}"));
        assert!(!rows.is_empty(), "{example} finds nothing");
    }
}

fn corpus(case: &str) -> Trace {
    let path = format!("{}/../../tests/corpus/{case}/trace.scope", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    scope_core::file::read(&bytes, scope_core::file::ReadLimits::default()).expect("a trace")
}

#[test]
fn chunks_that_cannot_hold_a_row_are_passed_over() {
    let mut script = Script::new();
    script.spawn(0, pid(1), pid(0));
    for tick in 1..=10 {
        script.call(tick, pid(1), "add");
        script.writer().seal(u64::MAX);
    }
    script.raise(11, pid(1), "total");
    let trace = script.trace();
    let looked_at = |filter: &str| ask(&trace, Request::Events(asked(filter))).expect("an answer").coverage.events;
    assert_eq!(looked_at("kind:exception"), 1);
    assert_eq!(looked_at("function:total"), 1);
    assert_eq!(looked_at("kind:call time>8"), 2);
    assert_eq!(looked_at("class:message"), 0);
    assert_eq!(looked_at("kind:call id:call-4-0"), 1);
}

#[test]
fn an_unknown_length_is_said_and_can_be_asked_for() {
    let mut script = Script::new();
    let number: ProcessKey = pid(2);
    script.target(0, true, Some(pid(1)), &["message"]);
    script.send(1, pid(1), &To::Pid(number), &atom("a"));
    script.call_only(2, pid(1), "total");
    script.call(3, pid(1), "add");
    script.ret(9, pid(1), "add");
    let trace = script.trace();
    let answer = |filter: &str| ask(&trace, Request::Events(asked(filter))).expect("an answer");
    for filter in ["waiting>5ns", "not waiting>5ns and kind:send"] {
        let answer = answer(filter);
        assert!(found(&answer).is_empty(), "{filter}");
        let gaps: Vec<_> =
            answer.coverage.not_traced.iter().map(|gap| (&*gap.target, &*gap.class, gap.from, gap.to)).collect();
        assert_eq!(gaps, [("<0.2.0>", "message", 1, 1)], "{filter}");
    }
    assert_eq!(found(&answer("waiting:unknown")).len(), 1);
    let slow = answer("duration>5ns");
    assert_eq!(found(&slow)[0].time, 3);
    assert_eq!(slow.coverage.not_traced[0].target, "<0.1.0>");
    assert_eq!(found(&answer("duration:unknown"))[0].time, 2);
}

/// Of many terms the bytes are searched for the texts of a pattern: what was cut may still match, and a late match is found.
#[test]
fn a_text_is_found_among_many_terms_or_known_to_be_none_of_them() {
    let put = |text: &[u8]| Term::Tuple(vec![atom("put"), Term::Binary(text.to_vec())]);
    let found = |has_it: bool| {
        let mut script = Script::new();
        for n in 0..2_000 {
            script.deliver(n, pid(1), &put(format!("text {n}").as_bytes()));
        }
        let cut = script.deliver(2_000, pid(1), &Term::Tuple(vec![atom("put"), Term::BinaryCut(b"need".to_vec(), 6)]));
        let whole = script.deliver(2_001, pid(1), &put(if has_it { b"needle" } else { b"noodle" }));
        let request = EventsRequest { filter: Some("message~{:put, \"needle\"}".into()), ..EventsRequest::default() };
        let found = events(&script.trace(), request).expect("a filter");
        let found: Vec<(String, Vec<EventFlag>)> = found.into_iter().map(|event| (event.id, event.flags)).collect();
        (found, (cut.to_string(), vec![EventFlag::from("possible")]), (whole.to_string(), vec![]))
    };
    let (with, cut, whole) = found(true);
    assert_eq!(with, [cut, whole]);
    let (without, cut, _) = found(false);
    assert_eq!(without, [cut]);
}

#[test]
fn match_is_a_pattern_of_the_message_or_of_any_term_beside_the_filter() {
    let mut script = Script::new();
    let put = |value| Term::Tuple(vec![atom("put"), value]);
    for (time, term) in (0..).zip([put(Term::Integer(1)), put(Term::Binary(b"a \"b\"".to_vec())), atom("ok")]) {
        script.deliver(time, pid(1), &term);
    }
    let trace = script.trace();
    let ids = |request| -> Vec<String> {
        events(&trace, request).expect("an answer").into_iter().map(|event| event.id).collect()
    };
    let matching = |pattern: &str| EventsRequest { r#match: Some(pattern.into()), ..EventsRequest::default() };
    assert_eq!(ids(matching("{:put, _}")).len(), 2);
    assert_eq!(ids(matching("{:put, \"a \\\"b\\\"\"}")).len(), 1);
    assert_eq!(ids(EventsRequest { filter: Some("time>0 or message~:ok".into()), ..matching("{:put, _}") }).len(), 1);
    let refused = events(&trace, matching("{:put, ")).expect_err("no pattern").to_string();
    assert!(refused.starts_with("match: "), "{refused}");
}
