//! The API in JSON, to the byte.

use crate::script::{Script, To, atom, pid};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_query::answer_json;
use scope_query::requests::state_at::StateAtRequest;

fn shop() -> Script {
    let mut script = Script::new();
    script.spawn(1, pid(2), pid(1));
    script.register(2, pid(2), "cart");
    script.send(10, pid(1), &To::Name("cart"), &atom("add"));
    script.deliver(11, pid(2), &atom("add"));
    script.handle(15, pid(2), &atom("add"));
    script.state(16, pid(2), &Term::Integer(1));
    script
}

fn check(request: &str, expected: &str) {
    assert_eq!(answer_json(&shop().trace(), request), expected.replace('\n', ""));
}

#[test]
fn a_message_in_json() {
    check(
        r#"{"kind":"message_flow","a":"<0.1.0>","b":":cart"}"#,
        r#"{"data":[{"id":"message-0-0","sent_at":10,"from":{"pid":"<0.1.0>","name":null},"to":{"pid":"<0.2.0>","name":":cart"},
"sent_to":":cart","message":{"id":"message-0-0","text":":add","bytes":2,"complete":true},"delivered_at":11,"handled_at":15,
"waiting_ns":5,"delivery_ns":1,"queue_length":0,"matched":"matched","handling":"handled"}],
"coverage":{"from":1,"to":16,"watermark":16,"events":6,"dropped":[],"not_traced":[],"evicted_before":null,"truncated":false},
"next":null}"#,
    );
}

#[test]
fn a_state_in_json() {
    check(
        r#"{"kind":"state_at","process":"cart","time":20}"#,
        r#"{"data":{"id":"state-0-0","time":16,"process":{"pid":"<0.2.0>","name":":cart"},"module":"Shop.Cart",
"state":{"id":"state-0-0","text":"1","bytes":2,"complete":true},"at_termination":false,
"cause":{"id":"message-0-2","time":15,"class":"message","kind":"handled","process":{"pid":"<0.2.0>","name":":cart"},
"peer":null,"function":null,"atom":null,"term":{"id":"message-0-2","text":":add","bytes":2,"complete":true},"flags":[]}},
"coverage":{"from":16,"to":16,"watermark":16,"events":1,"dropped":[],"not_traced":[],"evicted_before":null,"truncated":false},
"next":null}"#,
    );
}

#[test]
fn a_refusal_in_json() {
    check(
        r#"{"kind":"state_at","process":"<0.7.0>","time":20}"#,
        r#"{"error":{"code":"not_found","message":"the trace has never seen <0.7.0>; it knows <0.1.0>, <0.2.0>"}}"#,
    );
}

#[test]
fn what_a_request_does_not_have_is_refused_by_name() {
    let refused = |request: &str, words: &[&str]| {
        let answer = answer_json(&shop().trace(), request);
        assert!(answer.starts_with(r#"{"error":{"code":"bad_argument","message":""#), "{answer}");
        for word in words {
            assert!(answer.contains(word), "{word} in {answer}");
        }
    };
    refused(r#"{"kind":"state"}"#, &["unknown variant `state`", "`state_timeline`", "`state_at`"]);
    refused(r#"{"kind":"info","limit":3}"#, &["unknown field `limit`"]);
    refused(r#"{"kind":"events","pid":"<0.1.0>"}"#, &["unknown field `pid`", "`process`"]);
    refused(r#"{"kind":"term","id":"state-0-0","depth":1}"#, &["unknown field `depth`", "`path`"]);
    refused(r#"{"kind":"state_timeline","process":"cart","form":1}"#, &["unknown field `form`", "`from`"]);
    refused(r#"{"kind":"state_at","process":"cart","at":1}"#, &["unknown field `at`", "`time`"]);
    refused(r#"{"kind":"message_flow","a":"x","b":"y","c":"z"}"#, &["unknown field `c`"]);
    refused(r#"{"kind":"execution_path"}"#, &["missing field `process`"]);
    refused(r#"{"kind":"state_at","process":"cart","time":1.5}"#, &["1.5", "u64"]);
    refused(r#"{"kind":"state_at","process":"cart","time":-1}"#, &["-1", "u64"]);
    refused(r#"{"limit":1}"#, &["missing field `kind`"]);
    refused("[]", &[]);
    refused("{", &["EOF"]);
}

#[test]
fn info_tells_what_is_held() {
    let answer = answer_json(&shop().trace(), r#"{"kind":"info"}"#);
    assert!(answer.contains(r#""source":"live","recorder_version":"0.1.0","node":"shop@host""#), "{answer}");
    assert!(answer.contains(r#""from":1,"to":16"#), "{answer}");
    assert!(answer.contains(r#""n_processes":2"#), "{answer}");
}

quickcheck! {
    fn any_text_gets_an_answer(text: String) -> bool {
        let answer = answer_json(&shop().trace(), &text);
        answer.starts_with(r#"{"error":{"code":"#)
    }

    fn any_process_text_gets_an_answer(process: String, time: u64) -> bool {
        let request = scope_query::Request::StateAt(StateAtRequest { process, time });
        let error = scope_query::answer(&shop().trace(), &request).err();
        error.is_none_or(|error| ["not_found", "bad_argument", "not_traced"].contains(&error.code()))
    }
}
