//! `term`: parts by path and children by page.

use crate::script::{Script, ask, atom, pid};
use quickcheck::quickcheck;
use scope_core::term::Term as Tree;
use scope_query::Error;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::term::TermPart;
use scope_query::requests::term::TermRequest;

fn part(script: &mut Script, id: &str, path: &[u32]) -> Result<TermPart, Error> {
    let request = TermRequest { id: id.into(), path: path.to_vec(), limit: None, after: None };
    match ask(&script.trace(), Request::Term(request))?.data {
        Data::Term(part) => Ok(part),
        data => panic!("a term, not {data:?}"),
    }
}

#[test]
fn a_part_is_found_by_its_path() {
    let mut script = Script::new();
    let items = Tree::List(vec![Tree::Tuple(vec![atom("desk"), Tree::Integer(2)])], None);
    let id = script
        .state(1, pid(1), &Tree::Map(vec![(atom("items"), items), (atom("total"), Tree::Integer(5))]))
        .to_string();
    let whole = part(&mut script, &id, &[]).expect("the term");
    assert_eq!((&*whole.kind, &*whole.text, whole.size), ("map", "%{items: [desk: 2], total: 5}", 2));
    assert_eq!(whole.children[0].key.as_deref(), Some(":items"));
    assert_eq!((whole.children[0].step, &*whole.children[0].text, whole.children[0].size), (0, "[desk: 2]", 1));
    let inner = part(&mut script, &id, &[0, 0, 1]).expect("a part");
    assert_eq!((&*inner.kind, &*inner.text, inner.size, inner.children.len()), ("integer", "2", 0, 0));
    assert_eq!(
        part(&mut script, &id, &[0, 7]),
        Err(Error::NotFound("path: [0, 7] leads nowhere in the term state-0-0".into()))
    );
}

#[test]
fn an_evicted_term_is_found_in_the_baseline_or_said_to_be_gone() {
    let mut script = Script::keeping(1);
    let first = script.state(1, pid(1), &atom("first")).to_string();
    let last = script.state(2, pid(1), &atom("last")).to_string();
    script.state(3, pid(2), &atom("other"));
    assert_eq!(part(&mut script, &last, &[]).expect("the last state").text, ":last");
    assert_eq!(part(&mut script, &first, &[]), Err(Error::Evicted("event state-0-0 has been evicted".into())));
    assert_eq!(part(&mut script, "state-9-9", &[]), Err(Error::NotFound("the trace has no event state-9-9".into())));
    let error = part(&mut script, "9-9", &[]).expect_err("no id");
    assert_eq!(error.code(), "bad_argument");
}

quickcheck! {
    fn pages_make_up_all_children(n: u8, limit: u8) -> bool {
        let mut script = Script::new();
        let list = Tree::List((0..i64::from(n)).map(Tree::Integer).collect(), None);
        let id = script.state(1, pid(1), &list).to_string();
        let trace = script.trace();
        let limit = Some(u32::from(limit % 9) + 1);
        let mut steps = Vec::new();
        let mut after = None;
        loop {
            let request = TermRequest { id: id.clone(), path: vec![], limit, after };
            let answer = ask(&trace, Request::Term(request)).expect("a page");
            let Data::Term(part) = answer.data else { panic!("a term") };
            steps.extend(part.children.iter().map(|child| child.step));
            after = answer.next;
            if after.is_none() {
                break;
            }
        }
        steps.into_iter().eq(0..u32::from(n))
    }
}
