//! A file gives back the trace that was written, and whatever is done to its bytes, nothing is different without a loss that says so.

use crate::eviction::known_to;
use crate::history::{History, Plain, plain, plains};
use quickcheck::{Arbitrary, Gen, QuickCheck};
use scope_core::file::{self, FORMAT_VERSION, ReadLimits};
use scope_core::header::Header;
use scope_core::loss::{Loss, Reason};
use scope_core::store::Limits;
use scope_core::trace::{Direction, Source, Trace};
use scope_core::writer::Writer;
use scope_core::{Class, Error, EventId, OrderKey};
use std::collections::BTreeMap;

/// What has been recorded, under limits that make it forget some of it.
fn recorded(history: &History, seal_every: usize) -> Writer {
    let limits = Limits { max_events: 60, max_critical_events: 20, ..Limits::default() };
    let (mut writer, _) = history.record_with(limits, |writer, n| {
        if n % seal_every == 0 {
            writer.seal(u64::MAX);
        }
    });
    writer.store_mut().add_loss(Loss {
        class: Some(Class::Call),
        n_events: Some(3),
        from_tick: 1,
        to_tick: 2,
        reason: Reason::BufferFull,
        detail: "thread 1".into(),
    });
    writer.store_mut().counts_mut()[Class::Call as usize].emitted += 3;
    writer.store_mut().counts_mut()[Class::Call as usize].dropped[Reason::BufferFull as usize] += 3;
    writer
}

fn all_rows(trace: &Trace) -> BTreeMap<EventId, Plain> {
    let rows = trace.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, Direction::Forward);
    rows.map(|row| (trace.event_id(&row), plain(trace.chunk(&row), row.row))).collect()
}

fn read(bytes: &[u8]) -> Result<Trace, Error> {
    file::read(bytes, ReadLimits::default())
}

#[test]
fn a_loss_that_goes_on_is_one_stretch() {
    let mut writer = recorded(&History::arbitrary(&mut Gen::new(3)), 10);
    let loss = |class, from_tick, to_tick| Loss {
        class: Some(class),
        n_events: None,
        from_tick,
        to_tick,
        reason: Reason::TracingLost,
        detail: String::new(),
    };
    let mut is_new = |class, from, to| writer.store_mut().lengthen_loss(loss(class, from, to));
    assert!(is_new(Class::State, 10, 20));
    assert!(is_new(Class::Call, 15, 25));
    assert!(!is_new(Class::State, 15, 18));
    assert!(!is_new(Class::State, 20, 30));
    assert!(is_new(Class::State, 31, 40), "between them, all was well");
    let losses = writer.store_mut().losses().clone();
    let stretches = losses.iter().filter(|loss| loss.reason == Reason::TracingLost);
    let stretches: Vec<_> = stretches.map(|loss| (loss.class, loss.from_tick, loss.to_tick)).collect();
    let expected = [(Some(Class::State), 10, 30), (Some(Class::Call), 15, 25), (Some(Class::State), 31, 40)];
    assert_eq!(stretches, expected);
    // A file keeps it.
    assert_eq!(read(&writer.dump(77)).expect("a trace").losses(), &losses);
}

#[test]
fn a_dump_is_the_trace() {
    fn holds(history: History, seal_every: u8) -> bool {
        let mut writer = recorded(&history, usize::from(seal_every) + 1);
        let live = writer.snapshot(77);
        let bytes = writer.dump(77);
        let read = read(&bytes).expect("a dump of ours reads");
        assert_eq!((live.source(), read.source()), (Source::Live, Source::File));
        assert_eq!((read.header(), read.watermark(), read.counts()), (live.header(), 77, live.counts()));
        assert_eq!((read.losses(), read.span()), (live.losses(), live.span()));
        assert_eq!((read.processes(), all_rows(&read)), (live.processes(), all_rows(&live)));
        assert!(Class::ALL.iter().all(|class| read.low_watermark(*class) == live.low_watermark(*class)));
        assert_eq!(read.baseline().map(|b| b.processes()), live.baseline().map(|b| b.processes()));
        assert_eq!(read.baseline().map(known_to), live.baseline().map(known_to));
        // What was read can be written again, and is the same.
        file::write(&read) == bytes
    }
    QuickCheck::new().tests(150).quickcheck(holds as fn(History, u8) -> bool);
}

/// Something that happens to a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Insert(usize, Vec<u8>),
    Zero(usize, usize),
    Repeat(usize, usize),
}

impl Arbitrary for Damage {
    fn arbitrary(g: &mut Gen) -> Self {
        let (at, n) = (usize::arbitrary(g), 1 + usize::arbitrary(g) % *g.choose(&[4, 600]).unwrap());
        match u8::arbitrary(g) % 6 {
            0 => Self::Cut(at),
            1 => Self::Remove(at, n),
            2 => Self::Insert(at, Vec::arbitrary(g)),
            3 => Self::Zero(at, n),
            4 => Self::Repeat(at, n),
            _ => Self::Flip(at, 1 << (u8::arbitrary(g) % 8)),
        }
    }
}

impl Damage {
    fn happen(&self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        let range = |at: usize, n: usize| at % len..(at % len + n).min(len);
        match self {
            Self::Flip(at, bits) => bytes[at % len] ^= bits,
            Self::Cut(at) => bytes.truncate(at % len),
            Self::Remove(at, n) => drop(bytes.drain(range(*at, *n))),
            Self::Insert(at, more) => drop(bytes.splice(at % len..at % len, more.iter().copied())),
            Self::Zero(at, n) => bytes[range(*at, *n)].fill(0),
            Self::Repeat(at, n) => {
                let piece = bytes[range(*at, *n)].to_vec();
                bytes.splice(at % len..at % len, piece);
            }
        }
    }
}

/// Where the sections of a file of ours begin, and its end.
fn sections(bytes: &[u8]) -> Vec<usize> {
    let mut at = 16;
    let mut found = vec![at];
    while at < bytes.len() {
        let n_head = u16::from_le_bytes(bytes[at + 6..at + 8].try_into().unwrap());
        let n_body = u64::from_le_bytes(bytes[at + 8..at + 16].try_into().unwrap());
        at += 24 + usize::from(n_head) + n_body as usize;
        found.push(at);
    }
    found
}

/// Nothing is there that was not written, and what is missing is said to be.
fn nothing_differs_in_silence(original: &Trace, bytes: &[u8]) -> bool {
    let damaged = match read(bytes) {
        Ok(damaged) => damaged,
        Err(error) => return matches!(error, Error::NotATrace(_) | Error::NewerFormat { .. }),
    };
    let (before, after) = (all_rows(original), all_rows(&damaged));
    let written = damaged.losses().iter().any(|loss| loss.reason != Reason::BufferFull);
    let same = before == after
        && damaged.header() == original.header()
        && damaged.counts() == original.counts()
        && damaged.baseline().map(known_to) == original.baseline().map(known_to);
    // (With the end lost, the low_watermarks may be lost too: then rows come up again that had sunk.)
    assert!(after.iter().all(|(id, plain)| before.get(id).is_none_or(|known| known == plain)), "a row changed");
    assert!(
        damaged.counts().iter().zip(original.counts()).all(|(now, then)| now.balanced() == then.balanced() || written)
    );
    same || written
}

#[test]
fn no_damage_goes_unsaid() {
    fn holds(history: History, damage: Vec<Damage>) -> bool {
        let mut writer = recorded(&history, 40);
        let (original, mut bytes) = (writer.snapshot(9), writer.dump(9));
        for one in damage.iter().take(3) {
            if !bytes.is_empty() {
                one.happen(&mut bytes);
            }
        }
        nothing_differs_in_silence(&original, &bytes)
    }
    QuickCheck::new().tests(2000).quickcheck(holds as fn(History, Vec<Damage>) -> bool);
}

#[test]
fn no_missing_moved_or_repeated_section_goes_unsaid() {
    fn holds(history: History, a: usize, b: usize, what: u8) -> bool {
        let mut writer = recorded(&history, 15);
        let (original, bytes) = (writer.snapshot(9), writer.dump(9));
        let borders = sections(&bytes);
        let mut parts: Vec<&[u8]> = borders.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let (a, b) = (a % parts.len(), b % parts.len());
        match what % 3 {
            0 => drop(parts.drain(a.min(b)..=a.max(b))),
            1 => parts.swap(a, b),
            _ => parts.insert(a, parts[b]),
        }
        let mut changed = bytes[..16].to_vec();
        parts.iter().for_each(|part| changed.extend_from_slice(part));
        nothing_differs_in_silence(&original, &changed)
    }
    QuickCheck::new().tests(600).quickcheck(holds as fn(History, usize, usize, u8) -> bool);
}

/// A file with several chunks of messages and where they begin.
fn several_chunks() -> (Trace, Vec<u8>, Vec<usize>) {
    let history = History::some(400);
    let (mut writer, _) = history.record_with(crate::history::unlimited(), |writer, n| {
        if n % 50 == 49 {
            writer.seal(u64::MAX);
        }
    });
    let bytes = writer.dump(1);
    let chunks = sections(&bytes).into_iter().filter(|at| bytes.get(at + 4) == Some(&3)).collect();
    (writer.snapshot(1), bytes, chunks)
}

#[test]
fn a_damaged_chunk_is_named_with_its_class_count_and_range() {
    let (original, bytes, chunks) = several_chunks();
    for (at, in_head) in chunks.iter().flat_map(|at| [(*at, false), (*at, true)]) {
        let mut damaged = bytes.clone();
        damaged[at + if in_head { 9 } else { 90 }] ^= 0x10;
        let read = read(&damaged).unwrap();
        let [class, seq, ..] = bytes[at + 24..] else { panic!("a chunk has a head") };
        let chunk =
            original.chunks(Class::from_number(class).unwrap()).iter().find(|c| c.seq() == u32::from(seq)).unwrap();
        let loss = read.losses().iter().find(|loss| loss.class == Some(chunk.class())).expect("the chunk is named");
        assert_eq!(loss.n_events, Some(chunk.len() as u64));
        assert_eq!(
            (loss.from_tick, loss.to_tick, loss.reason),
            (chunk.first().tick, chunk.last().tick, Reason::Damaged)
        );
        assert!(loss.detail.contains(&format!("{}-{}", chunk.class().name(), chunk.seq())), "{}", loss.detail);
        assert_eq!(read.losses().len(), 1 + usize::from(in_head) * 2, "{:?}", read.losses());
        let counts = read.counts()[class as usize];
        assert!(counts.balanced());
        assert_eq!(counts.dropped[Reason::Damaged as usize], chunk.len() as u64);
        let left: Vec<_> = all_rows(&read).into_keys().collect();
        let expected: Vec<_> =
            all_rows(&original).into_keys().filter(|id| (id.class, id.chunk) != (chunk.class(), chunk.seq())).collect();
        assert_eq!(left, expected);
    }
}

#[test]
fn a_file_cut_off_by_a_crash_is_read_up_to_there() {
    let (original, bytes, chunks) = several_chunks();
    let cut = chunks[chunks.len() / 2] + 40;
    let read = read(&bytes[..cut]).unwrap();
    assert!(read.losses().iter().all(|loss| loss.reason == Reason::Truncated));
    assert!(read.losses().iter().any(|loss| loss.detail == "the file has no end"));
    let rows = all_rows(&read);
    assert!(!rows.is_empty() && rows.len() < all_rows(&original).len());
    assert!(read.counts().iter().all(|counts| counts.balanced()));
}

#[test]
fn a_newer_major_version_is_refused_naming_both_and_other_files_are_not_ours() {
    let mut newer = several_chunks().1;
    newer[8..10].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
    let sum = crc32fast::hash(&newer[..12]);
    newer[12..16].copy_from_slice(&sum.to_le_bytes());
    assert_eq!(read(&newer).unwrap_err(), Error::NewerFormat { found: FORMAT_VERSION + 1, known: FORMAT_VERSION });
    for other in [&b""[..], b"ELX", b"PK\x03\x04 and so on and on and on", b"FOR1\0\0\0\0BEAM"] {
        assert!(matches!(read(other), Err(Error::NotATrace(_))));
    }
}

#[test]
fn a_section_of_a_newer_kind_is_skipped_and_said() {
    let (original, bytes, _) = several_chunks();
    let end = *sections(&bytes).iter().rev().nth(1).unwrap();
    let mut section = vec![0xe5, b'S', b'E', b'C', 99, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
    section.extend_from_slice(&crc32fast::hash(b"new").to_le_bytes());
    let sum = crc32fast::hash(&section);
    section.extend_from_slice(&sum.to_le_bytes());
    section.extend_from_slice(b"new");
    let mut newer = bytes.clone();
    newer.splice(end..end, section);
    let read = read(&newer).unwrap();
    assert!(read.losses().iter().any(|loss| loss.reason == Reason::NewerKind));
    assert_eq!(all_rows(&read), all_rows(&original));
}

#[test]
fn the_read_limit_holds_and_what_was_left_out_is_said() {
    let (original, bytes, _) = several_chunks();
    let total = all_rows(&original).len();
    let mut seen = Vec::new();
    for max_bytes in [0, 10_000, 60_000, 200_000, 10_000_000] {
        let read = file::read(&bytes, ReadLimits { max_bytes }).unwrap();
        let n = all_rows(&read).len();
        assert!(n == total || read.losses().iter().any(|loss| loss.reason == Reason::Truncated));
        let whole = file::read_whole(&bytes, ReadLimits { max_bytes });
        assert_eq!(
            whole.map(|read| all_rows(&read).len()),
            if n == total { Ok(n) } else { Err(Error::TooLarge { max_bytes }) }
        );
        seen.push(n);
    }
    assert!(seen.is_sorted() && seen[0] == 0 && seen[4] == total, "{seen:?}");
}

#[test]
fn a_file_made_to_keep_a_reader_busy_does_not() {
    // Every 24 bytes an intact head that claims a body up to the end of the file, with a wrong checksum.
    let n = 20_000usize;
    let mut bytes = Writer::new(Header::default(), Limits::default(), 0).dump(0);
    bytes.truncate(16);
    for i in 0..n {
        let mut frame = vec![0xe5, b'S', b'E', b'C', 3, 0, 0, 0];
        frame.extend_from_slice(&((n - i - 1) as u64 * 24).to_le_bytes());
        frame.extend_from_slice(&[0; 4]);
        let sum = crc32fast::hash(&frame);
        frame.extend_from_slice(&sum.to_le_bytes());
        bytes.extend_from_slice(&frame);
    }
    let begin = std::time::Instant::now();
    let read = read(&bytes).unwrap();
    assert!(!read.losses().is_empty());
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
}

#[test]
fn any_bytes_behind_the_preamble_are_read_without_a_panic() {
    fn holds(bytes: Vec<u8>) -> bool {
        let mut file = Writer::new(Header::default(), Limits::default(), 0).dump(0);
        file.truncate(16);
        file.extend_from_slice(&bytes);
        let trace = read(&file).expect("the preamble is ours");
        plains(&trace, trace.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, Direction::Forward)).is_empty()
            && !trace.losses().is_empty()
    }
    QuickCheck::new().tests(500).quickcheck(holds as fn(Vec<u8>) -> bool);
}
