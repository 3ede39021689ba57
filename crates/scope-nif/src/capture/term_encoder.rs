//! The capped walk: writes a term of the VM into a capture buffer, in the in-flight form of `scope_core::term`.
//!
//! Invariant: bounded time and space whatever the term: at most `cap` bytes, `depth` levels, [`MAX_SLOW`] calls of the VM's API; no
//! allocation, no copy of the term.
//! Invariant: deterministic: the same term under the same limits gives the same bytes, on every thread (the match key rests on it).

mod map;

use crate::term::bitstring::{self, Reading};
use crate::term::native_record;
use crate::term::raw_term::{self, VERIFIED};
use crate::term::term_kind::{self, TermKind};
use rustler::sys::{
    ErlNifBinary, ErlNifEnv, ErlNifHash, enif_get_double, enif_get_int64, enif_get_list_cell, enif_get_tuple,
    enif_get_uint64, enif_hash, enif_inspect_binary,
};
use scope_core::term::{Opaque, tag};
use std::sync::atomic::Ordering::Relaxed;

/// The most bytes a walk may write beyond its budget: one scalar or header (22 bytes at most) that began inside it, and one byte for
/// each list still open. Tuples and whole maps reserve a byte for each of their elements before the first is walked.
pub(crate) const SLACK: usize = 32 + MAX_DEPTH as usize;

/// The deepest walk that may be asked for.
pub(crate) const MAX_DEPTH: u32 = 96;

/// Bytes of a native record in front of its fields.
const RECORD_HEAD: usize = 32;

/// Digits (64-bit words) of an integer that are kept; a wider one is opaque.
const MAX_DIGITS: u64 = 32;

/// What a walk may spend on calls of the VM's API, where a term cannot be read where it lies: one costs 10 to 40 ns. What is beyond is cut.
/// Raising it costs the traced process as much, for states made of large maps and of pids of other nodes.
pub(crate) const MAX_SLOW: u32 = 1_024;

/// What a hash of a small term costs of that, and the kind and number of a term whose layout is not known.
const HASH_COST: u32 = 3;
const BY_API_COST: u32 = 12;

/// Where the walk writes, and how much it may.
#[derive(Debug)]
pub(crate) struct Walk {
    env: *mut ErlNifEnv,
    at: *mut u8,
    /// The budget ends here; [`SLACK`] more bytes are writable.
    end: *mut u8,
    depth: u32,
    /// What is left of [`MAX_SLOW`].
    n_slow: u32,
}

impl Walk {
    /// A walk that may write up to `cap` bytes at `at`.
    ///
    /// # Safety
    /// `at` has `cap + SLACK` writable bytes, and every term walked is alive in `env`.
    pub(crate) unsafe fn new(env: *mut ErlNifEnv, at: *mut u8, cap: usize, depth: u32) -> Self {
        // SAFETY: within the bytes the caller vouches for.
        Self { env, at, end: unsafe { at.add(cap) }, depth, n_slow: MAX_SLOW }
    }

    /// Writes one term; returns how many bytes it took.
    #[inline(always)]
    pub(crate) fn term(&mut self, word: u64) -> usize {
        let start = self.at as usize;
        self.walk(word, self.depth);
        self.at as usize - start
    }

    /// Writes a tuple of these elements, as if it were one term.
    pub(crate) fn tuple_of(&mut self, elements: &[u64]) -> usize {
        let start = self.at as usize;
        self.tuple(elements, self.depth);
        self.at as usize - start
    }

    /// Writes the handlers of a `gen_event`, a list of records `{handler, Module, Id, State, Supervisor}`, as `sys:get_state` shows them:
    /// `[{Module, Id, State}]`.
    pub(crate) fn handlers(&mut self, list: u64) -> usize {
        if !raw_term::is_list(list) || !VERIFIED.immediates.load(Relaxed) {
            return self.term(list);
        }
        let start = self.at as usize;
        self.byte(tag::LIST);
        let count_at = self.at;
        self.bytes([0; 4]);
        let (mut rest, mut n) = (list, 0);
        while raw_term::is_list(rest) && self.at < self.end {
            // SAFETY: a live list cell of a VM whose layout was verified at load.
            let (head, tail) = unsafe { raw_term::cell(rest) };
            // SAFETY: part of a term that is alive in `env` during this walk.
            match unsafe { raw_term::elements(head) } {
                [_, module, id, state, ..] => self.tuple(&[*module, *id, *state], self.depth - 1),
                _ => self.walk(head, self.depth - 1),
            }
            rest = tail;
            n += 1;
        }
        self.patch(count_at, n);
        if raw_term::is_list(rest) {
            self.byte(tag::CUT)
        } else {
            self.walk(rest, self.depth - 1)
        }
        self.at as usize - start
    }

    /// Whether so much of the API's calls is left; it is spent then.
    #[inline(always)]
    fn spends(&mut self, cost: u32) -> bool {
        let left = self.n_slow.checked_sub(cost);
        self.n_slow = left.unwrap_or(self.n_slow);
        left.is_some()
    }

    #[inline(always)]
    fn left(&self) -> usize {
        (self.end as usize).saturating_sub(self.at as usize)
    }

    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        // SAFETY: every caller stays within the budget checked by `walk`, or within SLACK behind it.
        unsafe {
            self.at.write(byte);
            self.at = self.at.add(1);
        }
    }

    #[inline(always)]
    fn bytes<const N: usize>(&mut self, bytes: [u8; N]) {
        // SAFETY: as in `byte`.
        unsafe {
            self.at.cast::<[u8; N]>().write_unaligned(bytes);
            self.at = self.at.add(N);
        }
    }

    #[inline(always)]
    fn tagged(&mut self, tag: u8, word: u64) {
        self.byte(tag);
        self.bytes(word.to_be_bytes());
    }

    #[inline(always)]
    fn walk(&mut self, word: u64, depth: u32) {
        // The largest scalar fits into what may be written behind the end; collections check again.
        if self.at >= self.end {
            return self.byte(tag::CUT);
        }
        if !VERIFIED.immediates.load(Relaxed) {
            return self.by_api(word, depth);
        }
        if raw_term::is_small(word) {
            self.integer(raw_term::small(word));
        } else if raw_term::is_atom(word) {
            self.tagged(tag::ATOM, word);
        } else if raw_term::is_list(word) {
            self.list(word, depth);
        } else if raw_term::is_boxed(word) {
            self.boxed(word, depth);
        } else if raw_term::is_pid(word) {
            self.tagged(tag::PID, word);
        } else if word == raw_term::NIL {
            self.byte(tag::NIL);
        } else {
            self.by_api(word, depth);
        }
    }

    #[inline(always)]
    fn integer(&mut self, n: i64) {
        if let Ok(n) = u8::try_from(n) {
            self.bytes([tag::SMALL_INTEGER, n]);
        } else if let Ok(n) = i32::try_from(n) {
            self.byte(tag::INTEGER);
            self.bytes(n.to_be_bytes());
        } else {
            self.big(n < 0, n.unsigned_abs());
        }
    }

    fn big(&mut self, negative: bool, magnitude: u64) {
        let n = 8 - magnitude.leading_zeros() as usize / 8;
        self.bytes([tag::SMALL_BIG, n as u8, u8::from(negative)]);
        let bytes = magnitude.to_le_bytes();
        bytes[..n].iter().for_each(|b| self.byte(*b));
    }

    #[inline(always)]
    fn boxed(&mut self, word: u64, depth: u32) {
        // SAFETY: a live boxed term of a VM whose layout was verified at load.
        let (header, words) = unsafe { raw_term::boxed(word) };
        match term_kind::of_header(header) {
            TermKind::Tuple => {
                // SAFETY: a tuple's header is followed by `arity` element words.
                let elements = unsafe { std::slice::from_raw_parts(words, raw_term::arity(header) as usize) };
                self.tuple(elements, depth);
            }
            TermKind::Binary => self.binary(word),
            TermKind::Map => self.map(word, depth),
            TermKind::Float => {
                self.byte(tag::FLOAT);
                // SAFETY: a float's header is followed by its 64 bits.
                self.bytes(unsafe { *words }.to_be_bytes());
            }
            TermKind::Reference => self.reference(word),
            kind @ (TermKind::PositiveBig | TermKind::NegativeBig) => {
                // SAFETY: a bignum's header is followed by its digits.
                let digits = unsafe { std::slice::from_raw_parts(words, raw_term::arity(header) as usize) };
                self.digits(kind == TermKind::NegativeBig, digits);
            }
            TermKind::Fun => self.opaque(Opaque::Function, 0),
            TermKind::Pid => self.hashed(Opaque::RemotePid, word),
            TermKind::Port => self.hashed(Opaque::RemotePort, word),
            TermKind::NativeRecord => self.native_record(word, depth),
            _ => self.by_api(word, depth),
        }
    }

    fn digits(&mut self, negative: bool, digits: &[u64]) {
        const ENDS: usize = 4;
        let n = digits.len() * 8;
        if let [digit] = digits {
            return self.big(negative, *digit);
        }
        if digits.len() as u64 > MAX_DIGITS || n + 8 > self.left() {
            // A few digits of either end: many integers differ in one end only.
            let (low, high) = (digits.iter().take(ENDS), digits.iter().rev().take(ENDS));
            let seed = (digits.len() as u64) << 1 | u64::from(negative);
            let number = low.chain(high).fold(seed, |h, d| (h.rotate_left(5) ^ d).wrapping_mul(0x517c_c1b7_2722_0a95));
            return self.opaque(Opaque::Integer, number);
        }
        self.byte(tag::LARGE_BIG);
        self.bytes((n as u32).to_be_bytes());
        self.byte(u8::from(negative));
        digits.iter().for_each(|digit| self.bytes(digit.to_le_bytes()));
    }

    fn tuple(&mut self, elements: &[u64], depth: u32) {
        let arity = elements.len();
        if depth == 0 {
            return self.byte(tag::CUT);
        }
        // Each element takes a byte at least: what cannot fit is known before the first is written.
        if arity <= 255 && arity <= self.left() {
            self.bytes([tag::SMALL_TUPLE, arity as u8]);
            self.reserve(arity);
            for element in elements {
                self.release(1);
                self.walk(*element, depth - 1);
            }
            return;
        }
        let count_at = self.cut_header(tag::TUPLE_CUT, arity);
        let mut n = 0;
        while n < arity && self.at < self.end {
            self.walk(elements[n], depth - 1);
            n += 1;
        }
        self.patch(count_at, n);
    }

    /// Keeps `n` bytes of the budget for elements to come.
    #[inline(always)]
    fn reserve(&mut self, n: usize) {
        self.end = self.end.wrapping_sub(n);
    }

    #[inline(always)]
    fn release(&mut self, n: usize) {
        self.end = self.end.wrapping_add(n);
    }

    /// Writes a tag, room for the number kept, and the full size; returns where the number goes.
    fn cut_header(&mut self, tag: u8, size: usize) -> *mut u8 {
        self.byte(tag);
        let count_at = self.at;
        self.bytes([0; 4]);
        self.bytes((size as u32).to_be_bytes());
        count_at
    }

    fn patch(&self, count_at: *mut u8, n: usize) {
        // SAFETY: `count_at` is a place of four bytes written by this walk.
        unsafe { count_at.cast::<[u8; 4]>().write_unaligned((n as u32).to_be_bytes()) };
    }

    fn list(&mut self, list: u64, depth: u32) {
        if depth == 0 {
            return self.byte(tag::CUT);
        }
        self.byte(tag::LIST);
        let count_at = self.at;
        self.bytes([0; 4]);
        let (mut rest, mut n) = (list, 0);
        while raw_term::is_list(rest) && self.at < self.end {
            // SAFETY: a live list cell of a VM whose layout was verified at load.
            let (head, tail) = unsafe { raw_term::cell(rest) };
            self.walk(head, depth - 1);
            rest = tail;
            n += 1;
        }
        self.patch(count_at, n);
        if raw_term::is_list(rest) { self.byte(tag::CUT) } else { self.walk(rest, depth - 1) }
    }

    /// The bits of a binary, by the VM's API.
    fn inspected(&self, word: u64) -> Option<bitstring::Bits> {
        let mut binary = std::mem::MaybeUninit::<ErlNifBinary>::uninit();
        // SAFETY: the API checks that the term is a binary and fills the place; its bytes live as long as the term.
        unsafe {
            let is_binary = enif_inspect_binary(self.env, raw_term::term(word), binary.as_mut_ptr()) != 0;
            is_binary.then(|| bitstring::Bits::of_bytes(binary.assume_init_ref().data, binary.assume_init_ref().size))
        }
    }

    /// A binary of which nothing is kept but its size.
    fn unread_binary(&mut self, n_bytes: u64) {
        self.byte(tag::BINARY_CUT);
        self.bytes(0u32.to_be_bytes());
        self.bytes(n_bytes.to_be_bytes());
    }

    fn binary(&mut self, word: u64) {
        // SAFETY: part of a term that is alive in `env` during this walk; only boxed terms of a verified VM come here or pass the test.
        let reading = unsafe { if raw_term::is_verified_box(word) { bitstring::reading(word) } else { None } };
        let bits = match reading {
            Some(Reading::Here(bits)) => Some(bits),
            Some(Reading::ByApi) => self.inspected(word),
            Some(Reading::Moved(n_bits)) if n_bits % 8 == 0 => return self.unread_binary(n_bits / 8),
            Some(Reading::Moved(n_bits)) => return self.opaque(Opaque::Bitstring, n_bits << 8),
            None => None,
        };
        let Some(bits) = bits else { return self.opaque(Opaque::Bitstring, 0) };
        if bits.n_bits % 8 > 0 {
            // SAFETY: as above.
            return self.opaque(Opaque::Bitstring, unsafe { bits.number() });
        }
        let n_bytes = (bits.n_bits / 8) as usize;
        let n_kept = if n_bytes + 5 <= self.left() {
            self.byte(tag::BINARY);
            self.bytes((n_bytes as u32).to_be_bytes());
            n_bytes
        } else {
            let n_kept = n_bytes.min(self.left().saturating_sub(13));
            self.byte(tag::BINARY_CUT);
            self.bytes((n_kept as u32).to_be_bytes());
            self.bytes((n_bytes as u64).to_be_bytes());
            n_kept
        };
        // SAFETY: what is kept fits into the budget, and is of a live term; source and destination do not overlap.
        unsafe {
            bits.copy_to(self.at, n_kept);
            self.at = self.at.add(n_kept);
        }
    }

    fn opaque(&mut self, kind: Opaque, number: u64) {
        self.bytes([tag::OPAQUE, kind as u8]);
        self.bytes(number.to_be_bytes());
    }

    /// An opaque term of bounded size (a pid, port or reference), recorded apart by the VM's hash.
    fn hashed(&mut self, kind: Opaque, word: u64) {
        if !self.spends(HASH_COST) {
            return self.byte(tag::CUT);
        }
        // SAFETY: hashing a live term; only used on terms of a few words (the hash walks the whole term).
        let hash = unsafe { enif_hash(ErlNifHash::ERL_NIF_INTERNAL_HASH, raw_term::term(word), 0) };
        self.opaque(kind, hash);
    }

    /// Everything the words do not tell, or may not be asked.
    #[inline(never)]
    fn by_api(&mut self, word: u64, depth: u32) {
        if !self.spends(BY_API_COST) {
            return self.byte(tag::CUT);
        }
        let term = raw_term::term(word);
        // SAFETY: the term is alive in `env`; out-parameters are valid places.
        unsafe {
            match term_kind::of_term(self.env, term) {
                TermKind::Atom => self.tagged(tag::ATOM, word),
                TermKind::Binary | TermKind::Bitstring => self.binary(word),
                TermKind::Float => {
                    let mut float = 0.0;
                    enif_get_double(self.env, term, &raw mut float);
                    self.byte(tag::FLOAT);
                    self.bytes(float.to_be_bytes());
                }
                TermKind::Fun => self.opaque(Opaque::Function, 0),
                TermKind::Integer | TermKind::PositiveBig | TermKind::NegativeBig => {
                    let (mut signed, mut unsigned) = (0, 0);
                    if enif_get_int64(self.env, term, &raw mut signed) != 0 {
                        self.integer(signed);
                    } else if enif_get_uint64(self.env, term, &raw mut unsigned) != 0 {
                        self.big(false, unsigned);
                    } else {
                        self.opaque(Opaque::Integer, 0);
                    }
                }
                TermKind::List => self.list_by_api(word, depth),
                TermKind::Map => self.map(word, depth),
                TermKind::Pid if raw_term::is_pid(word) => self.tagged(tag::PID, word),
                TermKind::Pid => self.hashed(Opaque::RemotePid, word),
                TermKind::Port if raw_term::is_port(word) => {
                    self.tagged(tag::PORT, crate::term::reference::port_number(self.env, term));
                }
                TermKind::Port => self.hashed(Opaque::RemotePort, word),
                TermKind::Reference => self.reference(word),
                TermKind::Tuple => {
                    let (mut n, mut elements) = (0, std::ptr::null());
                    enif_get_tuple(self.env, term, &raw mut n, &raw mut elements);
                    self.tuple(std::slice::from_raw_parts(elements.cast::<u64>(), n as usize), depth);
                }
                TermKind::NativeRecord => self.native_record(word, depth),
                TermKind::Unknown => self.opaque(Opaque::Other, 0),
            }
        }
    }

    /// Writes a native record: its module, its name, and its fields as a map.
    fn native_record(&mut self, word: u64, depth: u32) {
        // SAFETY: a live native record: part of a term that is alive in `env` during this walk.
        let Some(record) = (unsafe { native_record::read(word) }) else { return self.opaque(Opaque::Other, 0) };
        // It is two levels to a reader: the record, and the map of its fields.
        let Some(inner) = depth.checked_sub(2).filter(|_| self.left() >= RECORD_HEAD) else {
            return self.byte(tag::CUT);
        };
        self.bytes([tag::RECORD, u8::from(record.is_exported())]);
        self.tagged(tag::ATOM, record.module);
        self.tagged(tag::ATOM, record.name);
        let mut fields = record.fields();
        self.pairs(record.n_fields(), usize::MAX, inner, || fields.next());
    }

    fn list_by_api(&mut self, list: u64, depth: u32) {
        if list == raw_term::NIL || depth == 0 {
            return self.byte(if depth == 0 { tag::CUT } else { tag::NIL });
        }
        self.byte(tag::LIST);
        let count_at = self.at;
        self.bytes([0; 4]);
        let (mut rest, mut n) = (raw_term::term(list), 0);
        let (mut head, mut tail) = (rest, rest);
        // SAFETY: terms alive in `env`, valid out-parameters; the call answers 0 for anything but a list cell.
        while self.at < self.end && unsafe { enif_get_list_cell(self.env, rest, &raw mut head, &raw mut tail) } != 0 {
            self.walk(raw_term::of(head), depth - 1);
            rest = tail;
            n += 1;
        }
        self.patch(count_at, n);
        self.walk(raw_term::of(rest), depth - 1);
    }

    fn reference(&mut self, word: u64) {
        let mut words = [0u32; 5];
        match crate::term::reference::words(word, &mut words) {
            Some(n) => {
                self.bytes([tag::REFERENCE, n as u8]);
                words[..n].iter().for_each(|w| self.bytes(w.to_be_bytes()));
            }
            None => self.hashed(Opaque::Reference, word),
        }
    }
}

/// Walks a term into a vector (cleared first), outside a capture; the answer is what it spent of [`MAX_SLOW`].
///
/// # Safety
/// `term` is alive in `env`.
pub(crate) unsafe fn walk_into(
    env: *mut ErlNifEnv,
    term: u64,
    cap: usize,
    depth: u32,
    max_slow: u32,
    out: &mut Vec<u8>,
) -> u32 {
    out.clear();
    out.resize(cap + SLACK, 0);
    // SAFETY: `out` has the bytes that a walk may write; the caller vouches for the term.
    let mut walk = unsafe { Walk::new(env, out.as_mut_ptr(), cap, depth) };
    walk.n_slow = max_slow;
    let n = walk.term(term);
    out.truncate(n);
    max_slow - walk.n_slow
}
