//! A dump answers as the live trace did, to the byte.

use crate::script::{Script, To, atom, pid};
use quickcheck::quickcheck;
use scope_core::file::{ReadLimits, read};
use scope_core::term::Term;
use scope_query::answer_json;

const REQUESTS: [&str; 8] = [
    r#"{"kind":"events","limit":20}"#,
    r#"{"kind":"events","process":":one","backward":true,"limit":20}"#,
    r#"{"kind":"state_timeline","process":"<0.1.0>"}"#,
    r#"{"kind":"state_at","process":":one","time":40}"#,
    r#"{"kind":"state_at","process":"<0.2.0>","time":9}"#,
    r#"{"kind":"message_flow","a":"<0.1.0>","b":"<0.2.0>"}"#,
    r#"{"kind":"execution_path","process":"<0.2.0>"}"#,
    r#"{"kind":"term","id":"state-0-1"}"#,
];

fn story(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 1;
    script.spawn(0, pid(2), pid(1));
    script.register(0, pid(1), "one");
    for (what, process, step) in steps {
        tick += u64::from(step % 3);
        let (here, there) = (pid(1 + u32::from(process % 2)), pid(1 + u32::from(process / 2 % 2)));
        let body = Term::Tuple(vec![atom("work"), Term::Integer(i64::from(process % 4))]);
        match what % 8 {
            0 => script.send(tick, here, &To::Pid(there), &body),
            1 => script.send(tick, here, &To::Name("one"), &body),
            2 | 3 => script.deliver(tick, there, &body),
            4 => script.handle(tick, here, &body),
            5 => script.state(tick, here, &body),
            6 => script.call(tick, here, "add"),
            _ => script.ret(tick, here, "add"),
        };
    }
}

quickcheck! {
    fn a_dump_answers_as_the_live_trace_did(steps: Vec<(u8, u8, u8)>, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep) + 1);
        story(&mut script, &steps);
        let live = script.trace();
        let watermark = live.watermark();
        let dump = script.writer().dump(watermark);
        let loaded = read(&dump, ReadLimits::default()).expect("a dump");
        REQUESTS.iter().all(|request| answer_json(&live, request) == answer_json(&loaded, request))
    }
}

#[test]
fn a_dump_says_it_is_one() {
    let mut script = Script::new();
    story(&mut script, &[]);
    let dump = script.writer().dump(1);
    let loaded = read(&dump, ReadLimits::default()).expect("a dump");
    let info = answer_json(&loaded, r#"{"kind":"info"}"#);
    let live = answer_json(&script.trace(), r#"{"kind":"info"}"#);
    assert!(info.starts_with(r#"{"data":{"source":"file","recorder_version":"0.1.0","node":"shop@host""#), "{info}");
    let held = |info: &str| {
        info.split_once(r#""from""#).map(|(_, held)| held.split_once(r#","bytes""#).unwrap().0.to_string())
    };
    assert_eq!(held(&info), held(&live));
}
