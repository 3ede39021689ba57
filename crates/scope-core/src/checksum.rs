//! CRC-32, the checksum of sections.
//!
//! Processors have instructions for it, which crc32fast uses. WebAssembly has none, and there moving bytes is several times as fast as
//! crc32fast's tables, and needs none of their 16 KB.
//!
//! Invariant: the same bytes have the same sum everywhere, however they are cut into parts.

#[cfg(any(target_family = "wasm", test))]
mod far;
#[cfg(any(target_family = "wasm", test))]
mod word;

/// The sum of all parts, one after the other.
pub(crate) fn of(parts: &[&[u8]]) -> u32 {
    #[cfg(target_family = "wasm")]
    return parts.iter().fold(0, |sum, part| far::update(sum, part));
    #[cfg(not(target_family = "wasm"))]
    {
        let mut sum = crc32fast::Hasher::new();
        parts.iter().for_each(|part| sum.update(part));
        sum.finalize()
    }
}
