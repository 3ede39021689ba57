//! Terms from their external encoding, as far as the running VM reads it.

use rustler::sys::{ErlNifEnv, ErlNifTerm, enif_binary_to_term, enif_make_int64};

/// The term of an encoding; none where this VM cannot read it.
///
/// # Safety
/// `env` is a live environment.
pub(crate) unsafe fn decode(env: *mut ErlNifEnv, encoded: &[u8]) -> Option<ErlNifTerm> {
    // SAFETY: the bytes live during the call, which answers 0 for what it cannot read.
    unsafe {
        let mut term = enif_make_int64(env, 0);
        (enif_binary_to_term(env, encoded.as_ptr(), encoded.len(), &raw mut term, 0) != 0).then_some(term)
    }
}
