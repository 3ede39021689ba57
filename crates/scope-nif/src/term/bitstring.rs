//! Binaries and bitstrings: reading a prefix of one where it lies in memory.
//!
//! The API's own way, `enif_inspect_binary`, copies a binary whole when it begins inside a byte, shrinks one that is being appended to, and
//! does not read a bitstring at all. So the layouts of the releases known are tried at load on samples whose bits are known: up to OTP 26
//! the size is in bytes and a part points to the original's term; since OTP 27 the size is in bits and a part points to the bytes, which
//! move when something is appended to them. Its flags tell that they may have.
//!
//! Invariant: a header whose sample did not read as it was made is never read; such a term is opaque.
//! Invariant: reading a prefix costs the prefix, whatever the size.
//! Invariant: bytes that may have moved are never read here.

use crate::term::raw_term::{self, VERIFIED};
use rustler::sys::{ErlNifEnv, ErlNifTerm, enif_make_int64, enif_make_new_binary, enif_make_sub_binary};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// The bits of a live term.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits {
    /// The byte that has the first bit.
    data: *const u8,
    /// Bits before the first in that byte, fewer than 8.
    offset: u32,
    pub(crate) n_bits: u64,
}

/// How the words behind a header are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Layout {
    /// Number of bytes, and the bytes.
    Bytes = 1,
    /// Number of bytes, a link, the shared block, and where in it the bytes are.
    SharedBytes = 2,
    /// Number of whole bytes, bytes before, bits behind and before, and the original.
    PartOfBytes = 3,
    /// Number of bits, and the bytes.
    Bits = 4,
    /// The bytes' address with flags in the lowest two bits, the first bit, the last, and who owns the bytes.
    PartOfBits = 5,
}

const LAYOUTS: [Layout; 5] =
    [Layout::Bytes, Layout::SharedBytes, Layout::PartOfBytes, Layout::Bits, Layout::PartOfBits];

/// By the low six bits of a header: 0, or the layout's number.
static KNOWN: [AtomicU8; 64] = [const { AtomicU8::new(0) }; 64];

fn known(header: u64) -> Option<Layout> {
    let number = KNOWN[(header & 0x3f) as usize].load(Relaxed);
    LAYOUTS.get(usize::from(number).checked_sub(1)?).copied()
}

/// Whether the bits of whole, shared and partial terms can be read on this VM.
pub(crate) fn is_learned() -> bool {
    let has = |layout: Layout| KNOWN.iter().any(|known| known.load(Relaxed) == layout as u8);
    has(Layout::Bytes) && has(Layout::SharedBytes) && has(Layout::PartOfBytes)
        || has(Layout::Bits) && has(Layout::PartOfBits)
}

/// How a term's bits can be read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reading {
    /// Where they lie.
    Here(Bits),
    /// By the VM's API, without a copy: they begin and end between bytes.
    ByApi,
    /// Not at all within bounds, as they may have moved; this many.
    Moved(u64),
}

/// How the bits of a boxed term can be read; none for one that is no bitstring, or whose layout is not known.
///
/// # Safety
/// `word` is a live boxed term of a VM whose layout was verified at load.
#[inline(always)]
pub(crate) unsafe fn reading(word: u64) -> Option<Reading> {
    // SAFETY: the header's layout was learned, so the words that it announces are as `Layout` says.
    unsafe {
        let (header, at) = raw_term::boxed(word);
        let layout = known(header)?;
        let bits = bits_of(layout, at)?;
        Some(match layout {
            Layout::PartOfBits if *at & 3 == 0 => Reading::Here(bits),
            Layout::PartOfBits if bits.offset == 0 && bits.n_bits % 8 == 0 => Reading::ByApi,
            Layout::PartOfBits => Reading::Moved(bits.n_bits),
            _ => Reading::Here(bits),
        })
    }
}

/// # Safety
/// The words at `at` are of this layout.
#[inline(always)]
unsafe fn bits_of(layout: Layout, at: *const u64) -> Option<Bits> {
    // SAFETY: the caller's promise.
    unsafe {
        Some(match layout {
            Layout::Bytes => Bits { data: at.add(1).cast(), offset: 0, n_bits: *at * 8 },
            Layout::SharedBytes => Bits { data: *at.add(3) as *const u8, offset: 0, n_bits: *at * 8 },
            Layout::PartOfBytes => {
                let [behind, before, ..] = (*at.add(2)).to_le_bytes();
                let (header, original) = raw_term::boxed(*at.add(3));
                let whole = known(header).filter(|of| *of != Layout::PartOfBytes)?;
                let data = match whole {
                    Layout::SharedBytes => *original.add(3) as *const u8,
                    _ => original.add(1).cast(),
                };
                let n_bits = *at * 8 + u64::from(behind);
                Bits { data: data.add(*at.add(1) as usize), offset: u32::from(before), n_bits }
            }
            Layout::Bits => Bits { data: at.add(1).cast(), offset: 0, n_bits: *at },
            Layout::PartOfBits => {
                let (base, first, end) = (*at & !3, *at.add(1), *at.add(2));
                let data = (base as *const u8).add((first / 8) as usize);
                Bits { data, offset: (first % 8) as u32, n_bits: end.checked_sub(first)? }
            }
        })
    }
}

impl Bits {
    /// Those of whole bytes.
    pub(crate) const fn of_bytes(data: *const u8, n_bytes: usize) -> Self {
        Self { data, offset: 0, n_bits: n_bytes as u64 * 8 }
    }

    /// Writes the first `n` bytes at `out`.
    ///
    /// # Safety
    /// The term is alive and has `8 * n` bits; `out` has `n` writable bytes elsewhere.
    #[inline(always)]
    pub(crate) unsafe fn copy_to(&self, out: *mut u8, n: usize) {
        // SAFETY: the caller's promise; with an offset, the last of these bits is in the byte behind.
        unsafe {
            if self.offset == 0 {
                std::ptr::copy_nonoverlapping(self.data, out, n);
                return;
            }
            for i in 0..n {
                let (high, low) = (*self.data.add(i), *self.data.add(i + 1));
                *out.add(i) = high << self.offset | low >> (8 - self.offset);
            }
        }
    }

    /// The bits behind the last whole byte, in the lowest places.
    ///
    /// # Safety
    /// The term is alive.
    unsafe fn rest(&self) -> u8 {
        let n = (self.n_bits % 8) as u32;
        // SAFETY: only bytes that have bits of the term are read.
        unsafe {
            let at = self.data.add((self.n_bits / 8) as usize);
            let mut pair = 0;
            if n > 0 {
                pair = u16::from(*at) << 8;
            }
            if self.offset + n > 8 {
                pair |= u16::from(*at.add(1));
            }
            (u32::from(pair << self.offset) >> (16 - n)) as u8
        }
    }

    /// A number that is the same for the same bits, of their count and the first 64 bytes.
    ///
    /// # Safety
    /// The term is alive.
    pub(crate) unsafe fn number(&self) -> u64 {
        const PREFIX: usize = 64;
        let mut prefix = [0; PREFIX];
        let n = PREFIX.min((self.n_bits / 8) as usize);
        // SAFETY: the term has that many whole bytes.
        unsafe {
            self.copy_to(prefix.as_mut_ptr(), n);
            let rest = if n < PREFIX { self.rest() } else { 0 };
            xxhash_rust::xxh3::xxh3_64_with_seed(&prefix[..n], self.n_bits << 8 | u64::from(rest))
        }
    }
}

/// What the samples are made of.
fn sample_byte(i: usize) -> u8 {
    (i * 37 + 11) as u8
}

/// Bits of the bytes above, as a term.
pub(crate) struct Sample {
    pub(crate) term: u64,
    pub(crate) first_bit: u64,
    pub(crate) n_bits: u64,
}

/// Learns from samples made here, and from those that only Elixir can make. Called once, at load, after [`raw_term::check`].
///
/// # Safety
/// The samples are alive in `env`.
pub(crate) unsafe fn learn(env: *mut ErlNifEnv, made: &[Sample]) {
    if !VERIFIED.immediates.load(Relaxed) {
        return;
    }
    let sample =
        |term: ErlNifTerm, first: u64, n: u64| Sample { term: raw_term::of(term), first_bit: first * 8, n_bits: n * 8 };
    // SAFETY: binaries made in a live environment, filled before they are read.
    let own = unsafe {
        let new = |n: usize| {
            let mut term = enif_make_int64(env, 0);
            let bytes = enif_make_new_binary(env, n, &raw mut term);
            (0..n).for_each(|i| *bytes.add(i) = sample_byte(i));
            term
        };
        let (short, long) = (new(3), new(300));
        [sample(short, 0, 3), sample(long, 0, 300), sample(enif_make_sub_binary(env, long, 1, 200), 1, 200)]
    };
    let samples = || own.iter().chain(made);
    // A part is read through its original, so the originals come first.
    for layout in LAYOUTS {
        for sample in samples() {
            // SAFETY: live terms of a verified VM.
            unsafe { try_layout(layout, sample) };
        }
    }
    let is_read = |sample: &Sample| {
        // SAFETY: as above.
        let reading = unsafe { if raw_term::is_boxed(sample.term) { reading(sample.term) } else { None } };
        // SAFETY: as above.
        matches!(reading, Some(Reading::Here(bits)) if unsafe { agrees(&bits, sample) })
    };
    if !samples().all(is_read) {
        KNOWN.iter().for_each(|known| known.store(0, Relaxed));
    }
}

/// Enters a layout for the sample's header, if there is none yet and the sample can have it.
///
/// # Safety
/// The sample is alive, and the VM is verified.
unsafe fn try_layout(layout: Layout, sample: &Sample) {
    /// Bytes of a shared block before its contents, at most.
    const BLOCK_HEAD: u64 = 128;
    if !raw_term::is_boxed(sample.term) {
        return;
    }
    // SAFETY: a header announces the words behind it (that of a part of bytes one fewer than there are); an address is followed only
    // where the numbers beside it are the sample's.
    unsafe {
        let (header, at) = raw_term::boxed(sample.term);
        let (arity, n_bytes) = (raw_term::arity(header), sample.n_bits / 8);
        let has_bytes = arity == 1 + sample.n_bits.div_ceil(64);
        let may_be = known(header).is_none()
            && match layout {
                Layout::Bytes => has_bytes && sample.n_bits == 8 * n_bytes && *at == n_bytes,
                Layout::Bits => has_bytes && *at == sample.n_bits,
                Layout::SharedBytes => {
                    arity >= 5
                        && *at == n_bytes
                        && *at.add(2) != 0
                        && (*at.add(3)).wrapping_sub(*at.add(2)) < BLOCK_HEAD
                }
                Layout::PartOfBytes => {
                    arity == 3 && *at == n_bytes && *at.add(1) < 1 << 16 && raw_term::is_boxed(*at.add(3))
                }
                Layout::PartOfBits => {
                    arity == 4 && *at > 1 << 12 && (*at.add(2)).checked_sub(*at.add(1)) == Some(sample.n_bits)
                }
            };
        if may_be && bits_of(layout, at).is_some_and(|bits| agrees(&bits, sample)) {
            KNOWN[(header & 0x3f) as usize].store(layout as u8, Relaxed);
        }
    }
}

/// Whether bits are those of a sample.
///
/// # Safety
/// The term is alive.
unsafe fn agrees(bits: &Bits, sample: &Sample) -> bool {
    if bits.n_bits != sample.n_bits || bits.offset > 7 {
        return false;
    }
    let expected = |bit: u64| sample_byte((bit / 8) as usize) >> (7 - bit % 8) & 1;
    let bytes = (0..=bits.n_bits / 8).map(|i| {
        let n = (bits.n_bits - i * 8).min(8);
        (0..n).fold(0, |byte, bit| byte << 1 | expected(sample.first_bit + i * 8 + bit))
    });
    let mut found = vec![0; (bits.n_bits / 8) as usize];
    // SAFETY: the term has that many whole bytes.
    unsafe {
        bits.copy_to(found.as_mut_ptr(), found.len());
        found.push(bits.rest());
    }
    bytes.eq(found)
}
