//! VM words: what a term's machine word says without asking the VM, and whether that may be trusted here.
//!
//! The layouts are those of 64-bit ERTS (`erl_term.h`: primary tags in the low two bits, immediates in the low four or six). They are
//! no part of the NIF API, so [`check`] compares each with what the API says of sample terms when the library is loaded.
//!
//! Invariant: nothing is read through a word of a kind that was not verified; the caller falls back to the API.

use rustler::sys::{
    ErlNifEnv, ErlNifPid, ErlNifTerm, enif_get_int64, enif_get_list_cell, enif_get_local_pid, enif_get_tuple,
    enif_is_atom, enif_make_atom_len, enif_make_copy, enif_make_int64, enif_make_list_cell, enif_make_list_from_array,
    enif_make_pid, enif_make_tuple_from_array, enif_self,
};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The word of a term.
#[inline(always)]
pub(crate) fn of(term: ErlNifTerm) -> u64 {
    // SAFETY: ErlNifTerm is `repr(transparent)` over a `usize`, which has 64 bits on the platforms built for.
    unsafe { std::mem::transmute::<ErlNifTerm, usize>(term) as u64 }
}

/// The term of a word that came from [`of`].
#[inline(always)]
pub(crate) fn term(word: u64) -> ErlNifTerm {
    // SAFETY: the inverse of `of`.
    unsafe { std::mem::transmute::<usize, ErlNifTerm>(word as usize) }
}

/// The empty list.
pub(crate) const NIL: u64 = 0x3b;

pub(crate) const fn is_small(word: u64) -> bool {
    word & 0xf == 0xf
}
pub(crate) const fn small(word: u64) -> i64 {
    (word as i64) >> 4
}
pub(crate) const fn is_atom(word: u64) -> bool {
    word & 0x3f == 0x0b
}
pub(crate) const fn is_pid(word: u64) -> bool {
    word & 0xf == 0x3
}
pub(crate) const fn is_port(word: u64) -> bool {
    word & 0xf == 0x7
}
pub(crate) const fn is_list(word: u64) -> bool {
    word & 3 == 1
}
pub(crate) const fn is_boxed(word: u64) -> bool {
    word & 3 == 2
}

/// Whether a term is a boxed one that may be read where it lies.
#[inline(always)]
pub(crate) fn is_verified_box(word: u64) -> bool {
    is_boxed(word) && VERIFIED.immediates.load(Relaxed)
}

/// Head and tail of a list cell.
///
/// # Safety
/// `word` is a live list cell ([`is_list`]) of a verified VM.
#[inline(always)]
pub(crate) unsafe fn cell(word: u64) -> (u64, u64) {
    let at = (word - 1) as *const u64;
    // SAFETY: a list pointer is the address of two words plus the tag 1; the caller vouches for the term.
    unsafe { (*at, *at.add(1)) }
}

/// The header and the words behind it of a boxed term.
///
/// # Safety
/// `word` is a live boxed term ([`is_boxed`]) of a verified VM.
#[inline(always)]
pub(crate) unsafe fn boxed(word: u64) -> (u64, *const u64) {
    let at = (word - 2) as *const u64;
    // SAFETY: a boxed pointer is the address of the header plus the tag 2; the caller vouches for the term.
    unsafe { (*at, at.add(1)) }
}

/// The elements of a tuple; none for any other term, and for a VM that was not verified.
///
/// # Safety
/// `word` is a term that lives as long as `'a`.
#[inline(always)]
pub(crate) unsafe fn elements<'a>(word: u64) -> &'a [u64] {
    if !VERIFIED.immediates.load(Relaxed) || !is_boxed(word) {
        return &[];
    }
    // SAFETY: a live boxed term of a VM whose layout was verified at load; a tuple's header is followed by its elements.
    unsafe {
        let (header, words) = boxed(word);
        if subtag(header) != 0 { &[] } else { std::slice::from_raw_parts(words, arity(header) as usize) }
    }
}

/// Whether a term is an atom, by its word where that was verified, else by the API.
#[inline(always)]
pub(crate) fn atom(env: *mut ErlNifEnv, word: u64) -> bool {
    // SAFETY: asking the kind of a live term.
    if VERIFIED.immediates.load(Relaxed) { is_atom(word) } else { unsafe { enif_is_atom(env, term(word)) != 0 } }
}

/// Whether a term is a pid of this node.
#[inline(always)]
pub(crate) fn local_pid(env: *mut ErlNifEnv, word: u64) -> bool {
    let mut pid = std::mem::MaybeUninit::<ErlNifPid>::uninit();
    if VERIFIED.immediates.load(Relaxed) {
        return is_pid(word);
    }
    // SAFETY: asking about a live term; the out-parameter is a valid place. Remote pids are no local pids to the API.
    unsafe { enif_get_local_pid(env, term(word), pid.as_mut_ptr()) != 0 }
}

/// The value of a small integer.
#[inline(always)]
pub(crate) fn small_value(env: *mut ErlNifEnv, word: u64) -> Option<i64> {
    if VERIFIED.immediates.load(Relaxed) {
        return is_small(word).then(|| small(word));
    }
    let mut value = 0;
    // SAFETY: asking about a live term; the out-parameter is a valid place.
    (unsafe { enif_get_int64(env, term(word), &raw mut value) } != 0).then_some(value)
}

/// The kind of a boxed term: the low six bits of its header. 0 is a tuple.
pub(crate) const fn subtag(header: u64) -> u64 {
    header & 0x3f
}

/// The number of words (or elements) behind a header.
pub(crate) const fn arity(header: u64) -> u64 {
    header >> 6
}

/// What was verified at load. A `false` means that the API is used instead.
#[derive(Debug)]
pub(crate) struct Verified {
    /// Small integers, atoms, nil, list cells and tuples.
    pub(crate) immediates: AtomicBool,
}

pub(crate) static VERIFIED: Verified = Verified { immediates: AtomicBool::new(false) };

/// Compares the layouts above with the API, on terms made in `env`. Called once, when the library is loaded.
pub(crate) fn check(env: *mut ErlNifEnv) {
    // SAFETY: `env` is the live environment of the load callback; every term below is made in it and read before it ends.
    unsafe {
        let int = |n| of(enif_make_int64(env, n));
        let atom = of(enif_make_atom_len(env, c"ok".as_ptr(), 2));
        let elements = [term(int(5)), term(atom)];
        let list = enif_make_list_from_array(env, elements.as_ptr(), 2);
        let improper = enif_make_list_cell(env, elements[0], elements[1]);
        let tuple = enif_make_tuple_from_array(env, elements.as_ptr(), 2);
        let immediates = is_small(int(5))
            && small(int(5)) == 5
            && small(int(-7)) == -7
            && small(int(1 << 58)) == 1 << 58
            && is_atom(atom)
            && of(enif_make_copy(env, elements[1])) == atom
            && of(enif_make_list_from_array(env, elements.as_ptr(), 0)) == NIL
            && is_list(of(list))
            && is_list(of(improper))
            && list_agrees(env, list)
            && list_agrees(env, improper)
            && is_boxed(of(tuple))
            && tuple_agrees(env, tuple)
            && pid_agrees(env);
        VERIFIED.immediates.store(immediates, Relaxed);
    }
}

/// Whether reading a list cell by hand agrees with the API.
///
/// # Safety
/// `list` is a list cell of `env`.
unsafe fn list_agrees(env: *mut ErlNifEnv, list: ErlNifTerm) -> bool {
    let (mut head, mut tail) = (list, list);
    // SAFETY: the caller vouches for `list`; the out-parameters are valid places.
    unsafe {
        enif_get_list_cell(env, list, &raw mut head, &raw mut tail) != 0 && cell(of(list)) == (of(head), of(tail))
    }
}

/// Whether reading a tuple by hand agrees with the API.
///
/// # Safety
/// `tuple` is a pair of `env`.
unsafe fn tuple_agrees(env: *mut ErlNifEnv, tuple: ErlNifTerm) -> bool {
    let (mut n, mut elements) = (0 as c_int, std::ptr::null::<ErlNifTerm>());
    // SAFETY: the caller vouches for `tuple`; the out-parameters are valid places, and the API's array has `n` elements.
    unsafe {
        let (header, words) = boxed(of(tuple));
        enif_get_tuple(env, tuple, &raw mut n, &raw mut elements) != 0
            && n == 2
            && header == 2 << 6
            && elements.cast::<u64>() == words
    }
}

/// Whether the pid of the loading process has a local pid's word.
///
/// # Safety
/// `env` is the environment of a process.
unsafe fn pid_agrees(env: *mut ErlNifEnv) -> bool {
    let mut pid = std::mem::MaybeUninit::<ErlNifPid>::uninit();
    // SAFETY: `enif_self` fills the place, or answers null outside a process.
    unsafe { !enif_self(env, pid.as_mut_ptr()).is_null() && is_pid(of(enif_make_pid(env, pid.assume_init()))) }
}
