//! What a question is asked about: a recording as it was at one moment, an imported trace, or terms that are held to be compared.
//!
//! Invariant: every answer to one question comes from one snapshot, so that no event is evicted between its parts.

use crate::capture::term_encoder;
use crate::nif::{RecorderRef, failure};
use crate::sealer::term_interner::TermInterner;
use crate::term::raw_term;
use rustler::types::atom;
use rustler::{Atom, Binary, Encoder, Env, Error, NifResult, Resource, ResourceArc, Term};
use scope_core::event::Kind;
use scope_core::file::ReadLimits;
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve;
use scope_core::trace::Trace;
use scope_core::writer::Writer;
use scope_core::{EntityId, Event, Flags, OrderKey};
use std::sync::{Arc, PoisonError, RwLock};

/// A trace behind a reference, until it is released.
#[derive(Debug)]
pub(crate) struct SnapshotRef(RwLock<Option<Arc<Trace>>>);

#[rustler::resource_impl]
impl Resource for SnapshotRef {}

impl SnapshotRef {
    fn new(trace: Trace) -> ResourceArc<Self> {
        ResourceArc::new(Self(RwLock::new(Some(Arc::new(trace)))))
    }

    /// The trace; a snapshot that was released is a bad argument.
    pub(crate) fn trace(&self) -> NifResult<Arc<Trace>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::BadArg)
    }
}

/// A recording as it is now. What the calling process did before is in it.
#[rustler::nif(schedule = "DirtyIo")]
fn snapshot(recorder: ResourceArc<RecorderRef>) -> ResourceArc<SnapshotRef> {
    SnapshotRef::new(recorder.recorder().snapshot())
}

/// Lets the chunks of a snapshot go before its reference is collected: the process that asked may not collect garbage for a long time.
#[rustler::nif]
fn release(snapshot: ResourceArc<SnapshotRef>) -> Atom {
    let trace = snapshot.0.write().unwrap_or_else(PoisonError::into_inner).take();
    drop(trace);
    atom::ok()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn load<'a>(env: Env<'a>, bytes: Binary<'a>, max_bytes: u64) -> NifResult<Term<'a>> {
    match scope_core::file::read_whole(bytes.as_slice(), ReadLimits { max_bytes }) {
        Ok(trace) => Ok((atom::ok(), SnapshotRef::new(trace)).encode(env)),
        Err(error) => failure(env, error.code(), &error.to_string()),
    }
}

/// Most bytes of a term that is held to be compared.
const HELD_BYTES: usize = 4 << 20;

/// Terms of this node as a small trace of their own (`control-0-0` and on), to be asked about like recorded ones.
#[rustler::nif(schedule = "DirtyCpu")]
fn hold<'a>(
    env: Env<'a>,
    node: String,
    elixir: String,
    creation: u32,
    given: Vec<Term<'a>>,
) -> NifResult<ResourceArc<SnapshotRef>> {
    let mut writer = Writer::new(Header { node, elixir, creation, ..Header::default() }, Limits::default(), 0);
    let (mut words, redactor) = (TermInterner::new(), Redactor::new(&[]));
    let (mut raw, mut bytes) = (Vec::new(), Vec::new());
    for (tie, term) in (0..).zip(given) {
        let term = raw_term::of(term.as_c_arg());
        // SAFETY: the term is an argument of this call.
        unsafe {
            term_encoder::walk_into(env.as_c_arg(), term, HELD_BYTES, term_encoder::MAX_DEPTH, u32::MAX, &mut raw)
        };
        let resolved = resolve::resolve(&raw, &mut words, writer.symbols(), &redactor, 0, &mut bytes);
        let event = Event {
            key: OrderKey { tick: 0, thread: 0, tie },
            kind: Kind::Mark,
            flags: Flags::NONE,
            process: EntityId::NONE,
            peer: EntityId::NONE,
            what: 0,
        };
        let pushed = resolved.and_then(|resolved| writer.push(&event, Some((&bytes, resolved))));
        pushed.map_err(|_| Error::BadArg)?;
    }
    Ok(SnapshotRef::new(writer.snapshot(0)))
}

/// Erlang's monotonic time and the wall clock at the snapshot's time 0, in ns.
#[rustler::nif]
fn anchor(snapshot: ResourceArc<SnapshotRef>) -> NifResult<(i64, i64)> {
    let trace = snapshot.trace()?;
    Ok((trace.header().monotonic_anchor_ns, trace.header().wall_anchor_ns))
}
