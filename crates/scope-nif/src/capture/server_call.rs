//! Reads a call inside OTP's behaviours by a row of the table.
//!
//! Invariant: a call that is not of the row's shape is [`Reading::Unexpected`]: never a wrong event.
//! Invariant: it takes bounded time: a step into a list is at most 255 cells.

use crate::capture::atom::ATOMS;
use crate::capture::event::Content;
use crate::capture::server_row::{Place, Row, Wanted};
use crate::term::raw_term;
use rustler::sys::{ErlNifEnv, enif_get_list_cell, enif_get_tuple, enif_is_identical, enif_is_ref};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

/// Reads a call with these arguments.
#[inline(always)]
pub(crate) fn read(row: &Row, env: *mut ErlNifEnv, args: &[u64]) -> Reading {
    let as_expected = |(place, atom): &(Place, u64)| at(place, env, args) == Some(*atom);
    if !row.expected.iter().flatten().all(as_expected) {
        // A server that does not begin returns something else.
        return if row.returned { Reading::Nothing } else { Reading::Unexpected };
    }
    let module = match &row.module {
        None => 0,
        Some(place) => match at(place, env, args) {
            Some(module) if raw_term::atom(env, module) => module,
            _ => return Reading::Unexpected,
        },
    };
    let content = match &row.wanted {
        Wanted::Term(place) => at(place, env, args).map(Content::Term),
        Wanted::Pair(one, other) => match (at(one, env, args), at(other, env, args)) {
            (Some(one), Some(other)) => Some(Content::Tuple([one, other, 0], 2)),
            _ => None,
        },
        Wanted::Handlers(place) => {
            let list = at(place, env, args).filter(|list| *list == raw_term::NIL || cell(env, *list).is_some());
            list.map(Content::Handlers)
        }
        Wanted::Event(place) => at(place, env, args).and_then(|event| message_of(env, event)),
        Wanted::Message { message, tag, timer } => {
            match (at(message, env, args), at(tag, env, args), at(timer, env, args)) {
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

/// What stands at a place of a call.
#[inline(always)]
fn at(place: &Place, env: *mut ErlNifEnv, args: &[u64]) -> Option<u64> {
    let (first, inner) = place.steps().split_first()?;
    let found = args.get(usize::from(*first)).copied()?;
    inner.iter().try_fold(found, |word, step| element(env, word, *step))
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
/// which no process sent as such, is its event.
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
