//! `events_around` against the whole history in order.

use crate::script::{Script, ask, atom, pid};
use quickcheck::quickcheck;
use scope_core::trace::Trace;
use scope_core::{EventId, OrderKey};
use scope_query::Error;
use scope_query::Request;
use scope_query::answer::Event;
use scope_query::requests::Data;
use scope_query::requests::Moment;
use scope_query::requests::events_around::Around;
use scope_query::requests::events_around::EventsAroundRequest;

fn request(at: Moment) -> EventsAroundRequest {
    EventsAroundRequest {
        at,
        n_before: None,
        n_after: None,
        process: None,
        classes: None,
        kinds: None,
        module: None,
        function: None,
        filter: None,
        r#match: None,
    }
}

fn around(trace: &Trace, request: EventsAroundRequest) -> Result<Around, Error> {
    match ask(trace, Request::EventsAround(request))?.data {
        Data::EventsAround(around) => Ok(around),
        data => panic!("neighbours, not {data:?}"),
    }
}

fn story(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 1;
    for (kind, process, step) in steps {
        tick += u64::from(step % 2);
        let process = pid(u32::from(process % 3));
        match kind % 4 {
            0 => script.call(tick, process, "add"),
            1 => script.deliver(tick, process, &atom("hello")),
            2 => script.state(tick, process, &atom("idle")),
            _ => script.register(tick, process, "cart"),
        };
    }
}

fn ids(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.id.clone()).collect()
}

quickcheck! {
    fn neighbours_are_those_of_the_whole_order(steps: Vec<(u8, u8, u8)>, at: u8, n: (u8, u8), bits: u8, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep) + 1);
        script.spawn(1, pid(1), pid(0));
        story(&mut script, &steps);
        let trace = script.trace();
        let mut all: Vec<(OrderKey, EventId, bool)> = script
            .written
            .iter()
            .filter(|written| written.key >= trace.low_watermark(written.id.class))
            .map(|written| {
                let of_class = bits & 1 == 0 || written.id.class.name() == "state";
                (written.key, written.id, of_class && (bits & 2 == 0 || written.process == Some(pid(1))))
            })
            .collect();
        all.sort_unstable();
        let (key, id, _) = all[usize::from(at) % all.len()];
        let by_time = bits & 4 == 4;
        let (before, after) = (usize::from(n.0 % 4), usize::from(n.1 % 4));
        let place = if by_time { (OrderKey::at(key.tick), None) } else { (key, Some(id)) };
        let wanted = || all.iter().filter(|(.., wanted)| *wanted);
        let earlier: Vec<String> =
            wanted().filter(|(key, id, _)| (*key, Some(*id)) < place).map(|(_, id, _)| id.to_string()).collect();
        let later = wanted().filter(|(key, id, _)| (*key, Some(*id)) > place).map(|(_, id, _)| id.to_string());

        let found = around(&trace, EventsAroundRequest {
            n_before: Some(before as u32),
            n_after: Some(after as u32),
            classes: (bits & 1 == 1).then(|| vec!["state".into()]),
            process: (bits & 2 == 2).then(|| "<0.1.0>".into()),
            ..request(if by_time { Moment::Time(key.tick) } else { Moment::Id(id.to_string()) })
        }).expect("neighbours");
        ids(&found.before) == earlier[earlier.len().saturating_sub(before)..]
            && ids(&found.after) == later.take(after).collect::<Vec<_>>()
            && found.event.map(|event| event.id) == (!by_time).then(|| id.to_string())
    }
}

#[test]
fn an_event_that_is_gone_or_never_was_is_an_error() {
    let mut script = Script::keeping(1);
    let first = script.state(1, pid(1), &atom("first")).to_string();
    script.state(2, pid(1), &atom("second"));
    let trace = script.trace();
    let at = |id: &str| around(&trace, request(Moment::Id(id.into()))).expect_err(id).code();
    assert_eq!((at(&first), at("state-9-9"), at("nine")), ("evicted", "not_found", "bad_argument"));
    let many = EventsAroundRequest { n_after: Some(100_001), ..request(Moment::Time(1)) };
    assert_eq!(around(&trace, many).expect_err("too many").code(), "bad_argument");
}

#[test]
fn the_event_alone_is_an_answer() {
    let mut script = Script::new();
    let id = script.deliver(3, pid(1), &atom("hello")).to_string();
    let alone = EventsAroundRequest { n_before: Some(0), n_after: Some(0), ..request(Moment::Id(id.clone())) };
    let found = around(&script.trace(), alone).expect("the event");
    let event = found.event.expect("itself");
    assert_eq!((event.id, event.time, found.before.len(), found.after.len()), (id, 3, 0, 0));
}
