//! What kind of term a boxed word is, learned from real terms when the library is loaded.
//!
//! The API's own question, `enif_term_type`, ends the VM where a term is of a kind that this VM's API does not know (a native record of
//! OTP 29 is one). So it is never asked: a header's kind is looked up in a table, and a kind that is not in the table is put to the
//! API's yes-or-no questions, which say no to whatever they do not know.
//!
//! Invariant: `enif_term_type` (and with it rustler's `Term::get_type`) is called nowhere in this crate.
//! Invariant: a header's kind is in the table only if a term with it was made at load and the API agreed on what it is.

use crate::raw_term::{self, VERIFIED};
use crate::term::external_format::decode;
use crate::term::native_record;
use rustler::sys::{
    ErlNifEnv, ErlNifTerm, c_int, enif_get_double, enif_is_atom, enif_is_binary, enif_is_fun, enif_is_list,
    enif_is_map, enif_is_number, enif_is_pid, enif_is_port, enif_is_ref, enif_is_tuple, enif_make_double,
    enif_make_int64, enif_make_map_from_arrays, enif_make_new_binary, enif_make_new_map, enif_make_ref,
    enif_make_sub_binary, enif_make_uint64,
};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// What a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum TermKind {
    /// Of a kind that was not learned, and that the API does not know either.
    Unknown = 0,
    Atom,
    List,
    Pid,
    Port,
    Integer,
    Tuple,
    Binary,
    /// A bitstring that is no whole number of bytes.
    Bitstring,
    Map,
    Float,
    Reference,
    Fun,
    PositiveBig,
    NegativeBig,
    NativeRecord,
}

const N_KINDS: usize = 64;

/// By the low six bits of a header.
static KINDS: [AtomicU8; N_KINDS] = [const { AtomicU8::new(0) }; N_KINDS];

/// The kinds a table entry can hold, by number.
const LEARNED: [TermKind; 16] = [
    TermKind::Unknown,
    TermKind::Atom,
    TermKind::List,
    TermKind::Pid,
    TermKind::Port,
    TermKind::Integer,
    TermKind::Tuple,
    TermKind::Binary,
    TermKind::Bitstring,
    TermKind::Map,
    TermKind::Float,
    TermKind::Reference,
    TermKind::Fun,
    TermKind::PositiveBig,
    TermKind::NegativeBig,
    TermKind::NativeRecord,
];

/// The kind of a boxed term with this header. A binary may turn out to be a bitstring: both have one header.
#[inline(always)]
pub(crate) fn of_header(header: u64) -> TermKind {
    LEARNED[usize::from(KINDS[(header & 0x3f) as usize].load(Relaxed) & 0xf)]
}

/// Whether terms of a kind are recorded from others by their header.
pub(crate) fn is_learned(kind: TermKind) -> bool {
    KINDS.iter().any(|known| known.load(Relaxed) == kind as u8)
}

/// The kind of any live term, by questions that are safe for every term.
pub(crate) fn of_term(env: *mut ErlNifEnv, term: ErlNifTerm) -> TermKind {
    let word = raw_term::of(term);
    if VERIFIED.immediates.load(Relaxed) && raw_term::is_boxed(word) {
        // SAFETY: a live boxed term of a VM whose layout was verified at load.
        let learned = of_header(unsafe { raw_term::boxed(word).0 });
        if learned == TermKind::NativeRecord {
            return learned;
        }
    }
    type Question = unsafe extern "C" fn(*mut ErlNifEnv, ErlNifTerm) -> c_int;
    let questions: [(Question, TermKind); 9] = [
        (enif_is_atom, TermKind::Atom),
        (enif_is_binary, TermKind::Binary),
        (enif_is_list, TermKind::List),
        (enif_is_tuple, TermKind::Tuple),
        (enif_is_map, TermKind::Map),
        (enif_is_fun, TermKind::Fun),
        (enif_is_pid, TermKind::Pid),
        (enif_is_ref, TermKind::Reference),
        (enif_is_port, TermKind::Port),
    ];
    for (is, kind) in questions {
        // SAFETY: asking about a live term; each of these answers 0 for what it does not know.
        if unsafe { is(env, term) } != 0 {
            return kind;
        }
    }
    let mut float = 0.0;
    // SAFETY: as above; the out-parameter is a valid place.
    unsafe {
        if enif_is_number(env, term) == 0 {
            TermKind::Unknown
        } else if enif_get_double(env, term, &raw mut float) != 0 {
            TermKind::Float
        } else {
            TermKind::Integer
        }
    }
}

/// Fills the table. Called once, when the library is loaded, after [`raw_term::check`].
pub(crate) fn learn(env: *mut ErlNifEnv) {
    if !VERIFIED.immediates.load(Relaxed) {
        return;
    }
    KINDS[0].store(TermKind::Tuple as u8, Relaxed);
    // SAFETY: terms made in the live environment of the load callback, and read before it ends.
    unsafe {
        let (mut whole, mut long) = (enif_make_int64(env, 0), enif_make_int64(env, 0));
        enif_make_new_binary(env, 3, &raw mut whole);
        enif_make_new_binary(env, 300, &raw mut long);
        for binary in [whole, long, enif_make_sub_binary(env, long, 1, 200), enif_make_sub_binary(env, long, 1, 3)] {
            store(env, binary, TermKind::Binary, TermKind::Binary);
        }
        let keys: Vec<ErlNifTerm> = (0..64).map(|n| enif_make_int64(env, n)).collect();
        let mut large = whole;
        if enif_make_map_from_arrays(env, keys.as_ptr(), keys.as_ptr(), keys.len(), &raw mut large) != 0 {
            store(env, large, TermKind::Map, TermKind::Map);
        }
        store(env, enif_make_new_map(env), TermKind::Map, TermKind::Map);
        store(env, enif_make_ref(env), TermKind::Reference, TermKind::Reference);
        let float = enif_make_double(env, 1.5);
        if raw_term::is_boxed(raw_term::of(float)) && *raw_term::boxed(raw_term::of(float)).1 == 1.5f64.to_bits() {
            store(env, float, TermKind::Float, TermKind::Float);
        }
        let bigs = [
            (enif_make_uint64(env, (1 << 63) + 77), TermKind::PositiveBig, (1 << 63) + 77),
            (enif_make_int64(env, -(1 << 62) - 5), TermKind::NegativeBig, (1 << 62) + 5),
        ];
        for (big, kind, digit) in bigs {
            if raw_term::is_boxed(raw_term::of(big)) {
                let (header, words) = raw_term::boxed(raw_term::of(big));
                if raw_term::arity(header) == 1 && *words == digit {
                    store(env, big, TermKind::Integer, kind);
                }
            }
        }
        for (sample, kind) in SAMPLES {
            if let Some(term) = decode(env, sample) {
                store(env, term, *kind, *kind);
            }
        }
        if let Some(header) = native_record::learn(env) {
            KINDS[(header & 0x3f) as usize].store(TermKind::NativeRecord as u8, Relaxed);
        }
    }
}

/// Kinds that no function of the API makes, in the External Term Format: an exported fun, a fun of a module that is not there, and a
/// pid, a port and a reference of another node.
const SAMPLES: &[(&[u8], TermKind)] = &[
    (b"\x83q\x77\x06erlang\x77\x04halta\0", TermKind::Fun),
    (
        b"\x83p\0\0\0\x49\0abcdefghijklmnop\0\0\0\0\0\0\0\0\x77\x13elixir_scope_sample\x61\0\x61\0\
          X\x77\x0dnobody@sample\0\0\0\x01\0\0\0\0\0\0\0\x01",
        TermKind::Fun,
    ),
    (b"\x83X\x77\x0dnobody@sample\0\0\0\x01\0\0\0\0\0\0\0\x01", TermKind::Pid),
    (b"\x83Y\x77\x0dnobody@sample\0\0\0\x01\0\0\0\x01", TermKind::Port),
    (b"\x83Z\0\x03\x77\x0dnobody@sample\0\0\0\x01\0\0\0\x01\0\0\0\x02\0\0\0\x03", TermKind::Reference),
];

/// Enters the kind of a boxed sample, if the API agrees that it is an `agreed`.
///
/// # Safety
/// `term` is alive in `env`.
unsafe fn store(env: *mut ErlNifEnv, term: ErlNifTerm, agreed: TermKind, kind: TermKind) {
    let word = raw_term::of(term);
    if raw_term::is_boxed(word) && of_term(env, term) == agreed {
        // SAFETY: a live boxed term of a verified VM.
        let header = unsafe { raw_term::boxed(word).0 };
        KINDS[(header & 0x3f) as usize].store(kind as u8, Relaxed);
    }
}
