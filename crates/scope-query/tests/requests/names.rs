//! Which process a pid or a name means at a time.

use crate::script::{Script, again, ask, atom, pid};
use scope_core::trace::Trace;
use scope_query::Error;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::state_at::StateAtRequest;

/// The pid whose state a text means at a time.
fn meant(trace: &Trace, text: &str, time: u64) -> Result<String, Error> {
    match ask(trace, Request::StateAt(StateAtRequest { process: text.into(), time }))?.data {
        Data::StateAt(state) => Ok(state.process.pid),
        data => panic!("a state, not {data:?}"),
    }
}

/// `<0.1.0>` lives from 0 to 10 and holds `:holder` from 2; the next process with its pid lives from 20 and holds it from 22.
fn reused() -> Trace {
    let mut script = Script::new();
    script.spawn(0, pid(1), pid(0));
    script.state(1, pid(1), &atom("first"));
    script.register(2, pid(1), "holder");
    script.exit(10, pid(1), &atom("normal"));
    script.spawn(20, again(1, 2), pid(0));
    script.state(21, again(1, 2), &atom("second"));
    script.register(22, again(1, 2), "holder");
    script.state(23, again(1, 2), &atom("third"));
    script.trace()
}

#[test]
fn a_bare_pid_means_the_incarnation_alive_then() {
    let trace = reused();
    for text in ["<0.1.0>", "#PID<0.1.0>"] {
        assert_eq!(meant(&trace, text, 10).as_deref(), Ok("<0.1.0>"));
        assert_eq!(meant(&trace, text, 21).as_deref(), Ok("<0.1.0>~2"));
    }
    assert_eq!(meant(&trace, "<0.1.0>~2", 30).as_deref(), Ok("<0.1.0>~2"));
    // No process lived then: the latest is meant, and says so.
    assert_eq!(
        meant(&trace, "<0.1.0>", 15),
        Err(Error::NotFound("<0.1.0>~2 was not yet alive at 15: it was spawned at 20".into()))
    );
    assert_eq!(
        meant(&trace, "<0.1.0>~1", 15),
        Err(Error::NotFound("<0.1.0> was not alive at 15: it exited at 10".into()))
    );
}

#[test]
fn a_name_means_whoever_held_it_then() {
    let trace = reused();
    assert_eq!(meant(&trace, ":holder", 5).as_deref(), Ok("<0.1.0>"));
    assert_eq!(meant(&trace, "holder", 10).as_deref(), Ok("<0.1.0>"));
    assert_eq!(meant(&trace, ":holder", 25).as_deref(), Ok("<0.1.0>~2"));
    assert_eq!(
        meant(&trace, ":holder", 15),
        Err(Error::NotFound("no process was registered as :holder at 15; <0.1.0>~2 was from 22 to the end".into()))
    );
    assert_eq!(
        meant(&trace, "Shop.Cart", 15),
        Err(Error::NotFound("no process was ever registered as Shop.Cart; names the trace has seen: :holder".into()))
    );
}

#[test]
fn a_name_moves_while_its_holder_lives() {
    let mut script = Script::new();
    script.state(0, pid(1), &atom("a"));
    script.state(0, pid(2), &atom("b"));
    script.register(1, pid(1), "cart");
    script.unregister(3, pid(1), "cart");
    script.register(3, pid(2), "cart");
    script.unregister(5, pid(2), "cart");
    script.register(6, pid(1), "cart");
    let trace = script.trace();
    let meant = |time| meant(&trace, ":cart", time);
    assert_eq!(
        [meant(2), meant(3), meant(4), meant(6)].map(Result::unwrap),
        ["<0.1.0>", "<0.2.0>", "<0.2.0>", "<0.1.0>"]
    );
}

#[test]
fn names_taken_before_the_floor_are_kept() {
    let mut script = Script::new();
    let limits = scope_core::store::Limits { max_critical_events: 4, ..Default::default() };
    let header = scope_core::header::Header::default();
    *script.writer() = scope_core::writer::Writer::new(header, limits, 7);
    script.spawn(0, pid(1), pid(0));
    script.register(1, pid(1), "cart");
    script.state(2, pid(1), &atom("idle"));
    for n in 0..300 {
        script.spawn(10 + u64::from(n), pid(100 + n), pid(0));
    }
    let trace = script.trace();
    assert!(trace.low_watermark(scope_core::Class::Process).tick > 1);
    assert_eq!(meant(&trace, ":cart", 400).as_deref(), Ok("<0.1.0>"));
    assert_eq!(meant(&trace, "<0.1.0>", 400).as_deref(), Ok("<0.1.0>"));
}
