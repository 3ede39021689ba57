//! The difference of two terms: applied to the first it gives the second, and of terms that were cut it claims nothing that their whole
//! values contradict.

use quickcheck::{Arbitrary, Gen, quickcheck};
use scope_core::ProcessKey;
use scope_core::term::diff::{Change, ChangeKind, Diff, Limits, Place, Verdict, diff, path_text};
use scope_core::term::{Opaque, Term};
use std::collections::{BTreeMap, VecDeque};

const KEYS: [&str; 5] = ["id", "items", "total", "name", "opts"];

fn atom(text: &str) -> Term {
    Term::Atom(text.into())
}

fn int(value: i64) -> Term {
    Term::Integer(value)
}

fn list(elements: Vec<Term>) -> Term {
    Term::List(elements, None)
}

fn pick(g: &mut Gen, n: usize) -> usize {
    usize::arbitrary(g) % n
}

fn scalar(g: &mut Gen) -> Term {
    match pick(g, 7) {
        0 | 1 => int(pick(g, 4) as i64),
        2 => atom(KEYS[pick(g, 5)]),
        3 => Term::Binary(vec![b'a'; pick(g, 4)]),
        4 => Term::Float(pick(g, 3) as f64),
        5 => Term::Pid(ProcessKey { number: pick(g, 2) as u32, serial: 0, incarnation: 1 + pick(g, 2) as u32 }),
        _ => Term::Big(true, vec![1, 2, 3, 4, 5, 6, 7, 8, 1 + pick(g, 2) as u8].into()),
    }
}

fn term(g: &mut Gen, depth: usize) -> Term {
    let n = pick(g, 5);
    if depth == 0 {
        return scalar(g);
    }
    match pick(g, 7) {
        0 | 1 => list((0..n).map(|_| term(g, depth - 1)).collect()),
        2 => Term::Tuple((0..n).map(|_| term(g, depth - 1)).collect()),
        3 => {
            let first = pick(g, 5);
            let keys = (0..n).map(|k| KEYS[(first + k) % 5]);
            Term::Map(keys.map(|key| (atom(key), term(g, depth - 1))).collect())
        }
        4 => {
            let first = pick(g, 5);
            let pair = |key: &str, value| Term::Tuple(vec![atom(key), value]);
            list((0..n).map(|k| pair(KEYS[(first + k * 2) % 5], term(g, depth - 1))).collect())
        }
        5 if n > 0 => {
            let tail = scalar(g);
            Term::List((0..n).map(|_| term(g, depth - 1)).collect(), Some(Box::new(tail)))
        }
        _ => scalar(g),
    }
}

/// The same term with some places made anew, elements put in, taken out and moved.
fn edited(g: &mut Gen, from: &Term) -> Term {
    if pick(g, 12) == 0 {
        return term(g, 2);
    }
    match from {
        Term::Tuple(elements) => Term::Tuple(elements.iter().map(|element| edited(g, element)).collect()),
        Term::List(elements, tail) => {
            let mut elements: Vec<Term> = elements.iter().map(|element| edited(g, element)).collect();
            for _ in 0..pick(g, 3) {
                let (at, to) = (pick(g, elements.len() + 1), pick(g, elements.len() + 1));
                match pick(g, 3) {
                    0 => elements.insert(at, term(g, 1)),
                    1 if at < elements.len() => drop(elements.remove(at)),
                    _ if at < elements.len() && to < elements.len() => elements.swap(at, to),
                    _ => {}
                }
            }
            let tail = tail.clone().filter(|_| !elements.is_empty());
            Term::List(elements, tail)
        }
        Term::Map(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.clone(), edited(g, value))).collect();
            if pick(g, 3) == 0 {
                pairs.pop();
            }
            let key = atom(KEYS[pick(g, 5)]);
            if pick(g, 3) == 0 && pairs.iter().all(|(other, _)| *other != key) {
                pairs.insert(0, (key, term(g, 1)));
            }
            Term::Map(pairs)
        }
        scalar => scalar.clone(),
    }
}

#[derive(Clone, Debug)]
struct Two(Term, Term);

impl Arbitrary for Two {
    fn arbitrary(g: &mut Gen) -> Self {
        let a = term(g, 3);
        let b = if pick(g, 5) == 0 { term(g, 3) } else { edited(g, &a) };
        Self(a, b)
    }
}

/// A term as a recorder with little room would have kept it.
fn cut(g: &mut Gen, whole: &Term) -> Term {
    if pick(g, 9) == 0 {
        return match (pick(g, 5), whole) {
            (0, _) => Term::Redacted,
            (1, Term::Integer(_) | Term::Big(..)) => Term::Opaque(Opaque::Integer, 0),
            (2, _) => Term::Opaque(Opaque::Other, pick(g, 3) as u64),
            _ => Term::Cut,
        };
    }
    let size = match whole {
        Term::Binary(bytes) => bytes.len(),
        Term::Tuple(parts) | Term::List(parts, _) => parts.len(),
        Term::Map(pairs) => pairs.len(),
        _ => 0,
    };
    let shorter = size > 0 && pick(g, 4) == 0;
    match whole {
        Term::Binary(bytes) if shorter => Term::BinaryCut(bytes[..bytes.len() / 2].into(), bytes.len() as u64),
        Term::Tuple(elements) => {
            let kept = elements.iter().take(if shorter { elements.len() / 2 } else { usize::MAX });
            let kept: Vec<Term> = kept.map(|element| cut(g, element)).collect();
            if shorter { Term::TupleCut(kept, elements.len() as u32) } else { Term::Tuple(kept) }
        }
        Term::List(elements, tail) => {
            let n = if shorter { elements.len() / 2 } else { elements.len() };
            let kept = elements[..n].iter().map(|element| cut(g, element)).collect();
            if shorter { Term::List(kept, Some(Box::new(Term::Cut))) } else { Term::List(kept, tail.clone()) }
        }
        Term::Map(pairs) => {
            let n = if shorter { pairs.len() / 2 } else { pairs.len() };
            let kept = pairs[..n]
                .iter()
                .map(|(key, value)| {
                    let key = if pick(g, 20) == 0 { Term::Cut } else { key.clone() };
                    (key, cut(g, value))
                })
                .collect();
            if shorter { Term::MapCut(kept, pairs.len() as u32) } else { Term::Map(kept) }
        }
        scalar => scalar.clone(),
    }
}

/// Two whole terms, and what was recorded of each.
#[derive(Clone, Debug)]
struct Recorded {
    whole: (Term, Term),
    kept: (Term, Term),
}

impl Arbitrary for Recorded {
    fn arbitrary(g: &mut Gen) -> Self {
        let Two(a, b) = Two::arbitrary(g);
        let b = if pick(g, 3) == 0 { a.clone() } else { b };
        let kept = (cut(g, &a), cut(g, &b));
        Self { whole: (a, b), kept }
    }
}

/// A term whose maps have one order.
fn canonical(term: &Term) -> Term {
    match term {
        Term::Tuple(elements) => Term::Tuple(elements.iter().map(canonical).collect()),
        Term::List(elements, tail) => {
            Term::List(elements.iter().map(canonical).collect(), tail.as_ref().map(|tail| Box::new(canonical(tail))))
        }
        Term::Map(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.clone(), canonical(value))).collect();
            pairs.sort_by_key(|(key, _)| format!("{key:?}"));
            Term::Map(pairs)
        }
        scalar => scalar.clone(),
    }
}

/// The first term with the changes made that lie under the place `depth` steps in.
fn applied(term: &Term, changes: &[&Change<'_>], depth: usize) -> Term {
    let whole = changes.iter().find(|change| change.path.len() == depth && change.kind == ChangeKind::Changed);
    if let Some(change) = whole {
        return change.after.expect("a changed place has a value").clone();
    }
    let under = |n: usize, is_tail: bool| -> Vec<&Change<'_>> {
        let at = |change: &&&Change<'_>| {
            change
                .path
                .get(depth)
                .is_some_and(|step| step.before == Some(n as u32) && (step.place == Place::Tail) == is_tail)
        };
        changes.iter().filter(at).copied().collect()
    };
    // A pair of a keyword list is one place with two steps.
    let reach = |change: &Change<'_>| depth + if is_pair(change, depth) { 2 } else { 1 };
    let is = |change: &Change<'_>, kind| change.kind == kind && change.path.len() == reach(change);
    let added = changes.iter().filter(|change| change.path.len() > depth && is(change, ChangeKind::Added));
    match term {
        Term::Tuple(elements) => {
            let element = |(n, element)| applied(element, &under(n, false), depth + 1);
            Term::Tuple(elements.iter().enumerate().map(element).collect())
        }
        Term::Map(pairs) => {
            let mut made: Vec<(Term, Term)> = Vec::new();
            for (n, (key, value)) in pairs.iter().enumerate() {
                let changes = under(n, false);
                if !changes.iter().any(|change| is(change, ChangeKind::Removed)) {
                    made.push((key.clone(), applied(value, &changes, depth + 1)));
                }
            }
            for change in added {
                let Place::Key(key) = change.path[depth].place else { panic!("a map has keys") };
                made.push((key.clone(), change.after.expect("a value").clone()));
            }
            Term::Map(made)
        }
        Term::List(elements, tail) => {
            let (mut placed, mut kept) = (BTreeMap::new(), VecDeque::new());
            for (n, element) in elements.iter().enumerate() {
                let changes = under(n, false);
                if changes.iter().any(|change| is(change, ChangeKind::Removed)) {
                    continue;
                }
                let made = match (element, changes.first()) {
                    (Term::Tuple(pair), Some(change)) if is_pair(change, depth) => {
                        Term::Tuple(vec![pair[0].clone(), applied(&pair[1], &changes, depth + 2)])
                    }
                    _ => applied(element, &changes, depth + 1),
                };
                match changes.iter().find(|change| is(change, ChangeKind::Moved)) {
                    Some(moved) => drop(placed.insert(moved.path[depth].after.expect("it is there"), made)),
                    None => kept.push_back(made),
                }
            }
            for change in added.filter(|change| change.path[depth].place != Place::Tail) {
                let value = change.after.expect("a value").clone();
                let made = match change.path[depth].place {
                    Place::Key(key) => Term::Tuple(vec![key.clone(), value]),
                    _ => value,
                };
                placed.insert(change.path[depth].after.expect("it is there"), made);
            }
            let n = (placed.len() + kept.len()) as u32;
            let made = (0..n).map(|n| placed.remove(&n).or_else(|| kept.pop_front()).expect("an element")).collect();
            let of_tail: Vec<_> = changes
                .iter()
                .filter(|change| change.path.get(depth).is_some_and(|step| step.place == Place::Tail))
                .copied()
                .collect();
            let tail = match tail {
                _ if of_tail.iter().any(|change| is(change, ChangeKind::Removed)) => None,
                Some(tail) => Some(Box::new(applied(tail, &of_tail, depth + 1))),
                None => of_tail.first().map(|change| Box::new(change.after.expect("a tail").clone())),
            };
            Term::List(made, tail)
        }
        scalar => scalar.clone(),
    }
}

fn is_pair(change: &Change<'_>, depth: usize) -> bool {
    change.path.get(depth + 1).is_some_and(|step| step.place == Place::Value)
}

fn of<'t>(a: &'t Term, b: &'t Term) -> Diff<'t> {
    diff(a, b, Limits { changes: usize::MAX, ..Limits::default() })
}

fn gives(a: &Term, b: &Term, found: &Diff<'_>) -> bool {
    canonical(&applied(a, &found.changes.iter().collect::<Vec<_>>(), 0)) == canonical(b)
}

/// The length of a longest common subsequence, by trying everything.
fn longest_common(a: &[u8], b: &[u8]) -> usize {
    match (a, b) {
        ([x, a @ ..], [y, b @ ..]) if x == y => 1 + longest_common(a, b),
        ([_, rest_a @ ..], [_, rest_b @ ..]) => longest_common(rest_a, b).max(longest_common(a, rest_b)),
        _ => 0,
    }
}

fn shown(found: &Diff<'_>) -> Vec<String> {
    found.changes.iter().map(|change| format!("{} {}", change.kind.name(), path_text(&change.path))).collect()
}

quickcheck! {
    fn a_diff_applied_to_the_first_gives_the_second(terms: Two, cells: u8) -> bool {
        let Two(a, b) = terms;
        let found = of(&a, &b);
        let coarse = diff(&a, &b, Limits { changes: usize::MAX, cells: cells.into(), ..Limits::default() });
        let equal = canonical(&a) == canonical(&b);
        gives(&a, &b, &found)
            && gives(&a, &b, &coarse)
            && found.verdict == if equal { Verdict::Equal } else { Verdict::Different }
            && found.changes.is_empty() == equal
    }

    fn a_term_does_not_differ_from_itself(terms: Two) -> bool {
        let found = of(&terms.0, &terms.0);
        found.verdict == Verdict::Equal && found.changes.is_empty()
    }

    fn what_was_cut_is_never_claimed(recorded: Recorded) -> bool {
        let Recorded { whole: (a, b), kept: (kept_a, kept_b) } = recorded;
        match of(&kept_a, &kept_b).verdict {
            Verdict::Equal => canonical(&a) == canonical(&b) && canonical(&kept_a) == canonical(&a),
            Verdict::Different => canonical(&a) != canonical(&b),
            Verdict::Unknown => true,
        }
    }

    fn what_was_cut_is_unknown_even_beside_itself(recorded: Recorded) -> bool {
        let kept = &recorded.kept.0;
        let found = of(kept, kept);
        let is_whole = canonical(kept) == canonical(&recorded.whole.0);
        found.verdict == if is_whole { Verdict::Equal } else { Verdict::Unknown }
            && found.changes.is_empty() == is_whole
            && found.changes.iter().all(|change| change.kind == ChangeKind::Unknown)
    }

    fn as_many_elements_stay_as_can(a: Vec<u8>, b: Vec<u8>) -> bool {
        let small = |bytes: Vec<u8>| bytes.into_iter().take(9).map(|byte| byte % 5).collect::<Vec<u8>>();
        let (a, b) = (small(a), small(b));
        let terms = |bytes: &[u8]| list(bytes.iter().map(|byte| int((*byte).into())).collect());
        let (left, right) = (terms(&a), terms(&b));
        let found = of(&left, &right);
        let gone = |change: &&Change<'_>| !matches!(change.kind, ChangeKind::Added | ChangeKind::Unknown);
        a.len() - found.changes.iter().filter(gone).count() == longest_common(&a, &b)
    }

    fn pages_make_up_all_changes(terms: Two, page: u8) -> bool {
        let (Two(a, b), page) = (terms, usize::from(page % 4) + 1);
        let whole = of(&a, &b);
        let mut changes = Vec::new();
        while changes.len() < whole.n_changes {
            let found = diff(&a, &b, Limits { skip: changes.len(), changes: page, ..Limits::default() });
            if found.n_changes != whole.n_changes || found.verdict != whole.verdict || found.changes.is_empty() {
                return false;
            }
            changes.extend(found.changes);
        }
        changes == whole.changes
    }
}

#[test]
fn every_kind_of_collection_says_where() {
    let item = |name: &str, n| Term::Map(vec![(atom("name"), atom(name)), (atom("n"), int(n))]);
    let opt = |key: &str, n| Term::Tuple(vec![atom(key), int(n)]);
    let text_key = |n| Term::Map(vec![(Term::Binary(b"k".to_vec()), int(n)), (int(1), int(n))]);
    for (a, b, expected) in [
        (list(vec![item("desk", 1)]), list(vec![item("lamp", 9), item("desk", 1)]), vec!["added [0]"]),
        (list(vec![item("desk", 1)]), list(vec![item("desk", 2)]), vec!["changed [0].n"]),
        (list(vec![int(1), int(2), int(3)]), list(vec![int(3), int(1), int(2)]), vec!["moved [0]"]),
        (list(vec![opt("a", 1), opt("b", 2)]), list(vec![opt("b", 3)]), vec!["removed .a", "changed .b"]),
        (list(vec![opt("a", 1), opt("b", 2)]), list(vec![opt("b", 2), opt("a", 1)]), vec!["moved .a"]),
        (text_key(1), text_key(2), vec!["changed [\"k\"]", "changed [1]"]),
        (Term::Tuple(vec![atom("ok"), int(1)]), Term::Tuple(vec![atom("ok"), int(2)]), vec!["changed [1]"]),
        (Term::Tuple(vec![int(1)]), Term::Tuple(vec![]), vec!["changed "]),
        (Term::List(vec![int(1)], Some(Box::new(int(2)))), list(vec![int(1)]), vec!["removed [tail]"]),
    ] {
        assert_eq!(shown(&of(&a, &b)), expected, "{a:?} {b:?}");
    }
}

#[test]
fn structs_of_two_modules_are_two_values() {
    let of_module = |name: &str| Term::Map(vec![(atom("__struct__"), atom(name)), (atom("n"), int(1))]);
    assert_eq!(shown(&of(&of_module("Elixir.A"), &of_module("Elixir.B"))), ["changed "]);
}

#[test]
fn what_is_there_of_a_cut_place_is_evidence() {
    let cut = |text: &str, total| Term::BinaryCut(text.as_bytes().into(), total);
    for (a, b, verdict) in [
        (cut("abc", 9), cut("abc", 9), Verdict::Unknown),
        (cut("abc", 9), cut("abd", 9), Verdict::Different),
        (cut("abc", 9), cut("abc", 8), Verdict::Different),
        (cut("abc", 4), Term::Binary(b"abcd".to_vec()), Verdict::Unknown),
        (cut("abc", 4), Term::Binary(b"xbcd".to_vec()), Verdict::Different),
        (Term::Opaque(Opaque::Function, 0), Term::Opaque(Opaque::Function, 0), Verdict::Unknown),
        (Term::Opaque(Opaque::Bitstring, 1), Term::Opaque(Opaque::Bitstring, 2), Verdict::Different),
        (Term::Opaque(Opaque::Function, 0), int(1), Verdict::Different),
        (Term::Redacted, Term::Redacted, Verdict::Unknown),
        (Term::MapCut(vec![], 3), Term::Map(vec![]), Verdict::Different),
        (Term::TupleCut(vec![int(1)], 3), Term::TupleCut(vec![int(2)], 3), Verdict::Different),
        (Term::List(vec![int(1)], Some(Box::new(Term::Cut))), list(vec![]), Verdict::Different),
        (Term::List(vec![int(1)], Some(Box::new(Term::Cut))), list(vec![int(1), int(2)]), Verdict::Unknown),
    ] {
        assert_eq!(of(&a, &b).verdict, verdict, "{a:?} {b:?}");
        assert_eq!(of(&b, &a).verdict, verdict, "{b:?} {a:?}");
    }
}

#[test]
fn long_and_deep_terms_are_compared_within_bounds() {
    let many = |n: i64, first: i64| list((0..n).map(|n| int((n * 7 + first) % 1_000)).collect());
    let (a, b) = (many(100_000, 0), many(100_000, 3));
    let found = diff(&a, &b, Limits::default());
    assert!(found.coarse && found.verdict == Verdict::Different && found.changes.len() == 1_000);
    let (a, b) = (many(2_000, 0), many(2_001, 3));
    let found = of(&a, &b);
    assert!(found.coarse && gives(&a, &b, &found));

    let deep = |depth: usize, end: i64| (0..depth).fold(int(end), |inner, _| Term::Tuple(vec![inner]));
    assert_eq!(of(&deep(120, 1), &deep(120, 2)).verdict, Verdict::Different);
    assert_eq!(of(&deep(200, 1), &deep(200, 2)).verdict, Verdict::Unknown);
}
