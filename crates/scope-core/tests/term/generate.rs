//! Generates terms for the tests: any at all, or only those that are exact and in the order a VM would capture them.

use quickcheck::{Arbitrary, Gen};
use scope_core::ProcessKey;
use scope_core::term::{Opaque, Term};

/// SplitMix64: the same terms from the same seed, everywhere.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// Up to `n` things, mostly few.
    fn many<T>(&mut self, n: u64, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let n = self.below(n + 1);
        let n = self.below(n + 1);
        (0..n).map(|_| make(self)).collect()
    }
}

const ATOMS: &[&str] = &[
    "ok",
    "error",
    "nil",
    "true",
    "false",
    "undefined",
    "Elixir.Shop.Cart",
    "Elixir",
    "Elixir.A",
    "Elixir.Elixir",
    "Elixir.a",
    "Elixir.Elixir.B",
    "Elixir.A.",
    "Elixir.A.b",
    "ElixirA",
    "hello world",
    "a@b",
    "foo!",
    "bar?",
    "a?b",
    "Foo",
    "_",
    "_x",
    "1a",
    "",
    "+",
    "-",
    "::",
    "..",
    "...",
    "..//",
    "->",
    "|>",
    "%",
    "%{}",
    "{}",
    "<<>>",
    ".",
    "!",
    "not",
    "and",
    "when",
    "in",
    "do",
    "~~~",
    "^^^",
    "<|>",
    "&&&",
    "\\\\",
    "//",
    "**",
    "=",
    "é",
    "É",
    "straße",
    "ключ",
    "日本",
    "na\u{ef}ve!",
    "e\u{301}",
    "a\"b",
    "#{x}",
    "a\\b",
    "tab\t",
    "nul\0",
    "\u{200b}",
    "$initial_call",
    "gen_server",
    "@",
    "&",
    "not in",
    "µ",
    "ª",
    "a🤖",
    "ends ",
    "é?",
];

pub fn atom(random: &mut Random) -> String {
    match random.below(4) {
        0 => {
            let n = 1 + random.below(6);
            (0..n).map(|_| *random.pick(&['a', 'z', 'B', '_', '0', '?', '!', '@', ' ', 'é', '.', '+', '"'])).collect()
        }
        _ => (*random.pick(ATOMS)).into(),
    }
}

pub fn integer(random: &mut Random) -> i64 {
    let any = random.next() as i64;
    match random.below(4) {
        0 => any,
        1 => {
            *random.pick(&[0, 1, -1, 255, 256, i64::MIN, i64::MAX, 1 << 31, -(1 << 31), (1 << 31) - 1, -(1 << 31) - 1])
        }
        _ => any >> (40 + random.below(20)),
    }
}

pub fn float(random: &mut Random) -> f64 {
    let any = f64::from_bits(random.next());
    match random.below(6) {
        0 if any.is_finite() => any,
        1 => random.below(1 << 60) as f64,
        2 => random.below(1_000_000) as f64 / 1000.0,
        3 => format!("{}e{}", random.below(10_000), random.below(50) as i64 - 25).parse().unwrap(),
        4 => -(random.below(1000) as f64) * 10f64.powi(random.below(40) as i32 - 20),
        _ => *random.pick(&[
            0.0,
            -0.0,
            1.0,
            0.1,
            1e10,
            1e15,
            1e16,
            1e17,
            9_007_199_254_740_992.0,
            1e-5,
            5e-324,
            f64::MAX,
            123_456.789,
        ]),
    }
}

fn big(random: &mut Random) -> Term {
    let n = 9 + random.below(20);
    let mut magnitude: Vec<u8> = (0..n).map(|_| random.next() as u8).collect();
    magnitude.push(1 + random.below(255) as u8);
    Term::Big(random.below(2) == 0, magnitude.into())
}

pub fn binary(random: &mut Random) -> Vec<u8> {
    match random.below(5) {
        0 => random.many(70, |random| random.next() as u8),
        1 => random.many(80, |random| *random.pick(b"abc #{}\"\\'\n\t\0\x7f\x1b\x07\x08")),
        _ => {
            let chars = [
                'a', 'b', 'Z', ' ', '"', '\'', '#', '{', '\\', '\n', 'é', '日', '🤖', '\u{feff}', '\u{fffe}', '\u{85}',
            ];
            let n_chars = if random.below(8) == 0 { 16 } else { 12 };
            random.many(60, |random| *random.pick(&chars[..n_chars])).into_iter().collect::<String>().into_bytes()
        }
    }
}

fn charlist(random: &mut Random) -> Term {
    let chars = random.many(70, |random| Term::Integer(i64::from(*random.pick(b"abc xyz'\"#{\\\n\x1b\x07"))));
    Term::List(chars, None)
}

/// A term without cut, redacted or opaque places, whose maps are in the VM's order.
pub fn exact(random: &mut Random, depth: u64) -> Term {
    match random.below(if depth == 0 { 11 } else { 18 }) {
        0 | 1 => Term::Integer(integer(random)),
        2 => Term::Float(float(random)),
        3 | 4 => Term::Atom(atom(random)),
        5 | 6 => Term::Binary(binary(random)),
        7 => charlist(random),
        8 => Term::Pid(ProcessKey::first(random.below(1 << 15) as u32, random.below(1 << 13) as u32)),
        9 => big(random),
        10 => match random.below(3) {
            0 => Term::Port(random.below(1 << 28)),
            1 => Term::Reference((0..3).map(|_| random.below(1 << 18) as u32).collect()),
            _ => Term::List(Vec::new(), None),
        },
        11 | 12 => Term::Tuple(random.many(8, |random| exact(random, depth - 1))),
        13 => Term::List(random.many(60, |random| exact(random, depth / 3)), None),
        14 => {
            let mut elements = random.many(5, |random| exact(random, depth - 1));
            elements.push(exact(random, depth - 1));
            Term::List(elements, Some(Box::new(Term::Atom(atom(random)))))
        }
        15 => {
            let pair = |random: &mut Random| Term::Tuple(vec![Term::Atom(atom(random)), exact(random, depth - 1)]);
            Term::List(random.many(6, pair), None)
        }
        16 => {
            let atoms_only = random.below(2) == 0;
            map(random.many(10, |random| (key(random, atoms_only), exact(random, depth - 1))))
        }
        _ => structure(random, depth - 1),
    }
}

fn key(random: &mut Random, atoms_only: bool) -> Term {
    match random.below(3) {
        0 if !atoms_only => Term::Integer(integer(random)),
        1 if !atoms_only => Term::Binary(binary(random)),
        _ => Term::Atom(atom(random)),
    }
}

/// A map in the VM's order: integers, atoms, binaries, each ascending.
fn map(mut pairs: Vec<(Term, Term)>) -> Term {
    let rank = |key: &Term| match key {
        Term::Integer(value) => (0, *value, Vec::new()),
        Term::Atom(text) => (1, 0, text.clone().into_bytes()),
        Term::Binary(bytes) => (2, 0, bytes.clone()),
        _ => (3, 0, Vec::new()),
    };
    pairs.sort_by_key(|(key, _)| rank(key));
    pairs.dedup_by_key(|(key, _)| rank(key));
    Term::Map(pairs)
}

fn fields(module: &str, fields: Vec<(&str, Term)>) -> Term {
    let fields = fields.into_iter().map(|(name, value)| (Term::Atom(name.into()), value));
    map([(Term::Atom("__struct__".into()), Term::Atom(module.into()))].into_iter().chain(fields).collect())
}

fn structure(random: &mut Random, depth: u64) -> Term {
    let small = |random: &mut Random, n: u64| Term::Integer(random.below(n) as i64);
    let text = |text: &str| Term::Binary(text.into());
    let date = |random: &mut Random| {
        let year = Term::Integer(random.below(12_000) as i64 - 2000);
        let (month, day) = (1 + random.below(12) as i64, 1 + random.below(28) as i64);
        vec![("year", year), ("month", Term::Integer(month)), ("day", Term::Integer(day))]
    };
    let time = |random: &mut Random| {
        let microsecond = Term::Tuple(vec![small(random, 1_000_000), small(random, 7)]);
        vec![
            ("hour", small(random, 24)),
            ("minute", small(random, 60)),
            ("second", small(random, 60)),
            ("microsecond", microsecond),
        ]
    };
    let iso = || vec![("calendar", Term::Atom("Elixir.Calendar.ISO".into()))];
    match random.below(8) {
        0 => {
            let (first, last) = (integer(random) / 2, integer(random) / 2);
            let step = *random.pick(&[1, -1, 3]);
            fields(
                "Elixir.Range",
                vec![("first", Term::Integer(first)), ("last", Term::Integer(last)), ("step", Term::Integer(step))],
            )
        }
        1 => {
            let keys = random.many(9, |random| (key(random, false), Term::List(Vec::new(), None)));
            fields("Elixir.MapSet", vec![("map", map(keys)), ("version", Term::Integer(2))])
        }
        2 => fields("Elixir.Date", [date(random), iso()].concat()),
        3 => fields("Elixir.Time", [time(random), iso()].concat()),
        4 => fields("Elixir.NaiveDateTime", [date(random), time(random), iso()].concat()),
        5 => {
            let (zone, abbreviation, utc, standard) = *random.pick(&[
                ("Etc/UTC", "UTC", 0, 0),
                ("Europe/Berlin", "CEST", 3600, 3600),
                ("America/St_Johns", "NST", -12600, 0),
            ]);
            let zone = vec![
                ("time_zone", text(zone)),
                ("zone_abbr", text(abbreviation)),
                ("utc_offset", Term::Integer(utc)),
                ("std_offset", Term::Integer(standard)),
            ];
            fields("Elixir.DateTime", [date(random), time(random), zone, iso()].concat())
        }
        6 => fields(
            "Elixir.RuntimeError",
            vec![("__exception__", Term::Atom("true".into())), ("message", exact(random, depth))],
        ),
        _ => fields(
            "Elixir.Shop.Cart",
            vec![("id", exact(random, depth)), ("items", exact(random, depth)), ("total", exact(random, depth))],
        ),
    }
}

/// Any term.
fn any(random: &mut Random, depth: u64) -> Term {
    let opaque = |random: &mut Random| Term::Opaque(Opaque::from_number(random.below(7) as u8), random.next());
    if depth == 0 {
        return exact(random, 0);
    }
    let pair = |random: &mut Random| (any(random, depth - 1), any(random, depth - 1));
    match random.below(12) {
        0 => opaque(random),
        1 => Term::Redacted,
        2 => Term::Cut,
        3 => Term::BinaryCut(binary(random), random.next()),
        4 => Term::TupleCut(random.many(5, |random| any(random, depth - 1)), random.next() as u32),
        5 => Term::MapCut(random.many(5, pair), random.next() as u32),
        6 => Term::Map(random.many(5, pair)),
        7 => Term::Tuple(random.many(300, |random| any(random, depth / 4))),
        8 => Term::List(random.many(5, |random| any(random, depth - 1)), Some(Box::new(Term::Cut))),
        9 => Term::Reference((0..=random.below(5)).map(|_| random.next() as u32).collect()),
        _ => exact(random, depth),
    }
}

/// Any term, for quickcheck.
#[derive(Clone, Debug)]
pub struct AnyTerm(pub Term);

impl Arbitrary for AnyTerm {
    fn arbitrary(g: &mut Gen) -> Self {
        Self(any(&mut Random(u64::arbitrary(g)), 5))
    }

    /// The parts of a collection, any of which may be what fails.
    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let parts = match &self.0 {
            Term::Tuple(parts) | Term::TupleCut(parts, _) | Term::List(parts, None) => parts.clone(),
            Term::List(parts, Some(tail)) => parts.iter().cloned().chain([tail.as_ref().clone()]).collect(),
            Term::Map(pairs) | Term::MapCut(pairs, _) => {
                pairs.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
            }
            _ => Vec::new(),
        };
        Box::new(parts.into_iter().map(Self))
    }
}
