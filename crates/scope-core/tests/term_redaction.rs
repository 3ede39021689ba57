//! A secret under a sensitive key is in nothing that `resolve` gives out: not in the bytes, not in a dictionary, not in the key.

#[path = "term/generate.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the other term tests")]
mod generate;

use generate::AnyTerm;
use quickcheck::QuickCheck;
use scope_core::term::localize::localize;
use scope_core::term::read::read;
use scope_core::term::redact::{DEFAULT_KEYS, Redactor};
use scope_core::term::resolve::{Resolved, Words, resolve};
use scope_core::term::write::write;
use scope_core::term::{MAX_DEPTH, Term};
use scope_core::{AtomId, EntityId, Symbols};

/// Words as the capture walk writes them: numbers that mean nothing without a table the recorder does not have yet.
struct Vm(Symbols);

impl Words for Vm {
    fn atom(&mut self, symbols: &mut Symbols, word: u64) -> AtomId {
        symbols.intern_atom(self.0.atom(AtomId(word as u32)))
    }

    fn pid(&mut self, symbols: &mut Symbols, word: u64) -> EntityId {
        symbols.intern_entity(self.0.entity(EntityId(word as u32)).expect("a pid the walk has seen"))
    }
}

/// What is left of a captured term.
fn kept(term: &Term, redactor: &Redactor) -> (Term, Resolved, Symbols) {
    let (mut raw, mut out, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    let (mut vm, mut symbols) = (Vm(Symbols::new()), Symbols::new());
    write(term, &mut vm.0, &mut raw);
    let found = resolve(&raw, &mut vm, &mut symbols, redactor, 1, &mut out).expect("it resolves");
    assert!(!contains(&out, b"hunter2"), "the secret is in the bytes of {term:?}");
    localize(&out, &mut |id| id, &mut |id| id, &mut stored).expect("it localizes");
    (read(&stored, &symbols).expect("it reads"), found, symbols)
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn atom(text: &str) -> Term {
    Term::Atom(text.into())
}

fn text(text: &str) -> Term {
    Term::Binary(text.into())
}

fn chars(text: &str) -> Term {
    Term::List(text.bytes().map(|byte| Term::Integer(byte.into())).collect(), None)
}

fn pair(key: Term, value: Term) -> Term {
    Term::Tuple(vec![key, value])
}

fn redacted(term: Term) -> Term {
    kept(&term, &Redactor::default()).0
}

#[test]
fn a_secret_is_gone_from_wherever_it_lies() {
    // The secret as a binary and as an atom, wrapped in any term, under any spelling of a key, in any terms around.
    fn property(AnyTerm(beside): AnyTerm, AnyTerm(around): AnyTerm, shape: u64) -> bool {
        let spellings = [
            "Password",
            "user_password",
            "X-Api-Key",
            "accessToken",
            DEFAULT_KEYS[shape as usize % DEFAULT_KEYS.len()],
        ];
        let spelling = spellings[(shape >> 8) as usize % spellings.len()];
        let key = match (shape >> 16) % 3 {
            0 => atom(spelling),
            1 => text(spelling),
            _ => chars(spelling),
        };
        let secret = match (shape >> 24) % 4 {
            0 => text("hunter2"),
            1 => atom("hunter2"),
            2 => Term::BinaryCut(b"hunter2".into(), 4000),
            _ => Term::Map(vec![(text("hunter2"), Term::Tuple(vec![beside.clone(), atom("hunter2")]))]),
        };
        let mut term = match (shape >> 32) % 3 {
            0 => Term::Map(vec![(beside.clone(), around.clone()), (key, secret)]),
            1 => Term::MapCut(vec![(key, secret), (beside.clone(), around.clone())], 99),
            _ => Term::List(vec![pair(key, secret), pair(beside.clone(), around.clone())], Some(Box::new(Term::Cut))),
        };
        for step in 0..(shape >> 40) % 9 {
            term = match (shape >> (44 + step)) & 1 {
                0 => Term::Tuple(vec![term, around.clone(), Term::Integer(1)]),
                _ => Term::Map(vec![(atom("ok"), term)]),
            };
        }
        let (_, found, symbols) = kept(&term, &Redactor::default());
        let n_atoms = symbols.counts().0 as u32;
        !found.complete && (1..=n_atoms).all(|id| symbols.atom(AtomId(id)) != "hunter2")
    }
    QuickCheck::new().tests(2000).quickcheck(property as fn(AnyTerm, AnyTerm, u64) -> bool);
}

#[test]
fn terms_without_sensitive_keys_are_left_alone() {
    fn property(AnyTerm(term): AnyTerm) -> bool {
        let (left, _, _) = kept(&term, &Redactor::new(&["a key no generated term has"]));
        let (untouched, found, _) = kept(&term, &Redactor::new(&[]));
        // Only a value under a key that was cut may differ.
        untouched == term && (left == term || !found.complete)
    }
    QuickCheck::new().tests(500).quickcheck(property as fn(AnyTerm) -> bool);
}

#[test]
fn the_value_goes_and_the_rest_remains() {
    let secret = || pair(text("x"), text("hunter2"));
    for key in [atom("password"), text("password"), chars("password")] {
        assert_eq!(redacted(pair(key.clone(), secret())), pair(key.clone(), Term::Redacted));
        let map =
            |value| Term::Map(vec![(atom("id"), Term::Integer(1)), (key.clone(), value), (atom("to"), atom("hunter"))]);
        assert_eq!(redacted(map(secret())), map(Term::Redacted));
        assert_eq!(redacted(map(Term::Cut)), map(Term::Redacted));
    }
    let three = Term::Tuple(vec![atom("password"), atom("is"), text("kept")]);
    assert_eq!(redacted(three.clone()), three);
    let deep = (0..MAX_DEPTH - 1).fold(pair(atom("token"), text("hunter2")), |term, _| Term::Tuple(vec![term]));
    assert!(!kept(&deep, &Redactor::default()).1.complete);
}

#[test]
fn a_key_that_was_cut_counts_as_sensitive() {
    let cut = |total| Term::BinaryCut(b"x-forwarded-".into(), total);
    let cut_chars = Term::List(vec![Term::Integer(97)], Some(Box::new(Term::Cut)));
    for key in [cut(16), cut(256), cut_chars, Term::Cut] {
        assert_eq!(redacted(pair(key.clone(), text("hunter2"))), pair(key, Term::Redacted));
    }
    let long = pair(cut(257), text("kept"));
    assert_eq!(redacted(long.clone()), long, "no key is that long");
    let (left, ..) = kept(&pair(cut(16), text("kept")), &Redactor::new(&[]));
    assert_eq!(left, pair(cut(16), text("kept")), "nothing is sensitive");
}

#[test]
fn two_secrets_have_one_match_key() {
    let key = |secret: &str| kept(&pair(atom("token"), text(secret)), &Redactor::default()).1.key;
    assert_eq!(key("hunter2"), key("correct horse"));
}
