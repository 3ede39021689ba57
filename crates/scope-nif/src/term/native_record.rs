//! Native records (OTP 29): reading one where it lies in memory.
//!
//! A record is a header, a pointer to its definition, and a value for each field. The definition, which looks like a tuple, has the order of
//! the fields, a hash, the module, the name, whether it is exported, and the fields' names. None of this is part of the NIF API (which
//! does not know native records at all), so a sample is made at load from its External Term Format and must read as it was written.
//!
//! Invariant: where the sample did not read as it was written, no native record is read: it is an opaque term.
//! Invariant: to read one costs the fields that are taken of it.

use crate::raw_term::{self, VERIFIED};
use crate::term::external_format::decode;
use rustler::sys::{ErlNifEnv, enif_make_atom_len};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// RECORD_EXT: 67, u32 fields, u8 exported, module, name, keys, values. Written with names whose order in the definition is not the order
/// in which atoms were made.
const SAMPLE: &[u8] =
    b"\x83C\0\0\0\x03\x01\x77\x13elixir_scope_sample\x77\x06sample\x77\x0fsample_field_z2\x77\x0fsample_field_a1\x77\x0fsample_field_m3\
      \x61\x15\x61\x16\x61\x17";
const FIELDS: [(&str, i64); 3] = [("sample_field_z2", 0x15), ("sample_field_a1", 0x16), ("sample_field_m3", 0x17)];

/// Words of a definition behind its header.
const ORDER: usize = 0;
const MODULE: usize = 2;
const NAME: usize = 3;
const EXPORTED: usize = 4;
const KEYS: usize = 5;

static READABLE: AtomicBool = AtomicBool::new(false);
/// The word of `true`.
static TRUE: AtomicU64 = AtomicU64::new(0);

/// A native record's parts, in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NativeRecord<'a> {
    pub(crate) module: u64,
    pub(crate) name: u64,
    /// The word of `true` or `false`.
    exported: u64,
    order: &'a [u64],
    keys: &'a [u64],
    values: &'a [u64],
}

impl<'a> NativeRecord<'a> {
    /// Whether other modules may use it.
    pub(crate) fn is_exported(&self) -> bool {
        self.exported == TRUE.load(Relaxed)
    }

    /// How many fields it has.
    pub(crate) const fn n_fields(&self) -> usize {
        self.values.len()
    }

    /// Names and values, in the order of the definition.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (u64, u64)> + 'a {
        let (keys, values) = (self.keys, self.values);
        // A definition is as long as it likes, and is checked as far as it is read.
        let atom = move |at: usize| keys.get(at).copied().filter(|key| raw_term::is_atom(*key));
        self.order.iter().map(move |at| {
            let at = if raw_term::is_small(*at) { raw_term::small(*at) as usize } else { usize::MAX };
            (atom(at).unwrap_or(raw_term::NIL), values.get(at).copied().unwrap_or(raw_term::NIL))
        })
    }
}

/// Reads a native record; none where they cannot be read on this VM.
///
/// # Safety
/// `record` is a live boxed term with the header kind that [`learn`] returned, and lives as long as `'a`.
pub(crate) unsafe fn read<'a>(record: u64) -> Option<NativeRecord<'a>> {
    // SAFETY: the caller's promise.
    if READABLE.load(Relaxed) { unsafe { parts(record) } } else { None }
}

/// # Safety
/// As for [`read`], but for whether the layout was verified.
unsafe fn parts<'a>(record: u64) -> Option<NativeRecord<'a>> {
    // SAFETY: a header announces the words behind it; the first of them is checked to be a boxed tuple before it is read.
    unsafe {
        let (header, words) = raw_term::boxed(record);
        let n_fields = (raw_term::arity(header) as usize).checked_sub(1)?;
        let definition = raw_term::elements(*words);
        let keys = definition.get(KEYS..)?;
        let order = raw_term::elements(definition[ORDER]);
        if keys.len() != n_fields || order.len() != n_fields {
            return None;
        }
        let (module, name, exported) = (definition[MODULE], definition[NAME], definition[EXPORTED]);
        let named = [module, name, exported].iter().all(|atom| raw_term::is_atom(*atom));
        let values = std::slice::from_raw_parts(words.add(1), n_fields);
        named.then_some(NativeRecord { module, name, exported, order, keys, values })
    }
}

/// Makes a sample; returns the header that native records have on this VM, if it has them. Called once, at load.
///
/// # Safety
/// `env` is the live environment of the load callback.
pub(crate) unsafe fn learn(env: *mut ErlNifEnv) -> Option<u64> {
    // SAFETY: terms made in a live environment and read before it ends.
    unsafe {
        let sample = raw_term::of(decode(env, SAMPLE)?);
        if !VERIFIED.immediates.load(Relaxed) || !raw_term::is_boxed(sample) {
            return None;
        }
        let atom = |text: &str| raw_term::of(enif_make_atom_len(env, text.as_ptr().cast(), text.len()));
        TRUE.store(atom("true"), Relaxed);
        let as_written = parts(sample).is_some_and(|record| {
            record.module == atom("elixir_scope_sample")
                && record.name == atom("sample")
                && record.is_exported()
                && record
                    .fields()
                    .map(|(key, value)| (key, raw_term::small(value)))
                    .eq(FIELDS.iter().map(|(key, value)| (atom(key), *value)))
        });
        READABLE.store(as_written, Relaxed);
        Some(raw_term::boxed(sample).0)
    }
}
