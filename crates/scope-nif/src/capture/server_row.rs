//! A row of the table that says where a call inside OTP's behaviours shows a server's state, or the message it begins to handle.
//!
//! The functions are private to OTP, and their arguments are others in every few releases. So where something stands is data:
//! `ElixirScope.ServerLoop` has the candidates, and finds out at the first start which of them are true on this VM, reading through
//! [`Row::read`] as the callbacks do.
//!
//! Invariant: a call that is not of the row's shape is [`Reading::Unexpected`]: never a wrong event.
//! Invariant: a row is read in bounded time: its places are at most [`MAX_STEPS`] steps deep, and a step into a list at most 255 cells.

use crate::capture::event::Content;
use crate::capture::tracer::ATOMS;
use crate::term::raw_term;
use rustler::sys::{ErlNifEnv, enif_get_list_cell, enif_get_tuple, enif_is_identical, enif_is_ref};
use rustler::{Atom, Error, NifResult, Term};
use scope_core::event::Kind;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const MAX_STEPS: usize = 4;
const MAX_EXPECTED: usize = 2;

/// A place in a call: the number of an argument, then of an element in it (of a tuple or a list), and so on. All count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    steps: [u8; MAX_STEPS],
    n: u8,
}

impl Place {
    fn new(steps: &[u8]) -> Option<Self> {
        let mut place = Self { steps: [0; MAX_STEPS], n: u8::try_from(steps.len()).ok()? };
        place.steps.get_mut(..steps.len()).filter(|_| !steps.is_empty())?.copy_from_slice(steps);
        Some(place)
    }

    /// What stands there.
    #[inline(always)]
    fn read(&self, env: *mut ErlNifEnv, args: &[u64]) -> Option<u64> {
        let (first, inner) = self.steps.get(..usize::from(self.n))?.split_first()?;
        let found = args.get(usize::from(*first)).copied()?;
        inner.iter().try_fold(found, |word, step| element(env, word, *step))
    }
}

/// An element of a tuple or a list.
#[inline(always)]
fn element(env: *mut ErlNifEnv, word: u64, n: u8) -> Option<u64> {
    // SAFETY: part of a live term of this call.
    if let Some(found) = unsafe { tuple(env, word) }.get(usize::from(n)) {
        return Some(*found);
    }
    let mut rest = word;
    for _ in 0..n {
        rest = cell(env, rest)?.1;
    }
    cell(env, rest).map(|(head, _)| head)
}

/// The elements of a tuple; none of another term.
///
/// # Safety
/// `word` is a term of `env` that lives as long as `'a`.
#[inline(always)]
pub(crate) unsafe fn tuple<'a>(env: *mut ErlNifEnv, word: u64) -> &'a [u64] {
    if raw_term::VERIFIED.immediates.load(Relaxed) {
        // SAFETY: the caller's promise.
        return unsafe { raw_term::elements(word) };
    }
    let (mut n, mut elements) = (0, std::ptr::null());
    // SAFETY: the API answers 0 for what is no tuple; its array lives as long as the term.
    unsafe {
        if enif_get_tuple(env, raw_term::term(word), &raw mut n, &raw mut elements) == 0 {
            return &[];
        }
        std::slice::from_raw_parts(elements.cast::<u64>(), n as usize)
    }
}

/// Head and tail of a live list cell; none of another term.
#[inline(always)]
pub(crate) fn cell(env: *mut ErlNifEnv, word: u64) -> Option<(u64, u64)> {
    if raw_term::VERIFIED.immediates.load(Relaxed) {
        // SAFETY: a live list cell of a VM whose layout was verified at load.
        return raw_term::is_list(word).then(|| unsafe { raw_term::cell(word) });
    }
    let (mut head, mut tail) = (raw_term::term(word), raw_term::term(word));
    // SAFETY: the API answers 0 for what is no list cell; out-parameters are valid places.
    let found = unsafe { enif_get_list_cell(env, raw_term::term(word), &raw mut head, &raw mut tail) };
    (found != 0).then(|| (raw_term::of(head), raw_term::of(tail)))
}

/// What of a call is recorded, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// A term as it is.
    Term(Place),
    /// Two terms as a pair: state and data of a `gen_statem` that begins.
    Pair(Place, Place),
    /// The handlers of a `gen_event`, a list.
    Handlers(Place),
    /// An event of a `gen_statem`, as the message it was.
    Event(Place),
    /// A message to a `gen_server` of OTP 28 and later: where its own timers' tag stands, and its running timer.
    Message { message: Place, tag: Place, timer: Place },
}

/// A row: a traced function, and what a call of it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    wanted: Wanted,
    /// Where the callback module stands, if it is in the call.
    module: Option<Place>,
    /// What else must stand where: places and words of atoms.
    expected: [Option<(Place, u64)>; MAX_EXPECTED],
    /// Whether it is what the function returns that is read, as its one argument, and may be something else.
    pub(crate) returned: bool,
}

/// What a call says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reading {
    /// The module's word, 0 for none, and what is recorded.
    Event(u64, Content),
    /// A call that is no event: the server lets a message pass.
    Nothing,
    /// A call of another shape.
    Unexpected,
}

/// Kind, wanted, module, expected.
type RowTerm<'a> = (Atom, Term<'a>, Option<Vec<u8>>, Vec<(Vec<u8>, Term<'a>)>);

impl Row {
    /// Reads a row: `{kind, wanted, module, expected}`, with kinds `state`, `last`, `first`, `handled`; wanted `{term, Place}`,
    /// `{pair, Place, Place}`, `{handlers, Place}`, `{event, Place}` or `{message, Place, Place, Place}`; module a place or `nil`;
    /// expected `[{Place, atom}]`.
    pub(crate) fn decode(term: Term<'_>) -> NifResult<Self> {
        let (kind, wanted, module, expected): RowTerm<'_> = term.decode()?;
        let name = |atom: Atom| atom.to_term(term.get_env()).atom_to_string();
        let place = |steps: &[u8]| Place::new(steps).ok_or(Error::BadArg);
        let (kind, returned) = match name(kind)?.as_str() {
            "state" => (Kind::State, false),
            "last" => (Kind::Terminate, false),
            "first" => (Kind::State, true),
            "handled" => (Kind::Handled, false),
            _ => return Err(Error::BadArg),
        };
        let wanted = if let Ok((how, one)) = wanted.decode::<(Atom, Vec<u8>)>() {
            match name(how)?.as_str() {
                "term" => Wanted::Term(place(&one)?),
                "handlers" => Wanted::Handlers(place(&one)?),
                "event" => Wanted::Event(place(&one)?),
                _ => return Err(Error::BadArg),
            }
        } else if let Ok((_pair, one, other)) = wanted.decode::<(Atom, Vec<u8>, Vec<u8>)>() {
            Wanted::Pair(place(&one)?, place(&other)?)
        } else {
            let (_message, message, tag, timer): (Atom, Vec<u8>, Vec<u8>, Vec<u8>) = wanted.decode()?;
            Wanted::Message { message: place(&message)?, tag: place(&tag)?, timer: place(&timer)? }
        };
        let module = module.map(|steps| place(&steps)).transpose()?;
        let mut places = [None; MAX_EXPECTED];
        if expected.len() > MAX_EXPECTED {
            return Err(Error::BadArg);
        }
        for (slot, (steps, atom)) in places.iter_mut().zip(expected) {
            *slot = Some((place(&steps)?, raw_term::of(atom.as_c_arg())));
        }
        Ok(Self { kind, wanted, module, expected: places, returned })
    }

    /// Reads a call with these arguments.
    #[inline(always)]
    pub(crate) fn read(&self, env: *mut ErlNifEnv, args: &[u64]) -> Reading {
        let as_expected = |(place, atom): &(Place, u64)| place.read(env, args) == Some(*atom);
        if !self.expected.iter().flatten().all(as_expected) {
            // A server that does not begin returns something else.
            return if self.returned { Reading::Nothing } else { Reading::Unexpected };
        }
        let module = match &self.module {
            None => 0,
            Some(place) => match place.read(env, args) {
                Some(module) if raw_term::atom(env, module) => module,
                _ => return Reading::Unexpected,
            },
        };
        let content = match &self.wanted {
            Wanted::Term(place) => place.read(env, args).map(Content::Term),
            Wanted::Pair(one, other) => match (one.read(env, args), other.read(env, args)) {
                (Some(one), Some(other)) => Some(Content::Tuple([one, other, 0], 2)),
                _ => None,
            },
            Wanted::Handlers(place) => {
                let list = place.read(env, args).filter(|list| *list == raw_term::NIL || cell(env, *list).is_some());
                list.map(Content::Handlers)
            }
            Wanted::Event(place) => place.read(env, args).and_then(|event| message_of(env, event)),
            Wanted::Message { message, tag, timer } => {
                match (message.read(env, args), tag.read(env, args), timer.read(env, args)) {
                    (Some(message), Some(tag), Some(timer)) => match due(env, message, tag, timer) {
                        Timer::None => Some(Content::Term(message)),
                        Timer::Due(message) => Some(Content::Term(message)),
                        Timer::Stale => return Reading::Nothing,
                    },
                    _ => None,
                }
            }
        };
        content.map_or(Reading::Unexpected, |content| Reading::Event(module, content))
    }
}

/// Whether a message is of a server's own timer.
enum Timer {
    None,
    /// It is, and this is what the server handles.
    Due(u64),
    /// It was: the server let it go meanwhile.
    Stale,
}

/// `{timeout, Reference, Tag}`, with the server's own tag, is of its timer: it handles what stands behind the reference in
/// `[Reference | Message]`, if that is the one that runs.
#[inline(always)]
fn due(env: *mut ErlNifEnv, message: u64, tag: u64, timer: u64) -> Timer {
    // SAFETY: a live term of this call.
    let &[timeout, reference, message_tag] = (unsafe { tuple(env, message) }) else { return Timer::None };
    if timeout != ATOMS.timeout.load(Relaxed) || !same_reference(env, message_tag, tag) {
        return Timer::None;
    }
    match cell(env, timer) {
        Some((running, behind)) if same_reference(env, running, reference) => Timer::Due(behind),
        _ => Timer::Stale,
    }
}

/// Whether two words are one reference. (Others are not compared: that could take long.)
fn same_reference(env: *mut ErlNifEnv, one: u64, other: u64) -> bool {
    let (one, other) = (raw_term::term(one), raw_term::term(other));
    // SAFETY: asking about live terms of this call.
    unsafe { enif_is_ref(env, one) != 0 && enif_is_ref(env, other) != 0 && enif_is_identical(one, other) != 0 }
}

/// The message behind an event of a `gen_statem`, as it was sent: `{{call, From}, Request}` was `{'$gen_call', From, Request}`. A time-out,
/// which nobody sent as such, is its event.
#[inline(always)]
fn message_of(env: *mut ErlNifEnv, event: u64) -> Option<Content> {
    // SAFETY: live terms of this call.
    let &[kind, content] = (unsafe { tuple(env, event) }) else { return None };
    let is = |word: u64, atom: &AtomicU64| word == atom.load(Relaxed);
    // SAFETY: as above.
    Some(match unsafe { tuple(env, kind) } {
        &[call, from] if is(call, &ATOMS.call) => Content::Tuple([ATOMS.gen_call.load(Relaxed), from, content], 3),
        _ if is(kind, &ATOMS.cast) => Content::Tuple([ATOMS.gen_cast.load(Relaxed), content, 0], 2),
        _ if is(kind, &ATOMS.info) => Content::Term(content),
        _ => Content::Term(event),
    })
}
