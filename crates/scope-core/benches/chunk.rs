//! Micro-benchmarks of what the sealer does for each event, and of what a reader does for each chunk.
//!
//! `cargo bench --package scope-core` runs them. Whole recordings are measured by `cargo xtask bench store`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scope_core::event::{Event, Flags, Kind, OrderKey};
use scope_core::file::{self, ReadLimits};
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::localize::localize;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, Resolved, resolve};
use scope_core::term::write::{Term, write};
use scope_core::writer::Writer;
use scope_core::{EntityId, ProcessKey};
use std::hint::black_box;

const SEED: u64 = 7;
/// One chunk of messages.
const N_EVENTS: u64 = 16_384;

fn writer() -> Writer {
    let limits = Limits { max_events: u64::MAX, max_bytes: u64::MAX, ..Limits::default() };
    Writer::new(Header::default(), limits, SEED)
}

/// A request to a server: `{:"$gen_call", {pid, [:alias | ref]}, {:add, "sku-00042", 42}}`.
fn request(i: u64) -> Term {
    let atom = |text: &str| Term::Atom(text.into());
    let reference = Term::Reference([i as u32, 0x5a00_0001, 0x1e55_91c7].into_iter().collect());
    let alias = Term::List(vec![atom("alias")], Some(Box::new(reference)));
    let sku = Term::Binary(format!("sku-{:05}", i % 3_000).into_bytes());
    let from = Term::Tuple(vec![Term::Pid(ProcessKey::first(100 + (i % 500) as u32, 0)), alias]);
    Term::Tuple(vec![atom("$gen_call"), from, Term::Tuple(vec![atom("add"), sku, Term::Integer(i as i64 % 10)])])
}

/// The events and their resolved terms, against the dictionary of `writer`.
fn messages(writer: &mut Writer) -> Vec<(Event, Vec<u8>, Resolved)> {
    let redactor = Redactor::default();
    let message = |i: u64| {
        let (mut raw, mut term) = (Vec::new(), Vec::new());
        let symbols = writer.symbols();
        write(&request(i), symbols, &mut raw);
        let resolved = resolve(&raw, &mut Ids, symbols, &redactor, SEED, &mut term).expect("a written term resolves");
        let process = symbols.intern_process(ProcessKey::first(100 + (i % 500) as u32, 0));
        let peer = symbols.intern_process(ProcessKey::first(100 + (i * 7 % 500) as u32, 0));
        let key = OrderKey::at(i * 700);
        (Event { key, kind: Kind::Send, flags: Flags::NONE, process, peer, what: 0 }, term, resolved)
    };
    (0..N_EVENTS).map(message).collect()
}

fn sealed() -> Writer {
    let mut writer = writer();
    for (event, term, resolved) in messages(&mut writer) {
        writer.push(&event, Some((&term, resolved))).expect("a resolved term is taken in");
    }
    writer.seal(u64::MAX);
    writer
}

fn term(criterion: &mut Criterion) {
    let mut writer = writer();
    let symbols = writer.symbols();
    let (mut raw, mut out, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    write(&request(1), symbols, &mut raw);
    let redactor = Redactor::default();
    let mut group = criterion.benchmark_group("term");
    group.bench_function("resolve", |bencher| {
        bencher.iter(|| resolve(black_box(&raw), &mut Ids, symbols, &redactor, SEED, &mut out));
    });
    group.bench_function("localize", |bencher| {
        bencher.iter(|| {
            stored.clear();
            localize(black_box(&out), &mut |atom| atom, &mut |entity: EntityId| entity, &mut stored)
        });
    });
    group.finish();
}

fn chunk(criterion: &mut Criterion) {
    let dump = sealed().dump(N_EVENTS * 700);
    let mut group = criterion.benchmark_group("chunk");
    group.throughput(Throughput::Elements(N_EVENTS));
    group.bench_function("push and seal", |bencher| {
        let prepared = || {
            let mut writer = writer();
            let messages = messages(&mut writer);
            (writer, messages)
        };
        let seal = |(mut writer, messages): (Writer, Vec<(Event, Vec<u8>, Resolved)>)| {
            for (event, term, resolved) in &messages {
                writer.push(event, Some((term, *resolved))).expect("a resolved term is taken in");
            }
            writer.seal(u64::MAX);
            writer
        };
        bencher.iter_batched(prepared, seal, criterion::BatchSize::LargeInput);
    });
    group.bench_function("write", |bencher| {
        let mut writer = sealed();
        bencher.iter(|| writer.dump(N_EVENTS * 700));
    });
    group.bench_function("read", |bencher| {
        bencher.iter(|| file::read(black_box(&dump), ReadLimits::default()).expect("our own dump is read"));
    });
    group.finish();
}

criterion_group!(benches, term, chunk);
criterion_main!(benches);
