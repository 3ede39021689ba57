//! Files of every format version are read forever.

use scope_core::file::{self, ReadLimits};
use scope_core::header::Header;
use scope_core::loss::{Loss, Reason};
use scope_core::store::Limits;
use scope_core::symbols::ReferenceWords;
use scope_core::term::Opaque;
use scope_core::term::inspect::{self, inspect};
use scope_core::term::write::Term;
use scope_core::trace::{Direction, Trace};
use scope_core::writer::Writer;
use scope_core::{Class, Entity, Event, Flags, Kind, OrderKey, ProcessKey};
use std::fmt::Write as _;
use std::path::Path;

/// Version 1: a few events of every kind, with every kind of term and party, after some were evicted.
fn version_1() -> Writer {
    let header = Header {
        recorder_version: "0.1.0".into(),
        node: "shop@host".into(),
        creation: 3,
        otp: "25".into(),
        elixir: "1.14.0".into(),
        os: "unix/linux".into(),
        applications: vec![("shop".into(), "1.2.3".into())],
        options: vec![("max_events".into(), "40".into())],
        monotonic_anchor_ns: -576_460_752_303_423_488,
        wall_anchor_ns: 1_700_000_000_000_000_000,
        instance: "00112233445566778899aabbccddeeff".into(),
        meta: vec![("ticket".into(), "\"größe\"".into())],
        release: Vec::new(),
    };
    let limits = Limits { max_events: 40, max_critical_events: 12, ..Limits::default() };
    let mut writer = Writer::new(header, limits, 1);
    for n in 0..170 {
        let kind = Kind::ALL[n % Kind::ALL.len()];
        record(&mut writer, n as u64, kind);
        if n % 60 == 50 {
            writer.seal(u64::MAX);
        }
    }
    let lost = |reason| Loss {
        class: Some(Class::Call),
        n_events: Some(2),
        from_tick: 5,
        to_tick: 6,
        reason,
        detail: String::new(),
    };
    writer.store_mut().add_loss(lost(Reason::BufferFull));
    let counts = &mut writer.store_mut().counts_mut()[Class::Call as usize];
    counts.emitted += 9;
    counts.dropped[Reason::BufferFull as usize] = 2;
    counts.filtered = 4;
    counts.sampled_out = 3;
    writer
}

fn record(writer: &mut Writer, n: u64, kind: Kind) {
    let process = ProcessKey { number: 100 + (n % 11) as u32, serial: 0, incarnation: 1 + (n % 2) as u32 };
    let symbols = writer.symbols();
    let (name, node) = (symbols.intern_atom("cart"), symbols.intern_atom("b@host"));
    let parties = [
        Entity::Process(ProcessKey::first(100 + (n % 5) as u32, 0)),
        Entity::RemoteProcess { node, number: 7, serial: 8 },
        Entity::Port(1 << 40),
        Entity::Reference(ReferenceWords::from_slice(&[1, 2, 3])),
        Entity::Name(name),
        Entity::RemoteName { name, node },
        Entity::Opaque(99),
    ];
    let peer = match kind.class() {
        Class::Message => symbols.intern_entity(&parties[n as usize % parties.len()]),
        Class::Process => symbols.intern_entity(&parties[0]),
        _ => Default::default(),
    };
    let what = match (kind.has_mfa(), kind.has_atom()) {
        (true, _) => symbols.intern_function("Elixir.Shop.Cart", "add", (n % 4) as u32).0,
        (_, true) => symbols.intern_atom("Elixir.Shop.Cart").0,
        _ => 0,
    };
    let event = Event {
        key: OrderKey { tick: 1000 + n * n * 100, thread: (n % 2) as u16, tie: (n % 3) as u32 },
        kind,
        flags: Flags((n % 8) as u8),
        process: symbols.intern_process(process),
        peer,
        what,
    };
    let mut raw = Vec::new();
    scope_core::term::write::write(&term(n), symbols, &mut raw);
    let mut bytes = Vec::new();
    let (redactor, seed) = (Default::default(), writer.seed());
    let ids = &mut scope_core::term::resolve::Ids;
    let resolved =
        scope_core::term::resolve::resolve(&raw, ids, writer.symbols(), &redactor, seed, &mut bytes).unwrap();
    writer.store_mut().counts_mut()[kind.class() as usize].emitted += 1;
    writer.push(&event, (!n.is_multiple_of(9)).then_some((&*bytes, resolved))).unwrap();
}

fn term(n: u64) -> Term {
    let atom = |text: &str| Term::Atom(text.into());
    let all = [
        Term::Integer(n as i64 % 5),
        Term::Integer(-1 << 40),
        Term::Big(true, vec![0, 0, 0, 0, 0, 0, 0, 0, 1].into()),
        Term::Float(0.1),
        atom("größe"),
        Term::Binary("naïve".into()),
        Term::BinaryCut(vec![0, 1, 2], 1 << 33),
        Term::Tuple(vec![atom("ok"), Term::Integer(1)]),
        Term::TupleCut(vec![atom("ok")], 300),
        Term::List(vec![Term::Integer(1), Term::Integer(1000)], None),
        Term::List(vec![atom("a")], Some(Box::new(Term::Cut))),
        Term::Map(vec![(atom("password"), atom("seen")), (atom("total"), Term::Integer(3))]),
        Term::MapCut(vec![(atom("a"), Term::Integer(1))], 40),
        Term::Pid(ProcessKey { number: 100, serial: 0, incarnation: 2 }),
        Term::Port(5),
        Term::Reference(ReferenceWords::from_slice(&[9, 8, 7])),
        Term::Opaque(Opaque::Function, 42),
        Term::Redacted,
    ];
    all[n as usize % all.len()].clone()
}

/// All that a trace says, line by line.
fn said(trace: &Trace) -> String {
    let mut text = String::new();
    let mut line = |what: std::fmt::Arguments<'_>| writeln!(text, "{what}").unwrap();
    line(format_args!("{:?}", trace.header()));
    line(format_args!("watermark {} span {:?} losses {:?}", trace.watermark(), trace.span(), trace.losses()));
    for class in Class::ALL {
        line(format_args!("{} {:?} {:?}", class.name(), trace.low_watermark(*class), trace.counts()[*class as usize]));
    }
    for entry in trace.baseline().map(|baseline| baseline.processes()).unwrap_or_default() {
        // The first minor version knew no origins.
        line(format_args!("{}", format!("{entry:?}").replace(" origin: None,", "")));
        if let Some((term, names)) = trace.baseline().and_then(|baseline| baseline.origin_term(entry.process)) {
            line(format_args!("  began {}", inspect(term.bytes, names, inspect::Limits::default())));
        }
        if let Some((term, names)) = trace.baseline().and_then(|baseline| baseline.state_term(entry.process)) {
            line(format_args!(
                "  {} {:x} {}",
                inspect(term.bytes, names, inspect::Limits::default()),
                term.key,
                term.complete
            ));
        }
    }
    for row in trace.rows(Class::ALL, OrderKey::default(), OrderKey::MAX, Direction::Forward) {
        let chunk = trace.chunk(&row);
        let event = chunk.event(row.row);
        let term = chunk.term(chunk.term_id(row.row));
        let shown =
            term.map(|t| format!("{} {:x} {}", inspect(t.bytes, chunk, inspect::Limits::default()), t.key, t.complete));
        let (process, peer) = (chunk.entity(event.process), chunk.entity(event.peer));
        let mfa = event
            .mfa()
            .and_then(|id| chunk.mfa(id))
            .map(|mfa| (chunk.atom(mfa.module), chunk.atom(mfa.function), mfa.arity));
        let atom = event.atom().map(|id| chunk.atom(id));
        line(format_args!(
            "{} {:?} {} {:?} {process:?} {peer:?} {mfa:?} {atom:?} {shown:?}",
            trace.event_id(&row),
            event.key,
            event.kind.name(),
            event.flags
        ));
    }
    text
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

#[test]
fn the_golden_file_of_version_1_says_what_it_always_said() {
    let bytes = std::fs::read(path("golden-v1.scope")).expect("the golden file is part of the sources");
    let expected = std::fs::read_to_string(path("golden-v1.txt")).expect("what it says is part of the sources");
    let trace = file::read(&bytes, ReadLimits::default()).unwrap();
    assert_eq!(said(&trace), expected);
}

#[test]
fn what_is_written_today_says_the_same() {
    let mut writer = version_1();
    let live = writer.snapshot(123);
    let read = file::read(&writer.dump(123), ReadLimits::default()).unwrap();
    assert_eq!(said(&read), said(&live));
    assert!(live.baseline().is_some_and(|baseline| baseline.processes().iter().any(|entry| entry.state.is_some())));
    assert!(said(&live).contains("  began "));
}

#[test]
#[ignore = "writes the golden file; run it by hand, once, when a new format version begins"]
fn write_the_golden_file() {
    let mut writer = version_1();
    std::fs::write(path("golden-v1.scope"), writer.dump(123)).unwrap();
    std::fs::write(path("golden-v1.txt"), said(&writer.snapshot(123))).unwrap();
}
