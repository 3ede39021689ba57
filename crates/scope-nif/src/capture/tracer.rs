//! The erl_tracer callbacks: called by the VM inside the traced process, for every event.
//!
//! They are raw C functions (the VM looks them up by name and arity in the table of this library and calls them directly);
//! `#[rustler::nif]` would cost 75 ns a call more.
//!
//! Invariant: no lock, no allocation (but the ring of a new thread), no message, no copy of a term.
//! Invariant: a panic ends in the callback, never in the VM.

use crate::capture::atom::ATOMS;
use crate::capture::event::{self, Content, Destination, Frame, RawEvent};
use crate::capture::filter::{self, Role};
use crate::capture::process_table;
use crate::capture::record;
use crate::capture::ring::{self, Ring};
use crate::capture::sampling;
use crate::capture::server_call::{self, Reading};
use crate::capture::server_row::Row;
use crate::capture::tick;
use crate::term::raw_term::{self, VERIFIED};
use rustler::codegen_runtime::inventory;
use rustler::sys::{ErlNifEnv, ErlNifTerm, c_int, enif_get_list_cell, enif_get_map_value};
use scope_core::event::{Class, Flags, Kind, N_CLASSES};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};

/// What the callbacks need to know of the recorder of the moment.
#[derive(Debug)]
pub(crate) struct Active {
    /// The tracer state's word; 0 when nothing is recorded.
    state: AtomicU64,
    generation: AtomicU32,
    caps: [AtomicUsize; N_CLASSES],
    depth: AtomicU32,
    buffer_bytes: AtomicUsize,
    tsc: AtomicBool,
}

pub(crate) static ACTIVE: Active = Active {
    state: AtomicU64::new(0),
    generation: AtomicU32::new(0),
    caps: [const { AtomicUsize::new(256) }; N_CLASSES],
    depth: AtomicU32::new(12),
    buffer_bytes: AtomicUsize::new(1 << 20),
    tsc: AtomicBool::new(false),
};

impl Active {
    /// Lets the callbacks record for `generation`, whose tracer state is the word `state`.
    pub(crate) fn begin(
        &self,
        state: u64,
        generation: u32,
        caps: &[usize; N_CLASSES],
        depth: u32,
        buffer_bytes: usize,
    ) {
        for (place, cap) in self.caps.iter().zip(caps) {
            place.store(*cap, Relaxed);
        }
        self.depth.store(depth, Relaxed);
        self.buffer_bytes.store(buffer_bytes, Relaxed);
        self.tsc.store(tick::has_tsc(), Relaxed);
        self.generation.store(generation, Relaxed);
        self.state.store(state, SeqCst);
    }

    /// From now on `enabled` answers `remove` to that tracer state.
    pub(crate) fn end(&self, generation: u32) {
        if self.generation.load(Relaxed) == generation {
            self.state.store(0, SeqCst);
        }
    }
}

type Args = *const ErlNifTerm;

/// The words of a callback's arguments.
///
/// # Safety
/// `argv` has more than `i` terms.
#[inline(always)]
unsafe fn arg(argv: Args, i: usize) -> u64 {
    // SAFETY: the caller's promise.
    raw_term::of(unsafe { *argv.add(i) })
}

macro_rules! callback {
    ($name:ident, $arity:literal, $function:ident) => {
        inventory::submit!(rustler::Nif {
            name: concat!(stringify!($name), "\0").as_ptr().cast(),
            arity: $arity,
            flags: 0,
            raw_func: $function,
        });
    };
}
callback!(enabled, 3, enabled);
callback!(enabled_call, 3, enabled_call);
callback!(enabled_procs, 3, enabled_procs);
callback!(trace, 5, trace_other);
callback!(trace_call, 5, trace_call);
callback!(trace_send, 5, trace_send);
callback!(trace_receive, 5, trace_receive);
callback!(trace_procs, 5, trace_procs);

/// `enabled(TraceTag, TracerState, Tracee)`: `trace` for the recorder of the moment, `remove` for any other state.
unsafe extern "C" fn enabled(_env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: the VM passes three arguments. Equal small integers have equal words.
    let current = unsafe { arg(argv, 1) } == ACTIVE.state.load(Relaxed);
    raw_term::term(if current { ATOMS.trace.load(Relaxed) } else { ATOMS.remove.load(Relaxed) })
}

/// The same for a call; `discard` leaves it out, and its return with it. The VM asks once a call, after `enabled`.
unsafe extern "C" fn enabled_call(_env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: the VM passes three arguments.
    let (state, tracee) = unsafe { (arg(argv, 1), arg(argv, 2)) };
    if state != ACTIVE.state.load(Relaxed) {
        return raw_term::term(ATOMS.remove.load(Relaxed));
    }
    if !sampling::is_on() || enables_call(tracee) {
        return raw_term::term(ATOMS.trace.load(Relaxed));
    }
    raw_term::term(ATOMS.discard.load(Relaxed))
}

/// The same for a lifecycle event. The other side of one (of the parent that a process was spawned, of a process that another linked) is
/// left out before the VM makes the event: in a node that spawns much these are half of all events.
unsafe extern "C" fn enabled_procs(_env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: the VM passes three arguments.
    let (tag, state) = unsafe { (arg(argv, 0), arg(argv, 1)) };
    if state != ACTIVE.state.load(Relaxed) {
        return raw_term::term(ATOMS.remove.load(Relaxed));
    }
    let is_other_side = [&ATOMS.spawn, &ATOMS.getting_linked, &ATOMS.getting_unlinked];
    let is_other_side = is_other_side.iter().any(|atom| tag == atom.load(Relaxed));
    raw_term::term(if is_other_side { ATOMS.discard.load(Relaxed) } else { ATOMS.trace.load(Relaxed) })
}

/// Decides on a call at a sample rate below one.
fn enables_call(tracee: u64) -> bool {
    let decided = catch_unwind(|| {
        let Some(ring) = ring::mine(&ACTIVE.buffer_bytes) else { return true };
        ring.enter(ACTIVE.generation.load(Relaxed));
        let enables = sampling::enables_call(ring, tracee);
        if !enables {
            let counters = &ring.counters[Class::Call as usize];
            ring::bump(&counters.emitted);
            ring::bump(&counters.sampled_out);
        }
        ring.leave();
        enables
    });
    decided.unwrap_or(true)
}

/// Events of kinds no process asked for: accepted, and not recorded.
unsafe extern "C" fn trace_other(_env: *mut ErlNifEnv, _argc: c_int, _argv: Args) -> ErlNifTerm {
    raw_term::term(ATOMS.ok.load(Relaxed))
}

/// Runs one callback's body between `enter` and `leave`, unless the tracer state is an old one.
///
/// # Safety
/// Called by the VM with the five arguments of a trace callback.
#[inline(always)]
unsafe fn guarded(
    env: *mut ErlNifEnv,
    argv: Args,
    class: Class,
    body: impl FnOnce(&Capture, u64, u64) -> Option<()>,
) -> ErlNifTerm {
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the VM passes five arguments: tag, state, tracee, event term, options.
        let (tag, state, tracee) = unsafe { (arg(argv, 0), arg(argv, 1), arg(argv, 2)) };
        if state != ACTIVE.state.load(Relaxed) {
            return;
        }
        let Some(ring) = ring::mine(&ACTIVE.buffer_bytes) else {
            ring::RINGLESS[class as usize].fetch_add(1, Relaxed);
            return;
        };
        ring.enter(ACTIVE.generation.load(Relaxed));
        if body(&Capture { env, ring, class }, tag, tracee).is_none() {
            ring.leave();
        }
    }));
    raw_term::term(ATOMS.ok.load(Relaxed))
}

/// A callback that is recording.
struct Capture {
    env: *mut ErlNifEnv,
    ring: &'static Ring,
    class: Class,
}

impl Capture {
    /// Writes the event, or counts it as dropped. `None` when nothing was committed.
    #[inline(always)]
    fn record(&self, event: &RawEvent) -> Option<()> {
        self.record_to(event, || None)
    }

    /// The same of a message that is sent; `to` says whom to, if it is asked.
    #[inline(always)]
    fn record_to(&self, event: &RawEvent, to: impl FnOnce() -> Option<Destination>) -> Option<()> {
        let class = event.kind.class();
        let counters = &self.ring.counters[class as usize];
        ring::bump(&counters.emitted);
        let cap = ACTIVE.caps[class as usize].load(Relaxed);
        let Some(room) = self.ring.reserve(event::max_bytes(event, cap), class) else {
            ring::bump(&counters.dropped);
            return None;
        };
        let frame = Frame {
            generation: ACTIVE.generation.load(Relaxed),
            tsc: ACTIVE.tsc.load(Relaxed),
            cap,
            depth: ACTIVE.depth.load(Relaxed),
        };
        let keeps = |walked: &[u8]| class != Class::Message || sampling::keeps_message(self.ring, walked);
        // SAFETY: the room was reserved for this draft, whose terms the VM keeps alive during the callback.
        if unsafe { event::write(self.env, self.ring, &room, event, &frame, keeps, to) } {
            return Some(());
        }
        ring::bump(&counters.sampled_out);
        None
    }

    /// Counts a call, or its return, that is left out.
    fn sampled_out(&self) -> Option<()> {
        let counters = &self.ring.counters[Class::Call as usize];
        ring::bump(&counters.emitted);
        ring::bump(&counters.sampled_out);
        None
    }

    /// Records what a call inside a behaviour says of a server.
    #[inline(always)]
    fn server(&self, row: &Row, process: u64, args: &[u64]) -> Option<()> {
        match server_call::read(row, self.env, args) {
            Reading::Event(module, content) => {
                self.record(&RawEvent { content, ..raw_event(row.kind, process, module, None) })
            }
            Reading::Nothing => self.filtered(),
            Reading::Unexpected => {
                let counters = &self.ring.counters[row.kind.class() as usize];
                ring::bump(&counters.emitted);
                ring::bump(&counters.unexpected);
                None
            }
        }
    }

    /// Counts an event that no process asked for.
    #[inline(always)]
    fn filtered(&self) -> Option<()> {
        let counters = &self.ring.counters[self.class as usize];
        ring::bump(&counters.emitted);
        ring::bump(&counters.filtered);
        None
    }

    /// `extra` of the options map: return value, exception, destination or spawned function.
    #[inline(always)]
    fn extra(&self, argv: Args) -> Option<u64> {
        let mut value = raw_term::term(0);
        // SAFETY: the VM passes five arguments, the fifth a map; the out-parameter is a valid place.
        let found = unsafe {
            enif_get_map_value(self.env, *argv.add(4), raw_term::term(ATOMS.extra.load(Relaxed)), &raw mut value)
        };
        (found != 0).then(|| raw_term::of(value))
    }

    /// The elements of a tuple.
    #[inline(always)]
    fn tuple(&self, tuple: u64) -> &[u64] {
        // SAFETY: terms of a callback live as long as it, and so does the capture.
        unsafe { server_call::tuple(self.env, tuple) }
    }

    /// The first `N` elements of a list, and its length (up to 255: the most arguments a function has).
    #[inline(always)]
    fn list<const N: usize>(&self, list: u64) -> ([u64; N], u64) {
        let (mut out, mut n) = ([0; N], 0);
        if VERIFIED.immediates.load(Relaxed) {
            let mut rest = list;
            while n < 255 && raw_term::is_list(rest) {
                // SAFETY: a live list cell of a VM whose layout was verified at load.
                let (head, tail) = unsafe { raw_term::cell(rest) };
                if n < N {
                    out[n] = head;
                }
                n += 1;
                rest = tail;
            }
            return (out, n as u64);
        }
        let mut rest = raw_term::term(list);
        let (mut head, mut tail) = (rest, rest);
        // SAFETY: the API answers 0 for what is no list cell; out-parameters are valid places.
        while n < 255 && unsafe { enif_get_list_cell(self.env, rest, &raw mut head, &raw mut tail) } != 0 {
            if let Some(place) = out.get_mut(n) {
                *place = raw_term::of(head);
            }
            n += 1;
            rest = tail;
        }
        (out, n as u64)
    }
}

fn raw_event(kind: Kind, process: u64, slot: u64, term: Option<u64>) -> RawEvent {
    let content = term.map_or(Content::None, Content::Term);
    RawEvent { kind, flags: Flags::NONE, process, slot, extra: [0; 3], content }
}

unsafe extern "C" fn trace_call(env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: called by the VM as a trace callback.
    unsafe {
        guarded(env, argv, Class::Call, |capture, tag, tracee| {
            let &[module, function, args] = capture.tuple(arg(argv, 3)) else { return capture.filtered() };
            let is_call = tag == ATOMS.call.load(Relaxed);
            // The arguments are a list, or their number when the process has the `arity` flag.
            let number = raw_term::small_value(env, args);
            let has_args = is_call && number.is_none();
            let (first, arity) =
                if has_args { capture.list::<16>(args) } else { ([0; 16], number.unwrap_or(0) as u64) };
            let Some(filter) = filter::current() else { return capture.filtered() };
            let Some(wanted) = filter.function(module, function, arity, tracee) else { return capture.filtered() };
            let extra = [function, arity, 0];
            match (wanted.role, is_call) {
                (role @ (Role::Call | Role::CallOnly), true) => {
                    let returns = role == Role::Call;
                    if !sampling::keeps_call(capture.ring, || filter.is_server(tracee), tracee, returns) {
                        return capture.sampled_out();
                    }
                    let has_args = has_args && wanted.args;
                    let mut flags = if has_args { Flags::NONE } else { Flags::ARITY_ONLY };
                    if !returns {
                        flags = flags.with(Flags::NO_RETURN);
                    }
                    let term = has_args.then_some(args);
                    capture.record(&RawEvent { flags, extra, ..raw_event(Kind::Call, tracee, module, term) })
                }
                (Role::Call | Role::CallOnly, false) => {
                    if !process_table::returned(tracee) {
                        return capture.sampled_out();
                    }
                    let kind = if tag == ATOMS.return_from.load(Relaxed) { Kind::Return } else { Kind::Exception };
                    capture.record(&RawEvent { extra, ..raw_event(kind, tracee, module, capture.extra(argv)) })
                }
                (Role::Server(row), true) if has_args && !row.returned => {
                    capture.server(&row, tracee, first.get(..arity as usize).unwrap_or(&first))
                }
                (Role::Server(row), false) if row.returned => {
                    capture.server(&row, tracee, capture.extra(argv).as_slice())
                }
                _ => capture.filtered(),
            }
        })
    }
}

unsafe extern "C" fn trace_send(env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: called by the VM as a trace callback.
    unsafe {
        guarded(env, argv, Class::Message, |capture, tag, tracee| {
            let flags = if tag == ATOMS.send_to_dead.load(Relaxed) { Flags::TO_DEAD } else { Flags::NONE };
            capture.record_to(&RawEvent { flags, ..raw_event(Kind::Send, tracee, 0, Some(arg(argv, 3))) }, || {
                let to = capture.extra(argv).unwrap_or(0);
                let single = raw_term::local_pid(env, to) || raw_term::atom(env, to);
                Some(Destination { slot: if single { to } else { 0 }, term: (!single && to != 0).then_some(to) })
            })
        })
    }
}

unsafe extern "C" fn trace_receive(env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: called by the VM as a trace callback.
    unsafe {
        guarded(env, argv, Class::Message, |capture, _tag, tracee| {
            capture.record(&raw_event(Kind::Delivered, tracee, 0, Some(arg(argv, 3))))
        })
    }
}

/// A process was spawned: it is traced like its parent, if that is followed. The VM has given it the parent's flags already.
fn follow(parent: u64, child: u64) -> bool {
    let mask = filter::current().map_or(0, |filter| filter.mask(parent));
    if mask & filter::FOLLOW != 0 {
        process_table::follow(child, mask);
    }
    mask & filter::FOLLOW != 0
}

unsafe extern "C" fn trace_procs(env: *mut ErlNifEnv, _argc: c_int, argv: Args) -> ErlNifTerm {
    // SAFETY: called by the VM as a trace callback.
    unsafe {
        guarded(env, argv, Class::Process, |capture, tag, tracee| {
            let term = arg(argv, 3);
            let is = |atom: &AtomicU64| tag == atom.load(Relaxed);
            if is(&ATOMS.spawned) {
                let call = capture.extra(argv).unwrap_or(0);
                let (extra, args) = match capture.tuple(call) {
                    &[module, function, args] => ([module, function, capture.list::<0>(args).1], Some(args)),
                    _ => ([0; 3], None),
                };
                let flags = if follow(term, tracee) { record::FOLLOWED } else { Flags::NONE };
                capture.record(&RawEvent { flags, extra, ..raw_event(Kind::Spawn, tracee, term, args) })
            } else if is(&ATOMS.exit) {
                process_table::ended(tracee);
                capture.record(&raw_event(Kind::Exit, tracee, 0, Some(term)))
            } else if is(&ATOMS.link) {
                capture.record(&raw_event(Kind::Link, tracee, term, None))
            } else if is(&ATOMS.unlink) {
                capture.record(&raw_event(Kind::Unlink, tracee, term, None))
            } else if is(&ATOMS.register) {
                capture.record(&raw_event(Kind::Register, tracee, term, None))
            } else if is(&ATOMS.unregister) {
                capture.record(&raw_event(Kind::Unregister, tracee, term, None))
            } else {
                // Of a kind that this recorder does not know.
                capture.filtered()
            }
        })
    }
}
