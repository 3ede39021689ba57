//! Recorded traces, damaged at random: an answer is the same as before, or it says why it may not be.
//!
//! `SCOPE_MUTATIONS=1000000 cargo test -p scope-query --test damage --release` runs longer; `SCOPE_SEED=n` starts elsewhere.

use scope_core::file::{self, ReadLimits};
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, OrderKey};
use scope_query::answer_json;
use std::fs;
use std::path::PathBuf;

/// A xorshift generator: the same damage on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// A case of the corpus: its file, its requests, and the answers of the undamaged file.
struct Case {
    name: String,
    bytes: Vec<u8>,
    asked: Vec<(String, String)>,
}

/// The case's file and requests. Answers of more than 20 kB are left out: they would take most of the time.
fn cases() -> Vec<Case> {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus");
    let mut folders: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    // A case that is damaged itself could not show what more damage does.
    folders.retain(|folder| {
        let bytes = fs::read(folder.join("trace.scope")).unwrap_or_default();
        file::read(&bytes, ReadLimits::default()).is_ok_and(|trace| trace.losses().is_empty())
    });
    let case = |folder: &PathBuf| {
        let bytes = fs::read(folder.join("trace.scope")).unwrap();
        let trace = file::read(&bytes, ReadLimits::default()).unwrap();
        let requests = fs::read_to_string(folder.join("request.json")).unwrap();
        let requests = requests.lines().map(|line| line.trim_end_matches(',')).filter(|line| line.starts_with('{'));
        let asked = requests.map(|request| (request.to_owned(), answer_json(&trace, request)));
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        Case { name, bytes, asked: asked.filter(|(_, answer)| answer.len() < 20_000).collect() }
    };
    folders.iter().map(case).filter(|case| !case.asked.is_empty()).collect()
}

/// Does something to the bytes, and says what.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    let len = bytes.len();
    let (at, n) = (random.below(len), 1 + random.below(4096));
    let to = (at + n).min(len);
    match random.below(6) {
        0 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        1 => {
            bytes[at..to].fill(0);
            format!("zeroed {at}..{to}")
        }
        2 => {
            bytes.drain(at..to);
            format!("removed {at}..{to}")
        }
        3 => {
            let piece = bytes[at..to].to_vec();
            let place = random.below(len);
            bytes.splice(place..place, piece);
            format!("repeated {at}..{to} at {place}")
        }
        _ => {
            let flips: Vec<usize> = (0..=random.below(16)).map(|_| random.below(len)).collect();
            flips.iter().for_each(|at| bytes[*at] ^= 1 << random.below(8));
            format!("flipped a bit of {flips:?}")
        }
    }
}

/// The data of an answer. (Its coverage speaks of the time held, and less may be held.)
fn data(answer: &str) -> &str {
    answer.split_once(",\"coverage\":").map_or(answer, |(data, _)| data)
}

/// Whether the damaged file answers as before, or says why not.
fn is_honest(case: &Case, damaged: &[u8], request: &str, before: &str) -> Result<(), String> {
    let Ok(trace) = file::read(damaged, ReadLimits { max_bytes: 64 << 20 }) else { return Ok(()) };
    let now = answer_json(&trace, request);
    if data(&now) == data(before) || now.contains("\"dropped\":[{") {
        return Ok(());
    }
    // An error has no coverage; the trace itself names what it lost.
    if now.starts_with("{\"error\"") && !trace.losses().is_empty() {
        return Ok(());
    }
    Err(format!("{}: {request}\nbefore: {before}\nnow:    {now}\nlosses: {:?}", case.name, trace.losses()))
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn no_damage_changes_an_answer_in_silence() {
    let (cases, n) = (cases(), setting("SCOPE_MUTATIONS", 200_000));
    let mut random = Random(setting("SCOPE_SEED", 0x5eed_0001));
    for i in 0..n {
        let case = &cases[random.below(cases.len())];
        let mut bytes = case.bytes.clone();
        let done = damage(&mut bytes, &mut random);
        let (request, before) = &case.asked[random.below(case.asked.len())];
        if let Err(why) = is_honest(case, &bytes, request, before) {
            panic!("mutation {i}, {done}: {why}");
        }
    }
}

/// Rows held per class.
fn held(trace: &Trace) -> Vec<u64> {
    let rows = |class: &Class| trace.rows(&[*class], OrderKey::default(), OrderKey::MAX, Direction::Forward).count();
    Class::ALL.iter().map(|class| rows(class) as u64).collect()
}

/// Events that the losses name, per class, and whether there are losses of unknown size. (The cases used here had none before the damage.)
fn named(trace: &Trace) -> (Vec<u64>, bool) {
    let of = |class: Class| trace.losses().iter().filter(move |loss| loss.class == Some(class));
    let n = |class: &Class| of(*class).filter_map(|loss| loss.n_events).sum();
    (Class::ALL.iter().map(n).collect(), trace.losses().iter().any(|loss| loss.n_events.is_none()))
}

const FLIPPED: &str = "sixteen flipped bytes";

/// What other trace viewers open without a word: half a file, sixteen flipped bytes, four KiB of zeros.
#[test]
fn the_loss_of_common_damage_is_named_to_the_event() {
    for case in cases().iter().filter(|case| ["shop_crash", "slow_server", "state_changes"].contains(&&*case.name)) {
        let original = file::read(&case.bytes, ReadLimits::default()).unwrap();
        let middle = case.bytes.len() / 2;
        for what in ["half a file", FLIPPED, "four KiB of zeros"] {
            let mut bytes = case.bytes.clone();
            match what {
                "half a file" => bytes.truncate(middle),
                FLIPPED => bytes[middle..middle + 16].iter_mut().for_each(|byte| *byte ^= 0xff),
                _ => bytes[middle - 2048..middle + 2048].fill(0),
            }
            let damaged = file::read(&bytes, ReadLimits::default()).unwrap();
            let lost: Vec<u64> = held(&original).iter().zip(held(&damaged)).map(|(then, now)| then - now).collect();
            assert!(lost.iter().sum::<u64>() > 0, "{}: {what} hurts nothing", case.name);
            let (named, unknown) = named(&damaged);
            let short = named.iter().zip(&lost).any(|(named, lost)| named < lost);
            let long = named.iter().zip(&lost).any(|(named, lost)| named > lost);
            // A chunk is known by its own head or by its successor's: where both are gone, as behind the end of a file, that much is said.
            assert!(!long && (unknown || !short), "{}: {what}: lost {lost:?}, {:?}", case.name, damaged.losses());
            assert!(!unknown || what != FLIPPED, "{}: {what}: {:?}", case.name, damaged.losses());
        }
    }
}
