//! Terms survive every form they take, and no bytes, however damaged, make a reader panic, hang or allocate without bound.

#[path = "term/generate.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the other term tests")]
mod generate;

use generate::{AnyTerm, Random};
use quickcheck::{QuickCheck, TestResult};
use scope_core::term::etf::{Origin, to_etf};
use scope_core::term::inspect::{Limits, inspect};
use scope_core::term::localize::localize;
use scope_core::term::part::part;
use scope_core::term::read::read;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, Resolved, resolve};
use scope_core::term::write::write;
use scope_core::term::{MAX_DEPTH, Names, Opaque, Term, tag};
use scope_core::{AtomId, EntityId, ProcessKey, Symbols};

/// A symbol table in which ids are not the first numbers, so that a wrong one is seen.
fn symbols() -> Symbols {
    let mut symbols = Symbols::new();
    for i in 0..300 {
        symbols.intern_atom(&format!("taken {i}"));
        symbols.intern_process(ProcessKey::first(i, 9999));
    }
    symbols
}

/// A chunk's dictionary, whose ids are not the recorder's.
struct Local {
    atoms: Symbols,
    entities: Symbols,
}

impl Names for Local {
    fn atom_text(&self, id: AtomId) -> &str {
        self.atoms.atom_text(id)
    }

    fn process(&self, id: EntityId) -> Option<ProcessKey> {
        self.entities.process(id)
    }
}

fn in_flight(term: &Term, symbols: &mut Symbols) -> Vec<u8> {
    let mut out = Vec::new();
    write(term, symbols, &mut out);
    out
}

fn resolved(raw: &[u8], symbols: &mut Symbols) -> scope_core::error::Result<(Vec<u8>, Resolved)> {
    let mut out = vec![1, 2, 3];
    let found = resolve(raw, &mut Ids, symbols, &Redactor::new(&[]), 7, &mut out)?;
    Ok((out, found))
}

fn stored(term: &Term, symbols: &mut Symbols) -> Vec<u8> {
    let raw = in_flight(term, symbols);
    let (bytes, _) = resolved(&raw, symbols).expect("what we write resolves");
    let mut out = Vec::new();
    localize(&bytes, &mut |id| id, &mut |id| id, &mut out).expect("what we resolve localizes");
    out
}

fn is_exact(term: &Term) -> bool {
    match term {
        Term::BinaryCut(..) | Term::TupleCut(..) | Term::MapCut(..) | Term::Opaque(..) | Term::Redacted | Term::Cut => {
            false
        }
        Term::Tuple(parts) => parts.iter().all(is_exact),
        Term::List(parts, tail) => parts.iter().chain(tail.as_deref()).all(is_exact),
        Term::Map(pairs) => pairs.iter().all(|(key, value)| is_exact(key) && is_exact(value)),
        _ => true,
    }
}

#[test]
fn a_term_survives_being_written_resolved_localized_and_read() {
    fn property(AnyTerm(term): AnyTerm) -> bool {
        let mut symbols = symbols();
        let raw = in_flight(&term, &mut symbols);
        let (bytes, found) = resolved(&raw, &mut symbols).unwrap();
        assert_eq!(bytes, raw, "these words are ids already");
        assert_eq!(found.complete, is_exact(&term));
        let mut chunk = Symbols::new();
        for i in 0..200 {
            chunk.intern_atom(&format!("of the chunk {i}"));
        }
        let mut entities = Symbols::new();
        let mut out = vec![9];
        let mut atom = |id| chunk.intern_atom(symbols.atom(id));
        let mut entity = |id| entities.intern_entity(symbols.entity(id).unwrap());
        localize(&bytes, &mut atom, &mut entity, &mut out).unwrap();
        let local = out.split_off(1);
        assert!(local.len() <= raw.len() && out == [9]);
        read(&local, &Local { atoms: chunk, entities }).unwrap() == term
    }
    QuickCheck::new().tests(500).quickcheck(property as fn(AnyTerm) -> bool);
}

#[test]
fn equal_terms_have_equal_keys_and_others_do_not() {
    fn property(AnyTerm(a): AnyTerm, AnyTerm(b): AnyTerm) -> bool {
        let mut symbols = symbols();
        let [a1, a2, b1] = [&a, &a, &b].map(|term| {
            let raw = in_flight(term, &mut symbols);
            resolved(&raw, &mut symbols).unwrap().1.key
        });
        a1 == a2 && (a1 == b1) == (a == b)
    }
    QuickCheck::new().tests(500).quickcheck(property as fn(AnyTerm, AnyTerm) -> bool);
}

#[test]
fn parts_are_the_parts_of_the_tree() {
    fn children(term: &Term) -> Vec<(Option<Term>, Term)> {
        let plain = |parts: &[Term]| parts.iter().map(|part| (None, part.clone())).collect::<Vec<_>>();
        match term {
            Term::Tuple(parts) | Term::TupleCut(parts, _) | Term::List(parts, None) => plain(parts),
            Term::List(parts, Some(tail)) => plain(&[parts.as_slice(), &[tail.as_ref().clone()]].concat()),
            Term::Map(pairs) | Term::MapCut(pairs, _) => {
                pairs.iter().map(|(key, value)| (Some(key.clone()), value.clone())).collect()
            }
            _ => Vec::new(),
        }
    }
    fn check(whole: &[u8], path: &mut Vec<u32>, term: &Term, symbols: &Symbols) {
        let found = part(whole, path).unwrap().expect("the path exists");
        assert_eq!(&read(found.bytes, symbols).unwrap(), term);
        let expected = children(term);
        assert_eq!(found.size, expected.len() as u64);
        assert_eq!(found.children().count(), expected.len());
        for (child, (key, value)) in found.children().zip(&expected) {
            assert_eq!(child.key.map(|key| read(key.bytes, symbols).unwrap()), *key);
            path.push(child.step);
            check(whole, path, value, symbols);
            path.pop();
        }
        path.push(expected.len() as u32);
        assert_eq!(part(whole, path), Ok(None));
        path.pop();
    }
    fn property(AnyTerm(term): AnyTerm) -> bool {
        let mut symbols = symbols();
        let bytes = stored(&term, &mut symbols);
        check(&bytes, &mut Vec::new(), &term, &symbols);
        true
    }
    QuickCheck::new().tests(100).quickcheck(property as fn(AnyTerm) -> bool);
}

#[test]
fn places_that_are_not_exact_are_shown() {
    let (int, atom) = (Term::Integer, |text: &str| Term::Atom(text.into()));
    let cut = || Some(Box::new(Term::Cut));
    let pair = |key: &str, value| (atom(key), value);
    let set = Term::MapCut(vec![(int(97), Term::List(vec![], None))], 9);
    let cases = [
        (Term::Cut, "..."),
        (Term::Redacted, "#Redacted<>"),
        (Term::Opaque(Opaque::Function, 7), "#Function<...>"),
        (Term::Opaque(Opaque::RemotePid, 7), "#PID<...>"),
        (Term::Pid(ProcessKey { number: 5, serial: 0, incarnation: 2 }), "#PID<0.5.0>~2"),
        (Term::BinaryCut("caf\u{e9}".as_bytes()[..4].into(), 99), r#""caf" <> ..."#),
        (Term::BinaryCut(vec![1, 2], 99), "<<1, 2, ...>>"),
        (Term::BinaryCut(vec![], 99), r#""" <> ..."#),
        (Term::TupleCut(vec![int(1)], 3), "{1, ...}"),
        (Term::TupleCut(vec![], 3), "{...}"),
        (Term::List(vec![int(1)], cut()), "[1, ...]"),
        (Term::List(vec![], cut()), "[...]"),
        (Term::List(vec![int(97), int(98)], cut()), "'ab' ++ ..."),
        (Term::List(vec![Term::Tuple(vec![atom("a"), Term::Cut])], cut()), "[a: ..., ...]"),
        (Term::MapCut(vec![pair("a", int(1))], 3), "%{a: 1, ...}"),
        (Term::Map(vec![pair("a", int(1)), (Term::Cut, Term::Redacted)]), "%{:a => 1, ... => #Redacted<>}"),
        (Term::MapCut(vec![pair("__struct__", atom("Elixir.A.B")), pair("x", int(1))], 9), "%A.B{x: 1, ...}"),
        (Term::Map(vec![pair("__struct__", atom("Elixir.MapSet")), pair("map", set)]), "MapSet.new([97, ...])"),
        (
            Term::Map(vec![pair("__struct__", atom("Elixir.Date")), pair("year", Term::Redacted)]),
            "%Date{year: #Redacted<>}",
        ),
    ];
    let mut symbols = symbols();
    for (term, expected) in cases {
        let bytes = stored(&term, &mut symbols);
        assert_eq!(inspect(&bytes, &symbols, Limits::default()), expected, "{term:?}");
    }
}

#[test]
fn long_texts_end_in_dots() {
    let mut symbols = symbols();
    let bytes = stored(&Term::Tuple(vec![Term::Binary("\u{e9}".repeat(100).into())]), &mut symbols);
    let limits = Limits { text_bytes: 9, ..Limits::default() };
    assert_eq!(inspect(&bytes, &symbols, limits), "{\"\u{e9}\u{e9}\u{e9}...");
}

/// Every reader of either form, on bytes that may be anything.
fn read_all(bytes: &[u8], symbols: &mut Symbols) -> bool {
    let is_term = read(bytes, symbols).is_ok();
    assert!(inspect(bytes, symbols, Limits { text_bytes: 100, ..Limits::default() }).len() <= 103);
    let all = Limits { elements: Some(usize::MAX), printable: usize::MAX, text_bytes: usize::MAX };
    assert_eq!(inspect(bytes, symbols, all) == "#Damaged<>", !is_term);
    for origin in [Origin::Imported, Origin::Own { node: "n@h", creation: 1 }] {
        let mut out = vec![131];
        assert_eq!(to_etf(bytes, symbols, origin, &mut |_| false, &mut out).is_ok(), is_term);
        assert!(is_term || out == [131]);
    }
    if let Ok(Some(whole)) = part(bytes, &[]) {
        whole.children().for_each(drop);
    }
    if let Ok((out, _)) = resolved(bytes, symbols) {
        localize(&out, &mut |id| id, &mut |id| id, &mut Vec::new()).expect("what resolves localizes");
    }
    let _ = localize(bytes, &mut |id| id, &mut |id| id, &mut Vec::new());
    is_term
}

#[test]
fn damaged_bytes_are_refused_by_every_reader_alike() {
    fn property(AnyTerm(term): AnyTerm, seed: u64) -> TestResult {
        let mut symbols = symbols();
        let forms = [in_flight(&term, &mut symbols), stored(&term, &mut symbols)];
        let mut random = Random(seed);
        for form in forms {
            for _ in 0..20 {
                let mut bytes = form.clone();
                for _ in 0..=random.below(3) {
                    let at = random.below(bytes.len() as u64) as usize;
                    bytes[at] = random.next() as u8;
                }
                read_all(&bytes, &mut symbols);
                bytes.truncate(random.below(bytes.len() as u64) as usize);
                read_all(&bytes, &mut symbols);
            }
        }
        TestResult::passed()
    }
    QuickCheck::new().tests(200).quickcheck(property as fn(AnyTerm, u64) -> TestResult);
}

#[test]
fn random_bytes_are_refused_or_read() {
    let (mut symbols, mut random) = (symbols(), Random(5));
    for _ in 0..20_000 {
        let n = random.below(40);
        let bytes: Vec<u8> = (0..n)
            .map(|_| if random.below(2) == 0 { 97 + random.below(113) as u8 } else { random.below(6) as u8 })
            .collect();
        read_all(&bytes, &mut symbols);
    }
}

#[test]
fn the_end_of_a_term_is_known() {
    let mut symbols = symbols();
    let bytes = stored(&Term::Tuple(vec![Term::Integer(1), Term::Atom("ok".into())]), &mut symbols);
    assert!(read_all(&bytes, &mut symbols));
    for n in 0..bytes.len() {
        assert!(!read_all(&bytes[..n], &mut symbols), "{n} bytes");
    }
    assert!(!read_all(&[&bytes[..], &[tag::NIL]].concat(), &mut symbols));
}

#[test]
fn depth_and_counts_are_bounded() {
    let mut symbols = symbols();
    let nested = |depth: usize| [[tag::SMALL_TUPLE, 1].repeat(depth), vec![tag::NIL]].concat();
    assert!(read_all(&nested(MAX_DEPTH), &mut symbols));
    assert!(resolved(&nested(MAX_DEPTH), &mut symbols).is_ok());
    for depth in [MAX_DEPTH + 1, 1_000_000] {
        assert!(!read_all(&nested(depth), &mut symbols));
        assert!(resolved(&nested(depth), &mut symbols).is_err());
    }
    for head in [tag::LIST, tag::MAP, tag::LARGE_TUPLE, tag::TUPLE_CUT, tag::MAP_CUT, tag::BINARY, tag::LARGE_BIG] {
        let bytes = [vec![head], vec![255; 4], vec![tag::NIL; 100]].concat();
        assert!(!read_all(&bytes, &mut symbols), "{head}");
    }
    // Lists in one another, each cut: the work stays linear in the bytes.
    let lists = [[tag::LIST, 0, 0, 0, 1].repeat(MAX_DEPTH - 1), vec![tag::NIL], vec![tag::CUT; MAX_DEPTH - 1]].concat();
    assert!(read_all(&lists, &mut symbols));
}
