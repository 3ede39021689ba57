//! `compare_states`, `state_changes` and `analyze_state_change` against every state that was written.

use crate::script::{Script, ask, atom, pages, pid};
use quickcheck::quickcheck;
use scope_core::term::Term;
use scope_core::trace::Trace;
use scope_core::{EventId, OrderKey};
use scope_query::Answer;
use scope_query::Error;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::Like;
use scope_query::requests::Moment;
use scope_query::requests::Wanted;
use scope_query::requests::analyze_state_change::AnalyzeStateChangeRequest;
use scope_query::requests::analyze_state_change::Transition;
use scope_query::requests::compare_states::CompareStatesRequest;
use scope_query::requests::compare_states::Comparison;
use scope_query::requests::state_changes::StateChange;
use scope_query::requests::state_changes::StateChangesRequest;

fn compare(was: Moment, became: Moment) -> CompareStatesRequest {
    CompareStatesRequest { process: Some("<0.1.0>".into()), was, became, limit: None, after: None }
}

fn compared(trace: &Trace, request: CompareStatesRequest) -> Result<Comparison, Error> {
    match ask(trace, Request::CompareStates(request))?.data {
        Data::CompareStates(comparison) => Ok(comparison),
        data => panic!("a comparison, not {data:?}"),
    }
}

fn watch(path: &str) -> StateChangesRequest {
    StateChangesRequest {
        process: "<0.1.0>".into(),
        path: Some(path.into()),
        from: None,
        to: None,
        limit: None,
        after: None,
    }
}

fn changes(answer: Answer) -> Vec<StateChange> {
    match answer.data {
        Data::StateChanges(changes) => changes,
        Data::Events(none) if none.is_empty() => vec![],
        data => panic!("changes, not {data:?}"),
    }
}

fn analyze(was: Wanted, became: Wanted) -> AnalyzeStateChangeRequest {
    AnalyzeStateChangeRequest {
        process: "<0.1.0>".into(),
        was,
        became,
        from: None,
        to: None,
        limit: None,
        causes: None,
        after: None,
    }
}

fn transitions(answer: Answer) -> Vec<Transition> {
    match answer.data {
        Data::AnalyzeStateChange(transitions) => transitions,
        data => panic!("transitions, not {data:?}"),
    }
}

fn like(text: &str) -> Wanted {
    Wanted::Like(Like { like: text.into() })
}

fn state(total: u8, first: Option<u8>, hidden: bool) -> Term {
    let total = if hidden { Term::Cut } else { Term::Integer(total.into()) };
    let items = first.map(|n| Term::Map(vec![(atom("n"), Term::Integer(n.into()))]));
    Term::Map(vec![(atom("total"), total), (atom("items"), Term::List(items.into_iter().collect(), None))])
}

/// A state as it was written: id, key, total (`None`: cut), first item.
type Written = (EventId, OrderKey, Option<u8>, Option<u8>, Option<String>);

/// Process 1 shows states with a total of 0..3 and perhaps an item; process 2 does, too, in between.
fn story(script: &mut Script, steps: &[(u8, u8)]) -> Vec<Written> {
    let (mut written, mut cause) = (Vec::new(), None);
    for (tick, (bits, step)) in (1..).zip(steps) {
        let tick = tick / u64::from(step % 2 + 1).max(1);
        let tick = tick.max(script.written.last().map_or(0, |last| last.key.tick));
        if bits & 64 == 64 {
            cause = Some(script.handle(tick, pid(1), &atom("work")).to_string());
        }
        let (total, item, hidden) = (bits & 3, (bits & 4 == 4).then_some(bits >> 3 & 1), bits & 48 == 48);
        if step % 5 == 4 {
            script.state(tick, pid(2), &state(total, item, hidden));
            continue;
        }
        let id = script.state(tick, pid(1), &state(total, item, hidden));
        let key = script.written.last().expect("the state").key;
        written.push((id, key, (!hidden).then_some(total), item, cause.take()));
    }
    written
}

quickcheck! {
    fn a_part_changed_where_neighbouring_states_differ(steps: Vec<(u8, u8)>) -> bool {
        let mut script = Script::new();
        let written = story(&mut script, &steps);
        let mut expected = (Vec::new(), Vec::new());
        for pair in written.windows(2) {
            let ((.., x, i, _), (id, _, y, j, cause)) = (&pair[0], &pair[1]);
            let verdict = match (x, y) {
                (Some(x), Some(y)) if x == y => None,
                (Some(_), Some(_)) => Some("different"),
                _ => Some("unknown"),
            };
            expected.0.extend(verdict.map(|verdict| (id.to_string(), verdict.to_string(), cause.clone())));
            let gone = |n: &Option<u8>| n.map(|n| n.to_string());
            if i != j {
                expected.1.push((id.to_string(), gone(i), gone(j)));
            }
        }
        if written.is_empty() {
            return true;
        }
        let trace = script.trace();
        let total = changes(ask(&trace, Request::StateChanges(watch("total"))).expect("changes"));
        let total = total.into_iter().map(|row| (row.id, row.difference.verdict.to_string(), row.cause.map(|cause| cause.id)));
        let item = changes(ask(&trace, Request::StateChanges(watch(".items[0][:n]"))).expect("changes"));
        let item = item.into_iter().map(|row| (row.id, row.before.map(|t| t.text.to_string()), row.after.map(|t| t.text.to_string())));
        total.collect::<Vec<_>>() == expected.0 && item.collect::<Vec<_>>() == expected.1
    }

    fn pages_make_up_all_state_changes(steps: Vec<(u8, u8)>, limit: u8, keep: u8) -> bool {
        let mut script = Script::keeping(u64::from(keep % 32) + 1);
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let trace = script.trace();
        let whole = changes(ask(&trace, Request::StateChanges(watch(""))).expect("changes"));
        let limit = Some(u32::from(limit % 3) + 1);
        pages(&trace, |after| Request::StateChanges(StateChangesRequest { limit, after, ..watch("") }), changes) == whole
    }

    fn transitions_are_those_a_walk_finds(steps: Vec<(u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        let written = story(&mut script, &steps);
        if written.is_empty() {
            return true;
        }
        let may_be = |total: &Option<u8>, wanted: u8| total.is_none_or(|total| total == wanted);
        let mut expected = Vec::new();
        for (n, (id, _, total, _, cause)) in written.iter().enumerate().filter(|(_, state)| may_be(&state.2, 2)) {
            // The latest before it that is wanted, unless another that is wanted as the second lies between.
            let Some(from) = written[..n].iter().rposition(|state| may_be(&state.2, 1)) else { continue };
            if !written[from + 1..n].iter().any(|state| may_be(&state.2, 2)) {
                let certain = written[from].2.is_some() && total.is_some();
                expected.push((written[from].0.to_string(), id.to_string(), certain, (n - from - 1) as u64, cause.clone()));
            }
        }
        let trace = script.trace();
        let request = analyze(like("%{total: 1, ...}"), like("%{total: 2, items: _}"));
        let limit = Some(u32::from(limit % 3) + 1);
        let step = |after| Request::AnalyzeStateChange(AnalyzeStateChangeRequest { limit, after, ..request.clone() });
        let rows = |answer: Answer| match answer.data {
            Data::AnalyzeStateChange(rows) => rows,
            data => panic!("transitions, not {data:?}"),
        };
        let found = pages(&trace, step, rows).into_iter();
        let found = found.map(|row| (row.was.id, row.became.id, row.certain, row.n_between, row.trigger.map(|e| e.id)));
        found.collect::<Vec<_>>() == expected
    }

    fn two_times_are_compared_as_their_states_are(steps: Vec<(u8, u8)>, a: u8, b: u8) -> bool {
        let mut script = Script::new();
        let written = story(&mut script, &steps);
        let trace = script.trace();
        let at = |time: u64| written.iter().rfind(|state| state.1.tick <= time).map(|state| state.0.to_string());
        let (a, b) = (u64::from(a % 64), u64::from(b % 64));
        match (at(a), at(b), compared(&trace, compare(Moment::Time(a), Moment::Time(b)))) {
            (Some(was), Some(became), Ok(by_time)) => {
                let by_id = compared(&trace, compare(Moment::Id(was), Moment::Id(became)));
                by_id == Ok(by_time)
            }
            (None, ..) | (_, None, _) => true,
            _ => false,
        }
    }
}

#[test]
fn a_change_names_both_places_in_terms_and_in_words() {
    let mut script = Script::new();
    let item = |n| Term::Map(vec![(atom("sku"), atom("desk")), (atom("quantity"), Term::Integer(n))]);
    let cart = |items: Vec<Term>| Term::Map(vec![(atom("items"), Term::List(items, None)), (atom("note"), Term::Cut)]);
    let was = script.state(1, pid(1), &cart(vec![item(1)])).to_string();
    script.state(2, pid(2), &cart(vec![]));
    let became = script.state(3, pid(1), &cart(vec![atom("lamp"), item(1), item(2)])).to_string();
    let trace = script.trace();
    let found = compared(&trace, compare(Moment::Id(was.clone()), Moment::Id(became.clone()))).expect("a comparison");
    let shown: Vec<_> =
        found.difference.changes.iter().map(|change| (&*change.kind, &*change.path, change.after.as_ref())).collect();
    assert_eq!(found.difference.verdict, "different");
    assert_eq!((shown[0].0, shown[0].1), ("added", ".items[0]"));
    let second = shown[1].2.expect("an item");
    assert_eq!(
        (shown[1].0, shown[1].1, &*second.id, second.complete),
        ("added", ".items[2]", &*format!("{became}/0/2"), true)
    );
    assert_eq!((shown[2].0, shown[2].1), ("unknown", ".note"));
    // A change's term is a term: it can be compared itself.
    let parts = compared(&trace, compare(Moment::Id(format!("{was}/0/0")), Moment::Id(format!("{became}/0/2"))));
    let parts = parts.expect("a comparison").difference;
    assert_eq!((&*parts.changes[0].path, parts.n_changes), (".quantity", 1));
    let nowhere = compared(&trace, compare(Moment::Id(format!("{was}/7")), Moment::Id(became)));
    assert_eq!(nowhere.expect_err("no such part").code(), "not_found");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let mut script = Script::new();
    script.state(5, pid(1), &Term::Integer(1));
    let later = script.state(6, pid(1), &Term::Integer(2)).to_string();
    let trace = script.trace();
    let code = |request| compared(&trace, request).expect_err("no comparison").code();
    assert_eq!(code(compare(Moment::Time(1), Moment::Time(6))), "not_traced");
    assert_eq!(
        code(CompareStatesRequest { process: None, ..compare(Moment::Time(5), Moment::Time(6)) }),
        "bad_argument"
    );
    let code =
        |was, became| ask(&trace, Request::AnalyzeStateChange(analyze(was, became))).expect_err("refused").code();
    let at = |time| Wanted::At(Moment::Time(time));
    assert_eq!(code(at(6), at(5)), "bad_argument");
    for bad in ["", "%{", "[1", "foo", "%{_ => 1}", "{1} 2", "%{a: 1, ..., b: 2}", &"[".repeat(500)] {
        assert_eq!(code(like(bad), at(6)), "bad_argument", "{bad}");
    }
    let found = ask(&trace, Request::AnalyzeStateChange(analyze(like("1"), Wanted::At(Moment::Id(later)))));
    assert_eq!(transitions(found.expect("a way")).len(), 1);
}

#[test]
fn patterns_are_terms_as_elixir_writes_them() {
    let pair = |key: &str, value| Term::Tuple(vec![atom(key), value]);
    let list = |elements| Term::List(elements, None);
    let text = |text: &str| Term::Binary(text.as_bytes().into());
    let cart = Term::Map(vec![(atom("__struct__"), atom("Elixir.Shop.Cart")), (atom("id"), Term::Integer(7))]);
    for (state, yes, no) in [
        (Term::Integer(-12), vec!["-12", "_"], vec!["12", "-12.0"]),
        (Term::Float(1.5), vec!["1.5"], vec!["1", "2.5"]),
        (text("a \"b\""), vec![r#""a \"b\"""#], vec![r#""a""#]),
        (atom("hello world"), vec![r#":"hello world""#], vec![":hello"]),
        (
            list(vec![pair("a", Term::Integer(1))]),
            vec!["[a: 1]", "[{:a, 1}]", "[a: _]", "[_]"],
            vec!["[]", "[a: 2]", "[_, _]"],
        ),
        (
            cart,
            vec!["%Shop.Cart{}", "%Shop.Cart{id: 7}", "%{id: 7, ...}"],
            vec!["%Shop.Cart{id: 8}", "%{id: 7}", "%Shop.Order{}"],
        ),
        (Term::Map(vec![(text("k"), atom("nil"))]), vec![r#"%{"k" => nil}"#, "%{...}"], vec!["%{}", "%{k: nil}"]),
    ] {
        let mut script = Script::new();
        script.state(1, pid(1), &atom("start"));
        script.state(2, pid(1), &state);
        let trace = script.trace();
        for (pattern, n) in yes.into_iter().map(|p| (p, 1)).chain(no.into_iter().map(|p| (p, 0))) {
            let request = analyze(Wanted::At(Moment::Time(1)), like(pattern));
            let found = transitions(ask(&trace, Request::AnalyzeStateChange(request)).expect(pattern));
            assert_eq!(found.len(), n, "{pattern} {state:?}");
        }
    }
}
